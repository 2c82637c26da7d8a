// conf/modelgate.toml is where people look a key up: it must show every key there is, with its true default, and none
// besides.
#include "gateway/config/settings_table.hpp"

#include "modelgate/config/settings_draft.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

namespace modelgate::config {
namespace {

const std::filesystem::path shipped_file = std::filesystem::path{MODELGATE_SOURCE_DIR} / "conf" / "modelgate.toml";

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

/// `key` of "# key = value" or "key = value"; empty for prose.
std::string key_of(std::string line) {
  if (line.starts_with("# ")) line.erase(0, 2);
  const std::size_t end = line.find(" = ");
  if (end == std::string::npos || end == 0) return {};
  for (const char c : line.substr(0, end)) {
    if (!is_key_char(c)) return {};
  }
  return line.substr(0, end);
}

struct shown_keys {
  std::map<std::string, std::string> lines;     ///< by full name: "key = value"
  std::map<std::string, std::string> comments;  ///< by full name: the prose above the key, or above keys that follow it
  std::string uncommented;                      ///< the file with every default set

  shown_keys() {
    std::ifstream file{shipped_file};
    BOOST_REQUIRE(file.is_open());
    std::string section;
    std::string comment;
    bool comment_ended = false;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
      if (const std::string key = key_of(line); !key.empty()) {
        if (line.starts_with("# ")) line.erase(0, 2);
        const bool first = lines.emplace(section + "." + key, line).second;
        BOOST_TEST(first, section << "." << key << " is shown twice");
        comments.emplace(section + "." + key, comment);
        comment_ended = true;
      } else {
        if (std::exchange(comment_ended, false)) comment.clear();
        comment += line + "\n";
      }
      uncommented += line + "\n";
    }
  }
};

BOOST_FIXTURE_TEST_SUITE(settings_file, shown_keys)

BOOST_AUTO_TEST_CASE(shows_every_key_there_is) {
  for (const settings_key& key : settings_keys())
    BOOST_TEST(lines.contains(std::string{key.name}), key.name << " is not shown");
}

BOOST_AUTO_TEST_CASE(shows_no_other_key) {
  for (const auto& [name, line] : lines) BOOST_TEST((find_key(name) != nullptr), name << " is no key");
}

BOOST_AUTO_TEST_CASE(says_of_each_key_whether_a_running_program_takes_another_value) {
  for (const settings_key& key : settings_keys()) {
    const bool says = comments[std::string{key.name}].find("Read at start only.") != std::string::npos;
    BOOST_TEST(says == (key.effect == key_effect::at_restart), key.name);
  }
}

BOOST_AUTO_TEST_CASE(as_shipped_it_parses_to_the_defaults) {
  settings_draft draft;
  lay_file(draft, shipped_file.string());
  look_at_system(draft);
  const auto shipped = finish(draft);
  BOOST_REQUIRE(shipped.has_value());
  settings defaults;
  defaults.file = shipped_file;
  defaults.catalogue = shipped_file.parent_path() / "images";
  BOOST_CHECK(*shipped == defaults);
}

BOOST_AUTO_TEST_CASE(with_every_comment_taken_away_it_says_the_same) {
  auto spelled_out = parse_settings(uncommented, "");
  for (const diagnostic& mistake : spelled_out.has_error() ? spelled_out.error() : diagnostics{}) {
    BOOST_TEST_MESSAGE(mistake.where << " " << mistake.detail);
  }
  BOOST_REQUIRE(spelled_out.has_value());
  settings defaults;
  defaults.catalogue = "images";
  spelled_out->process_runtime.work_folder
      .clear();  // its default depends on the data folder; the file shows an example
  BOOST_CHECK(*spelled_out == defaults);
}

BOOST_AUTO_TEST_CASE(a_broken_line_spoils_no_other) {
  const auto spoiled = parse_settings(uncommented + "broken\n", "");
  BOOST_REQUIRE(spoiled.has_error());
  BOOST_TEST(spoiled.error().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
