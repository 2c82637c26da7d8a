#include "modelgate/config/settings_draft.hpp"

#include "gateway/config/settings_table.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/config/mistakes.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace modelgate::config {
namespace {

using namespace std::chrono_literals;
using modelgate::tests::temporary_folder;
using tests::mentions;

using variables = std::map<std::string, std::string>;

diagnostics mistakes_of(settings_draft draft) {
  auto finished = finish(std::move(draft));
  return finished.has_error() ? finished.error() : diagnostics{};
}

diagnostics mistakes_in_environment(const variables& environment) {
  settings_draft draft;
  lay_environment(draft, environment);
  return mistakes_of(std::move(draft));
}

BOOST_AUTO_TEST_SUITE(settings_draft_suite)

BOOST_AUTO_TEST_CASE(flags_lie_over_the_environment_which_lies_over_the_file) {
  settings_draft draft;
  lay_text(draft, "[timeouts]\nhead = \"1s\"\ntotal = \"2s\"\nconnect = \"3s\"\n[data]\nfolder = \"state\"\n", "/etc",
           "a.toml");
  lay_environment(draft, {{"MODELGATE_TIMEOUTS__HEAD", "4s"},
                          {"MODELGATE_TIMEOUTS__TOTAL", "5s"},
                          {"MODELGATE_PREDICTION__WORKERS", "2"},
                          {"MODELGATE_PREDICTION__CORS", "false"},
                          {"MODELGATE_PREDICTION__TRUSTED_PROXIES", "10.0.0.1, ::1"},
                          {"MODELGATE_LIMITS__HEAD_BYTES", "32KiB"},
                          {"MODELGATE_RUNTIME__PROCESS__USER", "models"},
                          {"HOME", "/root"}});
  lay_flag(draft, "--total", "timeouts.total", "6s");
  const auto whole = finish(draft);
  BOOST_REQUIRE(whole.has_value());
  BOOST_CHECK(whole->timeouts.connect == 3s);
  BOOST_CHECK(whole->timeouts.head == 4s);
  BOOST_CHECK(whole->timeouts.total == 6s);
  BOOST_TEST(whole->data_folder == "/etc/state");
  BOOST_TEST(whole->prediction.workers == 2U);
  BOOST_TEST(!whole->prediction.cors);
  BOOST_TEST((whole->prediction.trusted_proxies == std::vector<std::string>{"10.0.0.1", "::1"}));
  BOOST_TEST(whole->limits.head_bytes == 32'768U);
  BOOST_TEST(whole->process_runtime.user == "models");
}

BOOST_AUTO_TEST_CASE(mistakes_of_every_layer_are_told_each_where_it_is) {
  settings_draft draft;
  lay_text(draft, "[timeouts]\nhead = 1\n[listen]\ncontrol = \"127.0.0.1:1\"\n", "/etc", "/etc/a.toml");
  lay_environment(draft, {{"MODELGATE_TIMEOUTS__TOTAL", "soon"}, {"MODELGATE_LISTEN__METRICS", "127.0.0.1:1"}});
  lay_flag(draft, "--prediction-listen", "listen.prediction", "localhost");
  std::vector<std::string> told;
  for (const diagnostic& mistake : mistakes_of(std::move(draft))) {
    told.push_back(mistake.where + ": " + mistake.detail.substr(0, mistake.detail.find(';')));
  }
  const std::vector<std::string> expected{
      "/etc/a.toml:2:8: timeouts.head: this value is not possible",
      "MODELGATE_TIMEOUTS__TOTAL: timeouts.total: this value is not possible",
      "--prediction-listen: listen.prediction: this value is not possible",
      "MODELGATE_LISTEN__METRICS: listen.metrics: is the same address as listen.control",
  };
  BOOST_TEST(told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_told_by_its_name) {
  for (const char* file : {"/nonexistent/modelgate.toml", "/tmp", "/proc/self/mem"}) {
    settings_draft draft;
    lay_file(draft, file);
    const diagnostics mistakes = mistakes_of(std::move(draft));
    BOOST_REQUIRE(mistakes.size() == 1U);
    BOOST_TEST(mistakes.front().where == file);
    BOOST_TEST(mentions(mistakes.front(), "cannot be read: "));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settings_environment)

BOOST_AUTO_TEST_CASE(a_variable_without_a_key_is_told_with_the_one_that_was_meant) {
  for (const auto& [variable, advice] : variables{
           {"MODELGATE_TIMEOUTS__HAED", "timeouts.haed: unknown key; did you mean MODELGATE_TIMEOUTS__HEAD?"},
           {"MODELGATE_TIMEOUT__HEAD", "timeout.head: unknown key; did you mean MODELGATE_TIMEOUTS__HEAD?"},
           {"MODELGATE_LISTEN__DRAIN", "listen.drain: unknown key; did you mean MODELGATE_TIMEOUTS__DRAIN?"},
           {"MODELGATE_PROCESS__USER", "process.user: unknown key; did you mean MODELGATE_RUNTIME__PROCESS__USER?"},
           {"MODELGATE_LISTEN__COLOUR", "listen.colour: unknown key; [listen] takes prediction, control and metrics"},
           {"MODELGATE_BOGUS__COLOUR", "bogus.colour: unknown section; the sections are [listen], "},
       }) {
    const diagnostics mistakes = mistakes_in_environment({{variable, "1s"}});
    BOOST_TEST_CONTEXT(variable) {
      BOOST_REQUIRE(mistakes.size() == 1U);
      BOOST_TEST(mistakes.front().where == variable);
      BOOST_TEST(mistakes.front().detail.starts_with(advice), mistakes.front().detail);
    }
  }
}

BOOST_AUTO_TEST_CASE(variables_without_two_underscores_are_left_alone) {
  BOOST_TEST(mistakes_in_environment({{"MODELGATE_SERVER", "http://h"},
                                      {"MODELGATE_TOKEN", "t"},
                                      {"MODELGATE_TOKEN_FILE", "f"},
                                      {"MODELGATE_LISTEN_CONTROL", "x"},
                                      {"MODELGATE_", "x"},
                                      {"OTHER__KEY", "x"}})
                 .empty());
}

BOOST_AUTO_TEST_CASE(every_key_has_a_variable) {
  for (const settings_key& key : settings_keys()) {
    const diagnostics mistakes = mistakes_in_environment({{environment_name(key), "\x01"}});
    BOOST_TEST_CONTEXT(key.name) {
      // A list of key files is right by itself, and wrong without certificates.
      const char* code = key.name.ends_with(".keys") ? "CONTRADICTION" : "INVALID_VALUE";
      BOOST_TEST((mistakes.empty() || mistakes.front().code == code));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

/// A folder to name things in.
struct system_fixture {
  temporary_folder base;

  /// What the look at the system says of a config file in the folder.
  [[nodiscard]] diagnostics looked_at(const std::string& toml, const variables& environment = {}) const {
    settings_draft draft;
    lay_text(draft, toml, base.path(), "a.toml");
    lay_environment(draft, environment);
    look_at_system(draft);
    return mistakes_of(std::move(draft));
  }
  [[nodiscard]] diagnostic only_mistake(const std::string& toml, const variables& environment = {}) const {
    const diagnostics mistakes = looked_at(toml, environment);
    BOOST_TEST_CONTEXT(toml) {
      BOOST_REQUIRE_EQUAL(mistakes.size(), 1U);
    }
    return mistakes.front();
  }
};

BOOST_FIXTURE_TEST_SUITE(settings_and_this_system, system_fixture)

BOOST_AUTO_TEST_CASE(what_exists_is_fine_and_so_is_what_is_made_at_start) {
  std::filesystem::create_directory(base.path() / "models");
  BOOST_TEST(looked_at("[catalogue]\npath = \"models\"\n[data]\nfolder = \"new/data\"\n"
                       "[runtime.process]\nuser = \"root\"\nwork_folder = \"new/work\"\n")
                 .empty());
}

BOOST_AUTO_TEST_CASE(defaults_are_not_named_by_the_file_and_need_not_exist) {
  BOOST_TEST(looked_at("").empty());
}

BOOST_AUTO_TEST_CASE(a_user_that_is_none_is_told) {
  const diagnostic mistake = only_mistake("[runtime.process]\nuser = \"no-such-user\"\n");
  BOOST_TEST(mistake.where == "a.toml:2:8");
  BOOST_TEST(mistake.detail == "runtime.process.user: this system has no user \"no-such-user\"; name one that exists");
  BOOST_TEST(only_mistake("", {{"MODELGATE_RUNTIME__PROCESS__USER", "no-such-user"}}).where
             == "MODELGATE_RUNTIME__PROCESS__USER");
}

BOOST_AUTO_TEST_CASE(a_catalogue_that_is_no_folder_is_told_with_its_whole_path) {
  const diagnostic missing = only_mistake("[catalogue]\npath = \"models\"\n");
  BOOST_TEST(missing.where == "a.toml:2:8");
  BOOST_TEST(mentions(missing, "catalogue.path: there is no \"" + (base.path() / "models").string() + "\""));
  std::ofstream{base.path() / "models"} << "a letter";
  BOOST_TEST(mentions(only_mistake("[catalogue]\npath = \"models\"\n"), "is no folder"));
}

BOOST_AUTO_TEST_CASE(a_catalogue_that_cannot_be_read_is_told) {
  const std::string too_long(300, 'x');  // refused to everybody, root too
  BOOST_TEST(mentions(only_mistake("[catalogue]\npath = \"" + too_long + "\"\n"), "cannot be read"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_told) {
  std::ofstream{base.path() / "letter"} << "a letter";
  BOOST_TEST(mentions(only_mistake("[data]\nfolder = \"letter\"\n"), "data.folder: \""));
  const diagnostic below = only_mistake("[runtime.process]\nwork_folder = \"letter/a/b\"\n");
  BOOST_TEST(mentions(below, "runtime.process.work_folder: \""));
  BOOST_TEST(mentions(below, "cannot be made"));
}

BOOST_AUTO_TEST_CASE(a_work_folder_in_the_data_folder_is_told) {
  for (const char* work : {"data", "data/work", "other/../data/work"}) {
    const std::string toml =
        std::string{"[data]\nfolder = \"data\"\n[runtime.process]\nwork_folder = \""} + work + "\"\n";
    BOOST_TEST(mentions(only_mistake(toml), "is in the data folder"));
  }
  BOOST_TEST(looked_at("[data]\nfolder = \"data\"\n[runtime.process]\nwork_folder = \"data-work\"\n").empty());
}

BOOST_AUTO_TEST_CASE(values_that_are_not_known_are_not_looked_for) {
  const diagnostics mistakes = looked_at("[runtime.process]\nuser = 5\n[catalogue]\npath = \"models\"\n");
  BOOST_REQUIRE(mistakes.size() == 2U);
  BOOST_TEST(mistakes[0].code == "INVALID_VALUE");
  BOOST_TEST(mistakes[1].code == "MISSING");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
