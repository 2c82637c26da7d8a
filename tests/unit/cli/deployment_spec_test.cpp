#include "control/cli/deployment_spec.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

BOOST_AUTO_TEST_SUITE(deployment_spec_suite)

BOOST_AUTO_TEST_CASE(flags_become_members_and_what_was_not_said_is_left_out) {
  create_flags flags;
  flags.id = "iris";
  flags.image = "demo/iris:1.0";
  flags.replicas = 2;
  flags.private_access = true;
  flags.env = {"A=b=c", "EMPTY="};
  flags.metadata = {"team=ml"};
  const auto spec = make_deployment_spec(flags, "");
  BOOST_REQUIRE(spec.has_value());
  BOOST_CHECK(boost::json::parse(*spec) == boost::json::parse(R"({
    "id": "iris", "modelImage": "demo/iris:1.0", "replicas": 2, "endpointAccessType": "private",
    "env": [{"name": "A", "value": "b=c"}, {"name": "EMPTY", "value": ""}], "metadata": {"team": "ml"}})"));
}

BOOST_AUTO_TEST_CASE(urls_stand_for_an_external_source) {
  create_flags flags;
  flags.urls = {"http://a", "http://b"};
  flags.health_path = "/health";
  const auto spec = make_deployment_spec(flags, R"({"external": {"healthPath": "/old"}})");
  BOOST_REQUIRE(spec.has_value());
  BOOST_CHECK(boost::json::parse(*spec)
              == boost::json::parse(R"({"external": {"healthPath": "/health", "urls": ["http://a", "http://b"]}})"));
  create_flags file;
  file.url_file = "iris.txt";
  BOOST_CHECK(boost::json::parse(*make_deployment_spec(file, ""))
              == boost::json::parse(R"({"external": {"file": "iris.txt"}})"));
}

BOOST_AUTO_TEST_CASE(flags_lie_over_the_file) {
  create_flags flags;
  flags.group = "research";
  const auto spec = make_deployment_spec(flags, R"({"id": "iris", "group": "other", "serving": {"timeout": 5}})");
  BOOST_REQUIRE(spec.has_value());
  BOOST_CHECK(boost::json::parse(*spec)
              == boost::json::parse(R"({"id": "iris", "group": "research", "serving": {"timeout": 5}})"));
}

BOOST_AUTO_TEST_CASE(broken_files_and_pairs_are_wrong_usage) {
  for (const char* base : {"{", "[]", "5", "{\"a\":}"}) {
    BOOST_CHECK(make_deployment_spec({}, base).error().code == exit_code::usage);
  }
  create_flags flags;
  for (const char* pair : {"A", "=b", ""}) {
    flags.env = {pair};
    BOOST_CHECK(make_deployment_spec(flags, "").error().code == exit_code::usage);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
