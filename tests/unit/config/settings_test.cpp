#include "modelgate/config/settings.hpp"

#include "gateway/config/settings_table.hpp"
#include "tests/unit/config/mistakes.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace modelgate::config {
namespace {

using namespace std::chrono_literals;
using tests::mentions;
using tests::mistakes_in;
using tests::only_mistake_in;
using tests::parsed;

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
[control]
public_url = "https://console.example.com/"
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
  BOOST_TEST(read.control_public_url == "https://console.example.com");
}

BOOST_AUTO_TEST_CASE(dotted_and_inline_spellings_are_the_same_keys) {
  BOOST_TEST(parsed("runtime.process.user = \"a\"").process_runtime.user == "a");
  BOOST_TEST(parsed("prediction = { workers = 2 }").prediction.workers == 2U);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_located_and_the_nearest_named) {
  const diagnostic mistake = only_mistake_in("[timeouts]\nhead = \"1s\"\n  haed = \"10s\"\n");
  BOOST_TEST(mistake.where == "3:3");
  BOOST_TEST(mistake.code == "UNKNOWN_KEY");
  BOOST_TEST(mistake.detail == "timeouts.haed: unknown key; did you mean timeouts.head?");
}

BOOST_AUTO_TEST_CASE(a_key_in_the_wrong_section_is_shown_its_own) {
  BOOST_TEST(only_mistake_in("workers = 2").detail
             == "workers: unknown key here; it belongs to the section [prediction]");
  BOOST_TEST(only_mistake_in("[listen]\ndrain = \"1s\"").detail
             == "listen.drain: unknown key here; it belongs to the section [timeouts]");
}

BOOST_AUTO_TEST_CASE(a_key_unlike_any_other_gets_no_guess_but_the_list) {
  BOOST_TEST(only_mistake_in("[listen]\ncolour = \"red\"").detail
             == "listen.colour: unknown key; [listen] takes prediction, control and metrics");
  BOOST_TEST(
      mentions(only_mistake_in("colour = \"red\""), "colour: unknown key; keys stand below the sections [listen], "));
}

BOOST_AUTO_TEST_CASE(an_unknown_section_is_one_mistake_however_many_keys_it_has) {
  const diagnostic mistake = only_mistake_in("[timeout]\nhead = \"1s\"\ntotal = \"1s\"\n");
  BOOST_TEST(mistake.where == "1:2");
  BOOST_TEST(mistake.code == "UNKNOWN_SECTION");
  BOOST_TEST(mistake.detail == "timeout: unknown section; did you mean [timeouts]?");
  BOOST_TEST(only_mistake_in("[process]").detail == "process: unknown section; did you mean [runtime.process]?");
  BOOST_TEST(only_mistake_in("[bogus]").detail
             == "bogus: unknown section; the sections are [listen], [prediction], [limits], [timeouts], [health], [tls], "
                "[tls.prediction], [tls.control], [data], "
                "[catalogue], [runtime], [runtime.process], [runtime.docker], [runtime.podman], [runtime.models], [runtime.external], [people], "
                "[audit], [rollout], [graphql], [metrics], [access_log], [tracing], [log], [console] and [control]");
}

BOOST_AUTO_TEST_CASE(a_section_in_double_brackets_is_a_mistake_that_hides_no_other) {
  const diagnostics mistakes = mistakes_in("[[timeouts]]\nhaed = \"1s\"\n");
  BOOST_REQUIRE(mistakes.size() == 2U);
  BOOST_TEST(mentions(mistakes[0], "write [timeouts] once"));
  BOOST_TEST(mentions(mistakes[1], "timeouts.head?"));
}

BOOST_AUTO_TEST_CASE(a_dotted_name_in_quotes_is_no_key) {
  BOOST_TEST(mentions(only_mistake_in("\"timeouts.head\" = \"1s\""), "write it without them"));
}

BOOST_AUTO_TEST_CASE(names_are_shown_without_control_characters_and_cut) {
  const diagnostic mistake = only_mistake_in("[listen]\n\"\\u001b" + std::string(500, 'x') + "\" = 1\n");
  BOOST_TEST(mentions(mistake, "listen.?xxx"));
  BOOST_TEST(mistake.detail.size() < 200U);
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
  BOOST_TEST(only_mistake_in("people.login_lock = \"1h\"").code == "CONTRADICTION");
  BOOST_TEST(only_mistake_in("health.ejection_time = \"1h\"").code == "CONTRADICTION");
  BOOST_TEST(only_mistake_in("health.ejection_latency_factor = 1").code == "CONTRADICTION");
  const diagnostic both = only_mistake_in(
      "[runtime.docker]\nsocket = \"/run/a\"\ninstance_types = [\"small\", \"gpu\"]\n"
      "[runtime.podman]\nsocket = \"/run/b\"\ninstance_types = [\"gpu\"]\n");
  BOOST_TEST(both.code == "CONTRADICTION");
  BOOST_TEST(mentions(both, "names gpu, which runtime.podman.instance_types names too"));
  // Told at the key that the file sets, even where the other one is to blame.
  const diagnostic smaller = only_mistake_in("[limits]\nhead_bytes = \"4KiB\"\n");
  BOOST_TEST(smaller.where == "2:14");
  BOOST_TEST(mentions(smaller, "limits.target_bytes: is larger than limits.head_bytes"));
}

BOOST_AUTO_TEST_CASE(an_address_that_stands_for_all_clashes_with_each_of_them) {
  const auto listening = [](const std::string& prediction, const std::string& control) {
    return mistakes_in("[listen]\nprediction = \"" + prediction + "\"\ncontrol = \"" + control + "\"\n");
  };
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"0.0.0.0", "127.0.0.1"}, {"[::]", "127.0.0.1"}, {"[::]", "[::1]"}, {"[::]", "0.0.0.0"}}) {
    BOOST_TEST_CONTEXT(a << " and " << b) {
      for (const diagnostics& mistakes :
           {listening(a + ":18099", b + ":18099"), listening(b + ":18099", a + ":18099")}) {
        BOOST_REQUIRE(mistakes.size() == 1U);
        BOOST_TEST(mistakes.front().code == "CONTRADICTION");
        BOOST_TEST(mentions(mistakes.front(), "listen.control: covers or is covered by listen.prediction; "));
      }
      BOOST_TEST(listening(a + ":0", b + ":0").empty());
      BOOST_TEST(listening(a + ":18099", b + ":18098").empty());
    }
  }
  BOOST_TEST(listening("0.0.0.0:18099", "[::1]:18099").empty());
  BOOST_TEST(listening("127.0.0.1:18099", "127.0.0.2:18099").empty());
}

BOOST_AUTO_TEST_CASE(a_contradiction_is_told_beside_other_mistakes_but_not_of_values_that_are_not_known) {
  BOOST_TEST(mistakes_in("[timeouts]\nhead = 1\n[listen]\ncontrol = \"0.0.0.0:8080\"\n").size() == 2U);
  BOOST_TEST(mistakes_in("[limits]\nhead_bytes = 1\ntarget_bytes = \"48KiB\"\n").size() == 1U);
}

BOOST_AUTO_TEST_CASE(names_of_keys_are_unique) {
  std::set<std::string_view> names;
  for (const settings_key& key : settings_keys()) BOOST_TEST(names.insert(key.name).second, key.name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
