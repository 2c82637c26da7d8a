#include "modelgate/crypto/foreign_hash.hpp"

#include "modelgate/crypto/token.hpp"
#include "modelgate/crypto/unproven_password.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace modelgate::crypto {
namespace {

/// As `openssl passwd -apr1 -salt` and Apache's `htpasswd -B -C 4` and `-s` wrote them.
struct vector_row {
  const char* password;
  const char* apr1;
  const char* apr1_short_salt;
  const char* bcrypt;
  const char* sha1;
};

const std::vector<vector_row> rows{
    {"", "$apr1$abcdefgh$L.PT565ESX4Tp2bqNs7Ie.", "$apr1$x$tMwYqBfQwi3FYAr0aJc8M/",
     "$2y$04$y3RGaiIyPsqU3WDLYjv25.Y1ebHV1rz494AUN1djD0EXTQJXBSHze", "{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
    {"a", "$apr1$abcdefgh$G8IsPsylW5ROvIKsQMRG61", "$apr1$x$16j9.5e7KiXmuYFAYpPJM/",
     "$2y$04$6RQqr.VWR5j8BxUXtA0aROlHE6yqHhJqBJJ.4Op6xaMFqH/zTIx46", "{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g="},
    {"secret", "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/", "$apr1$x$12YdXEY0/hH4rDNkmZupO0",
     "$2y$04$4W0vGMEcyHCy17be3EQyiemHG78DShLrThnwmnAhmg9PeVCKeUU/i", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="},
    {"correct horse battery staple 1234567890", "$apr1$abcdefgh$BTGs8zfId0L/6MOXTTuM0/",
     "$apr1$x$t1YwMBJS6DvySTfYqfUVG1", "$2y$04$x.DdjhyiRKrrMTaHKiduI.xd8HMix263/nYwOH0.PRFB1cURtOPXy",
     "{SHA}F4GGWsbR/WXMFEo8bZdDTk5z7+s="},
    {"p\xc3\xa4ssw\xc3\xb6rd", "$apr1$abcdefgh$030j6I3f1zNCF9tihqdd11", "$apr1$x$Kzn.cSDdCrYQZfFg5UXZM.",
     "$2y$04$AqZAc7m.I/iBeROfYUfLu.XJGbf0Ol17FeA4dzzP.p1/mB1y0ciRK", "{SHA}9Rfd8dMqES/xrVXGbRsSyzjn6Pc="},
    {"a:b", "$apr1$abcdefgh$cWkRrwJnjTm2MYYAE1TdQ.", "$apr1$x$BWFCQ6ohUOqht80VmO2.h0",
     "$2y$04$PbSOUFhe2m92rtLr2PzBUew7dHHP/Ou4LDY2Mt8kX5HXvErsUM1GC", "{SHA}3OptnM09ILoVSfbZtd3mB0IViII="},
};

struct ready {
  ready() { initialise(); }
};

BOOST_FIXTURE_TEST_SUITE(foreign_hash, ready)

BOOST_AUTO_TEST_CASE(fits_its_password_and_no_other) {
  for (const vector_row& row : rows) {
    for (const char* hash : {row.apr1, row.apr1_short_salt, row.bcrypt, row.sha1}) {
      BOOST_TEST_CONTEXT(hash) {
        BOOST_TEST(fits_foreign_hash(hash, row.password));
        BOOST_TEST(!fits_foreign_hash(hash, std::string{row.password} + "x"));
        // crypt(3) would not see the difference.
        BOOST_TEST(!fits_foreign_hash(hash, std::string{row.password} + std::string{"\0x", 2}));
      }
    }
    BOOST_TEST((*inspect_foreign_hash(row.apr1) == foreign_scheme::apr1));
    BOOST_TEST((*inspect_foreign_hash(row.bcrypt) == foreign_scheme::bcrypt));
    BOOST_TEST((*inspect_foreign_hash(row.sha1) == foreign_scheme::sha1));
  }
}

BOOST_AUTO_TEST_CASE(of_other_programs_begins_otherwise_and_is_the_same_bcrypt) {
  std::string hash = rows[2].bcrypt;
  hash[2] = 'b';
  BOOST_TEST(fits_foreign_hash(hash, "secret"));
  hash[2] = 'a';
  BOOST_TEST(fits_foreign_hash(hash, "secret"));
  hash[2] = 'x';  // of a crypt with a sign bug: another function
  BOOST_TEST((inspect_foreign_hash(hash).error() == foreign_flaw::other_scheme));
}

BOOST_AUTO_TEST_CASE(is_of_a_known_scheme_whole_and_not_too_costly) {
  const auto flaw_of = [](const std::string& hash) {
    const auto found = inspect_foreign_hash(hash);
    BOOST_REQUIRE(!found);
    BOOST_TEST(!fits_foreign_hash(hash, "secret"));
    return found.error();
  };
  for (const char* other :
       {"", "secret", "$1$abcdefgh$aaaaaaaaaaaaaaaaaaaaaa", "$5$a$b", "$6$a$b", "rqXexS6ZhobKA", "$2$"}) {
    BOOST_TEST_CONTEXT(other) BOOST_TEST((flaw_of(other) == foreign_flaw::other_scheme));
  }
  const std::string bcrypt = rows[2].bcrypt;
  for (const std::string& broken :
       {std::string{"$apr1$"}, std::string{"$apr1$$h9FWgUz3n9YxylKLlR5SQ/"},
        std::string{"$apr1$abcdefghi$h9FWgUz3n9YxylKLlR5SQ/"}, std::string{"$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ"},
        std::string{"$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ//"}, std::string{"$apr1$abc efgh$h9FWgUz3n9YxylKLlR5SQ/"},
        std::string{"{SHA}"}, std::string{"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ"},
        std::string{"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=="}, std::string{"{SHA}5en6G6MezRroT3XKqkdPOmY/B!Q="},
        bcrypt + "x", bcrypt.substr(0, bcrypt.size() - 1), std::string{"$2y$03$"} + bcrypt.substr(7),
        std::string{"$2y$1a$"} + bcrypt.substr(7), std::string{"$2y$04x"} + bcrypt.substr(7)}) {
    BOOST_TEST_CONTEXT(broken) BOOST_TEST((flaw_of(broken) == foreign_flaw::malformed));
  }
  BOOST_TEST((flaw_of("$2y$15$" + bcrypt.substr(7)) == foreign_flaw::too_costly));
  BOOST_TEST((flaw_of("$2y$31$" + bcrypt.substr(7)) == foreign_flaw::too_costly));
  BOOST_TEST(inspect_foreign_hash("$2y$14$" + bcrypt.substr(7)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(an_unproven_password, ready)

BOOST_AUTO_TEST_CASE(is_what_was_shown_first) {
  const token_key key = token_key::generate();
  unproven_password password{"{SHA}x"};
  BOOST_TEST((password.proven() == nullptr));
  password.prove(key.hash("one"));
  password.prove(key.hash("two"));
  BOOST_REQUIRE((password.proven() != nullptr));
  BOOST_TEST(password.proven()->equal(key.hash("one")));
}

BOOST_AUTO_TEST_CASE(remembers_the_last_few_that_were_wrong) {
  const token_key key = token_key::generate();
  unproven_password password{"{SHA}x"};
  BOOST_TEST(!password.is_known_wrong(token_digest{}));
  for (int i = 0; i < 40; ++i) password.remember_wrong(key.hash(std::to_string(i)));
  BOOST_TEST(password.is_known_wrong(key.hash("39")));
  BOOST_TEST(password.is_known_wrong(key.hash("8")));
  BOOST_TEST(!password.is_known_wrong(key.hash("7")));
  BOOST_TEST(!password.is_known_wrong(key.hash("40")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
