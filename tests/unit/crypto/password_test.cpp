#include "modelgate/crypto/password.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::crypto {
namespace {

constexpr password_cost cheap{1, 8'192};

BOOST_AUTO_TEST_SUITE(password)

BOOST_AUTO_TEST_CASE(fits_its_own_hash_and_no_other) {
  const std::string hash = hash_password("correct horse", cheap).value();
  BOOST_TEST(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), hash);
  BOOST_TEST(hash.find("horse") == std::string::npos);
  BOOST_TEST(fits_password(hash, "correct horse"));
  for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"}) {
    BOOST_TEST(!fits_password(hash, wrong), wrong);
  }
}

BOOST_AUTO_TEST_CASE(has_a_salt_of_its_own_each_time) {
  BOOST_TEST(hash_password("same", cheap).value() != hash_password("same", cheap).value());
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_fits_nothing) {
  for (const char* text : {"", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2y$10$abcdefghijklmnopqrstuv"}) {
    BOOST_TEST(!fits_password(text, ""), text);
    BOOST_TEST(!fits_password(text, "x"), text);
  }
}

BOOST_AUTO_TEST_CASE(tells_hashes_of_another_cost) {
  const std::string hash = hash_password("same", cheap).value();
  BOOST_TEST(!has_other_cost(hash, cheap));
  BOOST_TEST(has_other_cost(hash, {2, 8'192}));
  BOOST_TEST(has_other_cost(hash, {1, 16'384}));
}

BOOST_AUTO_TEST_CASE(without_the_memory_there_is_no_hash) {
  BOOST_TEST(hash_password("same", {1, 1'024}).has_error());  // less than the algorithm takes
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
