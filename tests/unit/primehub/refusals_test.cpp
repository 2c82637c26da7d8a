#include "control/api/primehub/primehub_api.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

using control::primehub::primehub_api;
namespace json = boost::json;

constexpr http_io::refusal mistake{500, "INTERNAL", "the server made a mistake"};

BOOST_AUTO_TEST_SUITE(primehub_refusals)

BOOST_AUTO_TEST_CASE(what_the_server_itself_refuses_is_an_answer_to_a_query) {
  const auto told = primehub_api::refused("/api/graphql", mistake);
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(told->status == 500u);
  BOOST_TEST(told->fields.get("Content-Type") == "application/json");
  BOOST_TEST(told->fields.get("Access-Control-Allow-Origin") == "*");
  BOOST_TEST(told->body.substr(0, told->body.find_last_of('}') + 1)
             == R"({"errors":[{"message":"the server made a mistake","extensions":{"code":"INTERNAL"}}],"data":null})");
}

BOOST_AUTO_TEST_CASE(instead_of_a_log_it_is_code_and_message) {
  const auto told = primehub_api::refused("/api/logs/namespaces/hub/phdeployments/deploy-a", mistake);
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST((json::parse(told->body) == json::value{{"code", "INTERNAL"}, {"message", "the server made a mistake"}}));
}

BOOST_AUTO_TEST_CASE(where_nobody_knows_who_asks_it_can_be_read_by_both) {
  const auto told = primehub_api::refused("", {503, "OVERLOADED", "too many"});
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(told->fields.get("Content-Type") == "application/problem+json");
  const json::object document = json::parse(told->body).as_object();
  BOOST_TEST(document.at("code").as_string() == "OVERLOADED");
  BOOST_TEST(document.at("errors").as_array().at(0).as_object().at("message").as_string() == "too many");
}

BOOST_AUTO_TEST_CASE(other_paths_are_others) {
  BOOST_TEST(!primehub_api::refused("/api/v1/deployments", mistake).has_value());
  BOOST_TEST(!primehub_api::refused("/oidc/auth-flow/exchange", mistake).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
