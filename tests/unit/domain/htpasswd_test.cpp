#include "control/domain/htpasswd.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <string>

namespace modelgate::tests {
namespace {

namespace domain = control::domain;

const std::string apr1 = "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/";
const std::string bcrypt = "$2y$04$4W0vGMEcyHCy17be3EQyiemHG78DShLrThnwmnAhmg9PeVCKeUU/i";
const std::string sha1 = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

/// "line name, ..." of the entries, then "line CODE, ..." of the flaws.
std::string told(const domain::htpasswd_file& file) {
  std::string text;
  for (const auto& each : file.entries) text += std::to_string(each.line) + " " + each.name + ", ";
  for (const auto& each : file.flaws) text += std::to_string(each.line) + " " + each.code + ", ";
  return text.substr(0, text.size() - std::min<std::size_t>(2, text.size()));
}

BOOST_AUTO_TEST_SUITE(htpasswd)

BOOST_AUTO_TEST_CASE(an_entry_of_each_kind_is_taken) {
  const auto file = domain::parse_htpasswd("app:" + apr1 + "\nbatch:" + bcrypt + "\r\n\n# nobody: here\n_x-1:" + sha1);
  BOOST_TEST(told(file) == "1 app, 2 batch, 5 _x-1");
  BOOST_TEST((file.entries[0].scheme == crypto::foreign_scheme::apr1));
  BOOST_TEST((file.entries[1].scheme == crypto::foreign_scheme::bcrypt));
  BOOST_TEST((file.entries[2].scheme == crypto::foreign_scheme::sha1));
  BOOST_TEST(file.entries[1].hash == bcrypt);
}

BOOST_AUTO_TEST_CASE(what_stands_behind_the_hash_is_a_comment) {
  const auto file = domain::parse_htpasswd("app:" + apr1 + " :who was here\n");
  BOOST_TEST(told(file) == "1 app");
  BOOST_TEST(file.entries[0].hash == apr1);
}

BOOST_AUTO_TEST_CASE(a_bad_line_is_told_with_its_number_and_its_secret_is_not) {
  const auto file =
      domain::parse_htpasswd("app:hunter2\nhunter2\nApp:" + apr1 + "\n:" + apr1 + "\nx:$2y$15$" + bcrypt.substr(7)
                             + "\nbatch:" + sha1 + "\nbatch:" + apr1 + "\ny:$apr1$cut\nb\xc3\xa4r:" + apr1);
  BOOST_TEST(told(file)
             == "6 batch, 1 MALFORMED, 2 MALFORMED, 3 MALFORMED, 4 MALFORMED, 5 OUT_OF_RANGE, 7 DUPLICATE, 8 MALFORMED, "
                "9 MALFORMED");
  for (const auto& flaw : file.flaws) {
    BOOST_TEST((flaw.name + flaw.detail).find("hunter2") == std::string::npos);
    BOOST_TEST(flaw.detail.find("; ") != std::string::npos, "says what to do: " << flaw.detail);
  }
  BOOST_TEST(file.flaws[2].name == "App");
  std::string unfit;
  for (const auto& flaw : file.flaws) unfit += flaw.only_the_name ? '1' : '0';
  BOOST_TEST(unfit == "00110001", "a name that nobody can have is no mistake of the file");
  BOOST_TEST(file.flaws[5].detail.find("line 6") != std::string::npos);
  BOOST_TEST(file.flaws[7].name == "", "what may not be shown is not");
}

BOOST_AUTO_TEST_CASE(an_empty_file_has_nobody) {
  for (const char* text : {"", "\n", "\r\n\r\n", "#", "\n\n#x"}) BOOST_TEST(told(domain::parse_htpasswd(text)) == "");
}

/// Lines of a few parts each, so that good ones come up often enough.
std::string made_up_file() {
  const auto part =
      rc::gen::element<std::string>("app", "b", "A", "", ":", "$", apr1, bcrypt, sha1, "x", " ", "\r", "#");
  const auto line = rc::gen::map(rc::gen::container<std::vector<std::string>>(part), [](const auto& parts) {
    std::string text;
    for (const auto& each : parts) text += each;
    return text;
  });
  std::string text;
  for (const std::string& each : *rc::gen::container<std::vector<std::string>>(line)) text += each + "\n";
  return text;
}

BOOST_AUTO_TEST_CASE(every_line_is_an_entry_a_flaw_or_nothing) {
  const bool holds = rc::check("each line once, each name once, each hash known", [] {
    const std::string text = made_up_file();
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const auto file = domain::parse_htpasswd(text);
    std::set<std::size_t> seen;
    std::set<std::string> names;
    for (const auto& each : file.entries) {
      RC_ASSERT(seen.insert(each.line).second);
      RC_ASSERT(names.insert(each.name).second);
      RC_ASSERT(*crypto::inspect_foreign_hash(each.hash) == each.scheme);
      RC_ASSERT(text.find(each.name + ":") != std::string::npos);
    }
    for (const auto& each : file.flaws) RC_ASSERT(seen.insert(each.line).second);
    RC_ASSERT(seen.empty() || (*seen.begin() >= 1 && *seen.rbegin() <= lines));
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
