#include "control/domain/deployment_document.hpp"
#include "control/domain/group_document.hpp"
#include "control/domain/traffic_limit_document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace domain = modelgate::control::domain;
namespace json = boost::json;
using modelgate::config::traffic_limit;

namespace {

std::string told(modelgate::diagnostics mistakes) {
  std::sort(mistakes.begin(), mistakes.end(), [](const auto& a, const auto& b) { return a.where < b.where; });
  std::string text;
  for (const auto& each : mistakes) text += (text.empty() ? "" : ", ") + each.where + " " + each.code;
  return text;
}

std::string mistakes_of(const char* document) {
  modelgate::diagnostics mistakes;
  static_cast<void>(domain::read_traffic_limits(json::parse(document), "/limits", mistakes));
  return told(mistakes);
}

domain::parsed<domain::deployment_draft> draft(const std::string& access, const std::string& limits) {
  return domain::read_deployment(
      json::parse(R"({"name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1",)"
                  R"("endpointAccessType":")"
                  + access + R"(","serving":{"limits":)" + limits + "}}"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(traffic_limit_document)

BOOST_AUTO_TEST_CASE(limits_are_read_stored_and_shown) {
  const auto read =
      draft("private", R"({"requestsPerSecond":0.3,"burst":7,"concurrent":20,"perClient":{"requestsPerSecond":5}})");
  BOOST_TEST(told(read.mistakes) == "");
  const domain::deployment_spec& spec = read.value.spec;
  BOOST_TEST(spec.serving.limits.together.millirequests_per_second.value() == 300);
  BOOST_TEST((domain::resolved(spec.serving.limits.together) == traffic_limit{300, 7, 20}));
  BOOST_TEST((domain::resolved(spec.serving.limits.per_client) == traffic_limit{5'000, 5, 0}));
  const auto again = domain::from_stored_text(domain::to_stored_text(spec));
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((*again == spec));

  const domain::serving_defaults defaults;
  const auto shown = domain::to_json(spec, &defaults).at("serving").at("limits");
  BOOST_TEST(shown.at("burst").to_number<int>() == 7);
  BOOST_TEST(shown.at("perClient").at("burst").to_number<int>() == 5);  // what holds
  BOOST_TEST(domain::to_json(spec).at("serving").at("limits").at("perClient").at("burst").is_null());
  BOOST_TEST(shown.at("perClient").at("concurrent").is_null());
}

BOOST_AUTO_TEST_CASE(a_burst_that_is_left_open_is_what_comes_in_a_second_and_at_least_one) {
  domain::traffic_limit limit;
  BOOST_TEST((domain::resolved(limit) == traffic_limit{}));
  limit.millirequests_per_second = 1;
  BOOST_TEST(domain::resolved(limit).burst == 1u);
  limit.millirequests_per_second = 2'500;
  BOOST_TEST(domain::resolved(limit).burst == 3u);
}

BOOST_AUTO_TEST_CASE(limits_of_nothing_are_none) {
  for (const char* nothing : {"{}", "null", R"({"requestsPerSecond":null,"perClient":{}})"}) {
    const auto read = draft("private", nothing);
    BOOST_TEST(told(read.mistakes) == "");
    BOOST_TEST(read.value.spec.serving.limits.empty());
    BOOST_TEST(domain::to_json(read.value.spec).at("serving").at("limits").is_null());
  }
}

BOOST_AUTO_TEST_CASE(every_mistake_has_its_place) {
  BOOST_TEST(mistakes_of("[]") == "/limits WRONG_TYPE");
  BOOST_TEST(mistakes_of(R"({"requestsPerSecond":0})") == "/limits/requestsPerSecond OUT_OF_RANGE");
  BOOST_TEST(mistakes_of(R"({"requestsPerSecond":0.0015})") == "/limits/requestsPerSecond OUT_OF_RANGE");
  BOOST_TEST(mistakes_of(R"({"requestsPerSecond":1000001})") == "/limits/requestsPerSecond OUT_OF_RANGE");
  BOOST_TEST(mistakes_of(R"({"requestsPerSecond":"5"})") == "/limits/requestsPerSecond WRONG_TYPE");
  BOOST_TEST(mistakes_of(R"({"burst":5})") == "/limits/requestsPerSecond REQUIRED");
  BOOST_TEST(mistakes_of(R"({"requestsPerSecond":1,"burst":0,"concurrent":0,"rate":1,"perClient":{"perClient":{}}})")
             == "/limits/burst OUT_OF_RANGE, /limits/concurrent OUT_OF_RANGE, /limits/perClient/perClient UNKNOWN_MEMBER, "
                "/limits/rate UNKNOWN_MEMBER");
}

BOOST_AUTO_TEST_CASE(callers_without_names_have_no_limit_each) {
  BOOST_TEST(told(draft("public", R"({"concurrent":1})").mistakes) == "");
  BOOST_TEST(told(draft("public", R"({"perClient":{"concurrent":1}})").mistakes)
             == "/serving/limits/perClient NOT_AVAILABLE");
}

BOOST_AUTO_TEST_CASE(a_patch_reaches_into_limits) {
  domain::deployment current;
  current.current.spec = draft("private", R"({"requestsPerSecond":5,"perClient":{"concurrent":2}})").value.spec;
  const auto patched = domain::read_deployment_patch(
      current, json::parse(R"({"serving":{"limits":{"burst":9,"perClient":{"concurrent":null}}}})"));
  BOOST_TEST(told(patched.mistakes) == "");
  BOOST_TEST((domain::resolved(patched.value.spec.serving.limits.together) == traffic_limit{5'000, 9, 0}));
  BOOST_TEST(patched.value.spec.serving.limits.per_client.empty());
  const auto cleared = domain::read_deployment_patch(current, json::parse(R"({"serving":{"limits":null}})"));
  BOOST_TEST(cleared.value.spec.serving.limits.empty());
}

BOOST_AUTO_TEST_CASE(a_group_has_limits_without_clients) {
  const auto read = domain::read_group(json::parse(R"({"name":"g","limits":{"requestsPerSecond":2,"concurrent":3}})"));
  BOOST_TEST(told(read.mistakes) == "");
  BOOST_TEST((domain::resolved(read.value.limits) == traffic_limit{2'000, 2, 3}));
  BOOST_TEST((domain::read_group(domain::to_json(read.value)).value == read.value));
  BOOST_TEST(told(domain::read_group(json::parse(R"({"name":"g","limits":{"perClient":{}}})")).mistakes)
             == "/limits/perClient UNKNOWN_MEMBER");
  const auto patched = domain::read_group_patch(read.value, json::parse(R"({"limits":{"requestsPerSecond":null}})"));
  BOOST_TEST((domain::resolved(patched.value.limits) == traffic_limit{0, 1, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
