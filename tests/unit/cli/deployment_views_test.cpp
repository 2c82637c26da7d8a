#include "control/cli/deployment_views.hpp"

#include "control/cli/answer_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

namespace modelgate::control::cli {
namespace {

const system_time now = parse_rfc3339("2026-01-31T12:00:00Z").value();

constexpr const char* iris = R"({ "id": "iris", "name": "Iris", "group": "research", "modelImage": "demo/iris:1.0",
  "instanceType": "cpu-1", "replicas": 2, "endpointAccessType": "private", "metadata": {"team": "ml"}, "updateMessage": "first",
  "revision": 3, "updatedAt": "2026-01-31T11:57:00Z", "updatedBy": "ann", "endpoint": "http://h:8080/deployment/iris",
  "status": { "phase": "Deploying", "message": "1 of 2 is ready", "availableReplicas": 1,
    "replicas": [ {"name": "deploy-iris-r3-0", "revision": 3, "phase": "Ready", "reason": "", "since": "2026-01-31T11:59:48Z",
      "limits": "enforced", "limitsBy": "cgroup1", "usage": {"cpu": 0.25, "memoryGiB": 0.5}} ] } })";

BOOST_AUTO_TEST_SUITE(deployment_views_suite)

BOOST_AUTO_TEST_CASE(a_list_has_a_line_for_each) {
  std::ostringstream out;
  print_deployments(out, boost::json::parse(std::string{"["} + iris + "]").get_array(), now, false);
  BOOST_TEST(out.str() == "ID    NAME  GROUP     STATUS     REPLICAS  IMAGE          ACCESS   UPDATED\n"
                          "iris  Iris  research  Deploying  1/2       demo/iris:1.0  private  3m\n");
}

BOOST_AUTO_TEST_CASE(one_deployment_is_shown_with_its_replicas) {
  std::ostringstream out;
  print_deployment(out, boost::json::parse(iris).get_object(), now, false);
  BOOST_TEST(out.str() == "iris\n"
                          "  status        Deploying: 1 of 2 is ready\n"
                          "  name          Iris\n"
                          "  group         research\n"
                          "  image         demo/iris:1.0\n"
                          "  instance type cpu-1\n"
                          "  replicas      1 of 2 available\n"
                          "  access        private\n"
                          "  endpoint      http://h:8080/deployment/iris\n"
                          "  metadata      team=ml\n"
                          "  revision      3 by ann, 2026-01-31T11:57:00Z: first\n"
                          "\n"
                          "REPLICA           REVISION  PHASE  SINCE  LIMITS               USAGE                REASON\n"
                          "deploy-iris-r3-0  3         Ready  12s    enforced by cgroup1  0.25 cores, 0.5 GiB  -\n");
}

BOOST_AUTO_TEST_CASE(a_message_of_two_lines_is_shown_on_one) {
  std::ostringstream out;
  const auto deployment = R"({"id":"m","status":{"phase":"Failed","message":"no model\nin\u001b the folder"}})";
  print_deployment(out, boost::json::parse(deployment).get_object(), now, false);
  BOOST_TEST(out.str().find("Failed: no model in? the folder\n") != std::string::npos, out.str());
}

BOOST_AUTO_TEST_CASE(external_replicas_are_counted_and_their_source_is_shown) {
  const auto deployment = boost::json::parse(R"({"id":"m","modelImage":null,"replicas":null,
    "external":{"urls":["http://a","http://b:9"],"healthPath":null},
    "status":{"phase":"Deployed","availableReplicas":1,"replicas":[{"name":"x","phase":"Ready"},{"name":"y","phase":"Draining"}]}})");
  std::ostringstream list;
  print_deployments(list, boost::json::array{deployment}, now, false);
  BOOST_TEST(list.str().find("Deployed  1/1       external  -") != std::string::npos, list.str());
  std::ostringstream one;
  print_deployment(one, deployment.get_object(), now, false);
  BOOST_TEST(one.str().find("  external      http://a, http://b:9\n  health path   -\n") != std::string::npos,
             one.str());
  BOOST_TEST(one.str().find("image") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(limits_are_shown_where_there_are_some) {
  const auto shown = [](const char* limits) {
    std::ostringstream out;
    const std::string deployment = std::string{R"({"id":"m","serving":{"limits":)"} + limits + "}}";
    print_deployment(out, boost::json::parse(deployment).get_object(), now, false);
    const std::size_t line = out.str().find("  limits ");
    return line == std::string::npos ? std::string{} : out.str().substr(line, out.str().find('\n', line) - line);
  };
  BOOST_TEST(shown("null") == "");
  BOOST_TEST(shown(R"({"requestsPerSecond":2.5E0,"burst":3,"concurrent":null,"perClient":null})")
             == "  limits        2.5 a second (3 at once)");
  BOOST_TEST(shown(R"({"requestsPerSecond":null,"burst":null,"concurrent":2,"perClient":{"concurrent":1}})")
             == "  limits        2 at a time; each client 1 at a time");
}

BOOST_AUTO_TEST_CASE(missing_members_show_as_a_dash) {
  std::ostringstream out;
  print_deployments(out, boost::json::parse("[{\"id\":\"a\",\"status\":null},5]").get_array(), now, false);
  BOOST_TEST(out.str().find("\na   -     -      -       -/-") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_dry_run_shows_the_sums) {
  std::ostringstream out;
  print_dry_run(out,
                boost::json::parse(
                    std::string{R"({"quota":[{"resource":"cpu","requested":2,"used":1,"limit":null}],"deployment":)"}
                    + iris + "}")
                    .get_object(),
                now, false);
  BOOST_TEST(out.str().find("QUOTA  REQUESTED  IN USE  LIMIT\ncpu    2          1       -\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ages_have_one_unit) {
  BOOST_TEST(age_of("2026-01-31T12:00:05Z", now) == "0s");
  BOOST_TEST(age_of("2026-01-31T11:58:01Z", now) == "119s");
  BOOST_TEST(age_of("2026-01-31T10:00:01Z", now) == "119m");
  BOOST_TEST(age_of("2026-01-30T12:00:00Z", now) == "24h");
  BOOST_TEST(age_of("2025-12-31T12:00:00Z", now) == "31d");
  BOOST_TEST(age_of("yesterday", now) == "-");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_object_is_a_failure) {
  BOOST_CHECK(parse_object("[]").error().code == exit_code::failed);
  BOOST_CHECK(parse_object("<html>").error().code == exit_code::failed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
