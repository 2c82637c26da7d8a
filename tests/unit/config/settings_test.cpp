#include "modelgate/config/settings.hpp"

#include "gateway/config/settings_table.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace modelgate {

std::ostream& operator<<(std::ostream& out, const diagnostic& mistake) {
  return out << mistake.where << " " << mistake.code << " " << mistake.detail;
}

namespace config {
namespace {

using namespace std::chrono_literals;

settings parsed(std::string_view toml) {
  auto read = parse_settings(toml, "/etc/modelgate");
  for (const diagnostic& mistake : read.has_error() ? read.error() : diagnostics{}) BOOST_TEST_MESSAGE(mistake);
  BOOST_REQUIRE(read.has_value());
  return *read;
}

diagnostics mistakes_in(std::string_view toml) {
  auto read = parse_settings(toml, "/etc/modelgate");
  return read.has_error() ? read.error() : diagnostics{};
}

diagnostic only_mistake_in(std::string_view toml) {
  const diagnostics mistakes = mistakes_in(toml);
  BOOST_TEST_CONTEXT(toml) {
    BOOST_REQUIRE_EQUAL(mistakes.size(), 1U);
  }
  return mistakes.front();
}

bool mentions(const diagnostic& mistake, std::string_view text) {
  return mistake.detail.find(text) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(settings_suite)

BOOST_AUTO_TEST_CASE(an_empty_file_means_the_defaults) {
  settings defaults;
  defaults.catalogue = "/etc/modelgate/images";
  BOOST_CHECK(parsed("") == defaults);
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_arrives) {
  const settings read = parsed(R"(
[listen]
prediction = "[::1]:0"
[prediction]
public_url = "https://models.example.com/"
workers = 3
trusted_proxies = ["10.0.0.1", "0:0::1"]
on_half_close = "deliver"
cors = false
[limits]
head_bytes = "32KiB"
body_bytes = 1000
[timeouts]
head = "1.5s"
drain_delay = "0s"
[catalogue]
path = "../models"
[data]
folder = "/srv/modelgate"
[runtime.process]
user = "models"
[metrics]
deployment_name = "deploy-{id}"
[log]
level = "warning"
[console]
grafana_url = "http://localhost:3000"
)");
  BOOST_CHECK((read.listen.prediction == net::endpoint{"::1", 0}));
  BOOST_TEST(read.prediction.public_url == "https://models.example.com");
  BOOST_TEST(read.prediction.workers == 3U);
  BOOST_TEST((read.prediction.trusted_proxies == std::vector<std::string>{"10.0.0.1", "::1"}));
  BOOST_TEST(!read.prediction.cancel_on_half_close);
  BOOST_TEST(!read.prediction.cors);
  BOOST_TEST(read.limits.head_bytes == 32'768U);
  BOOST_TEST(read.limits.body_bytes == 1'000U);
  BOOST_CHECK(read.timeouts.head == 1'500ms);
  BOOST_CHECK(read.timeouts.drain_delay == 0ms);
  BOOST_TEST(read.catalogue == "/etc/models");
  BOOST_TEST(read.data_folder == "/srv/modelgate");
  BOOST_TEST(read.process_runtime.user == "models");
  BOOST_TEST(read.metrics_deployment_name == "deploy-{id}");
  BOOST_CHECK(read.log_level == log::level::warning);
  BOOST_TEST(read.console_grafana_url == "http://localhost:3000");
}

BOOST_AUTO_TEST_CASE(dotted_and_inline_spellings_are_the_same_keys) {
  BOOST_TEST(parsed("runtime.process.user = \"a\"").process_runtime.user == "a");
  BOOST_TEST(parsed("prediction = { workers = 2 }").prediction.workers == 2U);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_located_and_the_nearest_named) {
  const diagnostic mistake = only_mistake_in("[timeouts]\nhead = \"1s\"\n  haed = \"10s\"\n");
  BOOST_TEST(mistake.where == "3:3");
  BOOST_TEST(mistake.code == "UNKNOWN_KEY");
  BOOST_TEST(mistake.detail == "unknown key \"timeouts.haed\"; did you mean \"timeouts.head\"?");
}

BOOST_AUTO_TEST_CASE(a_key_in_the_wrong_section_is_shown_its_own) {
  BOOST_TEST(mentions(only_mistake_in("workers = 2"), "did you mean \"prediction.workers\"?"));
  BOOST_TEST(mentions(only_mistake_in("[listen]\ndrain = \"1s\""), "did you mean \"timeouts.drain\"?"));
}

BOOST_AUTO_TEST_CASE(a_key_unlike_any_other_gets_no_guess) {
  BOOST_TEST(only_mistake_in("colour = \"red\"").detail == "unknown key \"colour\"");
}

BOOST_AUTO_TEST_CASE(an_unknown_section_is_one_mistake_however_many_keys_it_has) {
  const diagnostic mistake = only_mistake_in("[timeout]\nhead = \"1s\"\ntotal = \"1s\"\n");
  BOOST_TEST(mistake.where == "1:2");
  BOOST_TEST(mistake.detail == "unknown section [timeout]; did you mean [timeouts]?");
}

BOOST_AUTO_TEST_CASE(a_duplicate_key_is_located) {
  const diagnostic mistake = only_mistake_in("[timeouts]\nhead = \"1s\"\nhead = \"2s\"\n");
  BOOST_TEST(mistake.where.starts_with("3:"));
  BOOST_TEST(mistake.code == "SYNTAX");
}

BOOST_AUTO_TEST_CASE(broken_syntax_is_located) {
  BOOST_TEST(only_mistake_in("[listen]\nprediction = \n").where.starts_with("2:"));
  BOOST_TEST(only_mistake_in("[listen\n").where.starts_with("1:"));
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once_in_the_order_of_the_file) {
  const diagnostics mistakes = mistakes_in(R"([timeouts]
head = 10
total = "0s"
[limits]
head_bytes = 1
[listen]
prediction = "localhost:8080"
control = "127.0.0.1"
[nonsense]
a = 1
)");
  std::vector<std::string> places;
  for (const diagnostic& mistake : mistakes) places.push_back(mistake.where);
  const std::vector<std::string> expected{"2:8", "3:9", "5:14", "7:14", "8:11", "9:2"};
  BOOST_CHECK_EQUAL_COLLECTIONS(places.begin(), places.end(), expected.begin(), expected.end());
}

BOOST_AUTO_TEST_CASE(values_of_the_wrong_type_or_range_say_what_is_expected) {
  for (const char* line : {
           "listen.prediction = 8080",
           "listen.prediction = \"localhost:8080\"",
           "listen.prediction = \"0.0.0.0:65536\"",
           "prediction.workers = -1",
           "prediction.workers = 1.5",
           "prediction.workers = \"4\"",
           "prediction.workers = 1025",
           "prediction.trusted_proxies = \"10.0.0.1\"",
           "prediction.trusted_proxies = [\"10.0.0.0/8\"]",
           "prediction.trusted_proxies = [1]",
           "prediction.on_half_close = \"Cancel\"",
           "prediction.on_half_close = true",
           "prediction.cors = \"true\"",
           "prediction.cors = 1",
           "prediction.public_url = \"models.example.com\"",
           "prediction.public_url = \"ftp://models.example.com\"",
           "prediction.public_url = \"http://a:b@models.example.com\"",
           "limits.head_bytes = 0",
           "limits.head_bytes = \"16KB\"",
           "limits.head_bytes = \"-16KiB\"",
           "limits.head_bytes = 9223372036854775807",
           "limits.body_bytes = \"99999999999GiB\"",
           "timeouts.head = 10",
           "timeouts.head = \"10\"",
           "timeouts.head = \"0s\"",
           "timeouts.head = \"-1s\"",
           "timeouts.drain_delay = \"-1s\"",
           "catalogue.path = \"\"",
           "catalogue.path = 1",
           "catalogue.path = 1979-05-27",
           "runtime.process.user = \"\"",
           "metrics.deployment_name = \"all the same\"",
           "metrics.deployment_name = \"{id}{name}\"",
           "log.level = \"verbose\"",
           "log.level = [\"info\"]",
           "timeouts.head = { seconds = 1 }",
       }) {
    const diagnostic mistake = only_mistake_in(line);
    BOOST_TEST_CONTEXT(line << " -> " << mistake) {
      BOOST_TEST(mistake.code == "INVALID_VALUE");
      BOOST_TEST(mentions(mistake, " must be "));
      BOOST_TEST(mistake.where.starts_with("1:"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_section_that_is_written_as_a_value_is_explained) {
  BOOST_TEST(mentions(only_mistake_in("timeouts = 5"), "[timeouts]"));
}

BOOST_AUTO_TEST_CASE(keys_that_contradict_each_other_are_told_at_the_one_to_change) {
  const diagnostic same = only_mistake_in("[listen]\ncontrol = \"0.0.0.0:8080\"\n");
  BOOST_TEST(same.where == "2:11");
  BOOST_TEST(same.code == "CONTRADICTION");
  BOOST_TEST(mistakes_in("[listen]\nprediction = \"127.0.0.1:0\"\ncontrol = \"127.0.0.1:0\"\n").empty());
  BOOST_TEST(only_mistake_in("limits.target_bytes = \"64KiB\"").code == "CONTRADICTION");
  BOOST_TEST(only_mistake_in("runtime.process.restart_backoff = \"1m\"").code == "CONTRADICTION");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_one_mistake_without_a_place) {
  for (const char* file : {"/nonexistent/modelgate.toml", "/tmp"}) {
    const auto read = load_settings(file);
    BOOST_REQUIRE(read.has_error());
    BOOST_REQUIRE(read.error().size() == 1U);
    BOOST_TEST(read.error().front().where.empty());
    BOOST_TEST(mentions(read.error().front(), file));
  }
}

BOOST_AUTO_TEST_CASE(names_of_keys_are_unique) {
  std::set<std::string_view> names;
  for (const settings_key& key : settings_keys()) BOOST_TEST(names.insert(key.name).second, key.name);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settings_environment)

BOOST_AUTO_TEST_CASE(lies_over_the_file) {
  settings target = parsed("[timeouts]\nhead = \"1s\"\ntotal = \"2s\"\n");
  const diagnostics mistakes = apply_environment(target, {{"MODELGATE_LISTEN__PREDICTION", "127.0.0.1:0"},
                                                          {"MODELGATE_TIMEOUTS__HEAD", "3s"},
                                                          {"MODELGATE_PREDICTION__WORKERS", "2"},
                                                          {"MODELGATE_PREDICTION__CORS", "false"},
                                                          {"MODELGATE_PREDICTION__TRUSTED_PROXIES", "10.0.0.1, ::1"},
                                                          {"MODELGATE_LIMITS__HEAD_BYTES", "32KiB"},
                                                          {"MODELGATE_RUNTIME__PROCESS__USER", "models"},
                                                          {"HOME", "/root"}});
  BOOST_TEST(mistakes.empty());
  BOOST_TEST(target.listen.prediction.port == 0);
  BOOST_CHECK(target.timeouts.head == 3s);
  BOOST_CHECK(target.timeouts.total == 2s);
  BOOST_TEST(target.prediction.workers == 2U);
  BOOST_TEST(!target.prediction.cors);
  BOOST_TEST((target.prediction.trusted_proxies == std::vector<std::string>{"10.0.0.1", "::1"}));
  BOOST_TEST(target.limits.head_bytes == 32'768U);
  BOOST_TEST(target.process_runtime.user == "models");
}

BOOST_AUTO_TEST_CASE(mistakes_are_located_by_the_variable) {
  settings target;
  const diagnostics mistakes = apply_environment(
      target,
      {{"MODELGATE_TIMEOUTS__HAED", "1s"}, {"MODELGATE_TIMEOUTS__TOTAL", "soon"}, {"MODELGATE_LISTEN_CONTROL", "x"}});
  BOOST_REQUIRE(mistakes.size() == 3U);
  BOOST_TEST(mistakes[0].where == "MODELGATE_LISTEN_CONTROL");
  BOOST_TEST(mentions(mistakes[0], "did you mean MODELGATE_LISTEN__CONTROL?"));
  BOOST_TEST(mistakes[1].where == "MODELGATE_TIMEOUTS__HAED");
  BOOST_TEST(mentions(mistakes[1], "did you mean MODELGATE_TIMEOUTS__HEAD?"));
  BOOST_TEST(mistakes[2].where == "MODELGATE_TIMEOUTS__TOTAL");
  BOOST_TEST(mentions(mistakes[2], "must be a duration"));
}

BOOST_AUTO_TEST_CASE(variables_of_the_command_line_are_left_alone) {
  settings target;
  BOOST_TEST(apply_environment(
                 target, {{"MODELGATE_SERVER", "http://h"}, {"MODELGATE_TOKEN", "t"}, {"MODELGATE_TOKEN_FILE", "f"}})
                 .empty());
}

BOOST_AUTO_TEST_CASE(every_key_has_a_variable) {
  for (const settings_key& key : settings_keys()) {
    settings target;
    const diagnostics mistakes = apply_environment(target, {{environment_name(key), "\x01"}});
    BOOST_TEST_CONTEXT(key.name) {
      BOOST_TEST((mistakes.empty() || mistakes.front().code == "INVALID_VALUE"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace config
}  // namespace modelgate
