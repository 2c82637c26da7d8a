// Files that are no TOML as a whole: every mistake is found all the same.
#include "gateway/config/broken_settings_file.hpp"
#include "tests/unit/config/mistakes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace modelgate::config {
namespace {

using tests::mentions;
using tests::mistakes_in;
using tests::only_mistake_in;

using texts = std::vector<std::string>;

/// "2:8 timeouts.head: ..."
texts told(std::string_view toml) {
  texts all;
  for (const diagnostic& mistake : mistakes_in(toml)) all.push_back(mistake.where + " " + mistake.detail);
  return all;
}

texts places_of_mistakes(std::string_view toml) {
  texts all;
  for (const diagnostic& mistake : mistakes_in(toml)) all.push_back(mistake.where);
  return all;
}

BOOST_AUTO_TEST_SUITE(broken_settings_file_suite)

BOOST_AUTO_TEST_CASE(a_key_set_twice_is_told_with_the_line_of_the_first) {
  const diagnostic mistake = only_mistake_in("[timeouts]\nhead = \"1s\"\n  head = \"2s\"\n");
  BOOST_TEST(mistake.where == "3:3");
  BOOST_TEST(mistake.code == "DUPLICATE_KEY");
  BOOST_TEST(mistake.detail == "timeouts.head: this key is set already, in line 2; keep one of the two");
}

BOOST_AUTO_TEST_CASE(a_section_begun_twice_is_told_and_its_keys_are_read_on) {
  const texts expected{
      "3:2 timeouts: this section has begun already, in line 1; put its keys together there",
      "4:1 timeouts.head: this key is set already, in line 2; keep one of the two",
      "5:1 timeouts.haed: unknown key; did you mean timeouts.head?",
  };
  BOOST_TEST(told("[timeouts]\nhead = \"1s\"\n[timeouts]\nhead = \"2s\"\nhaed = \"1s\"\n") == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_duplicate_hides_no_other_mistake) {
  const texts expected{
      "3:1 listen.control: this key is set already, in line 2; keep one of the two",
      "5:9 timeouts.total: this value is not possible; it must be a duration with its unit such as \"250ms\", "
      "\"1.5s\", \"2m\" or \"1h\", at least \"1ms\"",
      "6:2 timeout: unknown section; did you mean [timeouts]?",
  };
  BOOST_TEST(told("[listen]\ncontrol = \"127.0.0.1:1\"\ncontrol = \"127.0.0.1:2\"\n"
                  "[timeouts]\ntotal = 5\n[timeout]\na = 1\n")
                 == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_spelling_of_a_second_definition_is_known) {
  for (const auto& [toml, where] : std::vector<std::pair<const char*, const char*>>{
           {"timeouts.head = \"1s\"\ntimeouts.head = \"2s\"\n", "2:10"},
           {"timeouts.head = \"1s\"\n[timeouts]\ntotal = \"2s\"\n", "2:2"},
           {"timeouts = { head = \"1s\" }\n[timeouts]\ntotal = \"2s\"\n", "2:2"},
           {"timeouts = { head = \"1s\" }\ntimeouts.total = \"2s\"\n", "2:1"},
           {"timeouts.head = \"1s\"\ntimeouts = { total = \"1s\" }\n", "2:1"},
           {"[runtime.process]\nuser = \"a\"\n[runtime]\nprocess.stop_grace = \"1s\"\n", "4:1"},
           {"[bogus]\na = 1\na = 2\n", "3:1"},
           {"[log]\nlevel = \"off\"\nlevel = \n", "3:1"},
           {"[log]\nlevel = \"off\"\n[log\n", "3:1"},
       }) {
    BOOST_TEST_CONTEXT(toml) {
      bool found = false;
      for (const diagnostic& mistake : mistakes_in(toml)) {
        BOOST_TEST_INFO(mistake);
        if (!mistake.code.starts_with("DUPLICATE_")) continue;
        found = true;
        BOOST_TEST(mistake.where == where);
        BOOST_TEST(mentions(mistake, " already, in line "));
      }
      BOOST_TEST(found);
    }
  }
}

BOOST_AUTO_TEST_CASE(broken_lines_are_told_in_words_at_their_places) {
  for (const auto& [toml, message] : std::vector<std::pair<const char*, const char*>>{
           {"[listen\n", "1:1 listen: the section's name is not closed; write [name]"},
           {"[]\n", "1:1 a section has no name; write [name]"},
           {"[listen] control\n", "1:10 listen: only a comment may follow a section's name"},
           {"[lis ten]\n", "1:1 lis ten: this is no section's name"},
           {"[timeouts]\nhead\n", "2:1 this line is no KEY = VALUE"},
           {"[timeouts]\n= \"1s\"\n", "2:1 the key is missing"},
           {"[timeouts]\nhe ad = \"1s\"\n", "2:1 timeouts.he ad: this is no key"},
           {"[timeouts]\nhead =\n",
            "2:7 timeouts.head: the value is missing; write KEY = VALUE; it must be a duration"},
           {"[timeouts]\r\nhead =\r\n", "2:7 timeouts.head: the value is missing"},
           {"[timeouts]\nhead = # soon\n", "2:8 timeouts.head: the value is missing"},
           {"[timeouts]\nhead = 10s\n", "2:8 timeouts.head: this value cannot be read; write a text in double quotes"},
           {"[timeouts]\nhead = \"10s\n", "2:8 timeouts.head: the text is not closed; end it with \""},
           {"[timeouts]\nhead = '10s\n", "2:8 timeouts.head: the text is not closed; end it with '"},
           {"[timeouts]\nhead = \"\"\"10s\n", "2:8 timeouts.head: the text is not closed; end it with \"\"\""},
           {"[timeouts]\nhead = \"10s\" 5\n", "2:14 timeouts.head: only a comment may follow the value"},
           {"[timeouts]\nhead = \"\\d\"\n", "2:8 timeouts.head: this text has a character or an escape"},
           {"[prediction]\ntrusted_proxies = [\"::1\"\n", "2:19 prediction.trusted_proxies: the list is not closed"},
           {"[prediction]\ntrusted_proxies = [::1]\n", "2:19 prediction.trusted_proxies: this list cannot be read"},
           {"prediction = { workers = 2\n", "1:14 prediction: the group of keys is not closed"},
           {"prediction = { workers = }\n", "1:14 prediction: this group of keys cannot be read"},
           {"# \xff\n", "1:2 this cannot be read; a config file is text in UTF-8"},
           {"\xef\xbb\xbf[listen\r\n", "1:1 listen: the section's name is not closed"},
       }) {
    const texts all = told(toml);
    BOOST_TEST_CONTEXT(toml) {
      BOOST_REQUIRE(all.size() == 1U);
      BOOST_TEST(all.front().starts_with(message), all.front());
    }
  }
}

BOOST_AUTO_TEST_CASE(broken_lines_hide_no_other_mistake) {
  const texts expected{"1:1", "2:1", "3:11", "4:11", "5:1", "7:19", "9:1", "10:17", "12:1", "13:2", "15:1", "15:8"};
  BOOST_TEST(places_of_mistakes(R"(colour = "red"
[listen
control = "127.0.0.1:8085
metrics = "localhost:1"
prediciton = "0.0.0.0:1"
[prediction]
trusted_proxies = [
  "10.0.0.1",
wrokers = 2
on_half_close = maybe
cors = true
cors = false
[limit]
[timeouts]
haed = 1s
)") == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_value_over_several_lines_is_one_statement) {
  const texts expected{"5:14", "8:8", "9:1"};
  BOOST_TEST(places_of_mistakes(R"([prediction]
trusted_proxies = [  # a comment with a "quote
  "10.0.0.1",        # and [listen]
  "::1"]
public_url = """
cors = "a text, no key"
"""
cors = 7
this is nothing
)") == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_config_file_at_all_is_not_told_line_by_line) {
  std::string letter;
  for (std::size_t i = 0; i < 10 * broken_settings_file::most_broken; ++i) letter += "Dear reader,\n";
  const diagnostics mistakes = mistakes_in(letter);
  BOOST_REQUIRE(mistakes.size() == broken_settings_file::most_broken + 1);
  BOOST_TEST(mistakes.back().where == std::to_string(broken_settings_file::most_broken + 1) + ":1");
  BOOST_TEST(mentions(mistakes.back(), "the rest is not looked at"));
}

BOOST_AUTO_TEST_CASE(names_of_thousands_of_parts_are_told_and_not_followed) {
  const std::string deep = [] {
    std::string name = "a";
    for (int part = 1; part < 100'000; ++part) name += ".a";
    return name;
  }();
  for (const auto& [text, where] : std::vector<std::pair<std::string, std::string>>{
           {deep + " = 1", "1:1"},
           {"# a.b\n[" + deep + "]\n", "2:2"},
           {"[[" + deep + "]]", "1:3"},
           {"x = { " + deep + " = 1 }", "1:7"},
           {"x = [1.5, { y = \"" + deep + "\", " + deep + " = 1 }]", "1:" + std::to_string(deep.size() + 21)},
           {"x = \"open\n" + deep + " = 1", "2:1"},
       }) {
    const diagnostic mistake = only_mistake_in(text);
    BOOST_TEST(mistake.where == where);
    BOOST_TEST(mistake.code == "SYNTAX");
    BOOST_TEST(mistake.detail.size() < 200U);
  }
  // Behind a text that nothing closes; what the first look does not see.
  BOOST_TEST(!mistakes_in("x = '''open\n" + deep + " = 1\n[" + deep + "]\n").empty());
}

BOOST_AUTO_TEST_CASE(a_name_within_quotes_or_a_comment_may_have_many_dots) {
  const std::string dots(100, '.');
  BOOST_TEST(mistakes_in("data.folder = \"" + dots + "\"  # " + dots + "\n").empty());
  BOOST_TEST(mistakes_in("data.folder = '" + dots + "'\n# \"" + dots + "\n").empty());
  BOOST_TEST(mistakes_in("data.folder = \"\"\"" + dots + "\n\"" + dots + "\"\"\"").empty());
}

BOOST_AUTO_TEST_CASE(values_within_values_are_told_and_not_followed) {
  std::string lists = "x = ";
  std::string groups = "x = ";
  for (int i = 0; i < 100'000; ++i) lists += '[';
  for (int i = 0; i < 100'000; ++i) groups += "{a.a.a.a.a.a.a.a.a.a.a.a=";
  BOOST_TEST(places_of_mistakes(lists).size() == 2U);  // the list is not closed, and there is no key "x"
  BOOST_TEST(places_of_mistakes(groups).size() == 2U);
  std::string closed = "x = ";
  for (int i = 0; i < 250; ++i) closed += "{a.a.a.a.a.a.a.a.a.a.a.a=";
  closed += "1" + std::string(250, '}');
  BOOST_TEST(only_mistake_in(closed).code == "UNKNOWN_SECTION");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
