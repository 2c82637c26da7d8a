#include "control/api/primehub/query_body.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace primehub = control::primehub;

const char* const form = "application/x-www-form-urlencoded";
const char* const as_json = "application/json; charset=utf-8";

/// "operation|query|variables", or the refusal.
std::string read(const char* type, std::string body) {
  http_io::request request;
  request.fields.add("Content-Type", type);
  request.body = std::move(body);
  const auto found = primehub::read_query(request);
  if (!found) return found.error().code + " " + found.error().message;
  return found->operation_name + "|" + found->query + "|" + boost::json::serialize(found->variables);
}

BOOST_AUTO_TEST_SUITE(primehub_query_body)

BOOST_AUTO_TEST_CASE(a_form_has_variables_as_json_text) {
  BOOST_TEST(
      read(form,
           "variables=%7B%22where%22%3A+%7B%22id%22%3A+%22a%2Bb%22%7D%7D&query=query+%28%24a%3A+Int%29+%7B+me+%7D%0A")
      == "|query ($a: Int) { me }\n|{\"where\":{\"id\":\"a+b\"}}");
  BOOST_TEST(read(form, "query=%7Bme%7D") == "|{me}|{}");
  BOOST_TEST(read(form, "query=%7Bme%7D&variables=&operationName=A&query=second") == "A|{me}|{}");
  BOOST_TEST(read(form, "query=%7Bme%7D&variables=null") == "|{me}|{}");
  BOOST_TEST(read(form, "query=100%&x=%zz%4") == "|100%|{}");
}

BOOST_AUTO_TEST_CASE(json_has_them_as_they_are) {
  BOOST_TEST(read(as_json, R"({"query":"{me{id,username}}"})") == "|{me{id,username}}|{}");
  BOOST_TEST(read(as_json, R"({"operationName":"A","variables":{"a":[1]},"query":"query A { me }","extensions":{}})")
             == R"(A|query A { me }|{"a":[1]})");
  BOOST_TEST(read(as_json, R"({"operationName":null,"variables":null,"query":"q"})") == "|q|{}");
}

BOOST_AUTO_TEST_CASE(what_is_no_query_is_refused_with_a_sentence) {
  BOOST_TEST(read(as_json, "{").starts_with("BAD_REQUEST The body is not JSON"));
  BOOST_TEST(read(as_json, "[]") == "BAD_REQUEST The body has to be one JSON object; batches are not answered.");
  BOOST_TEST(read(as_json, "{}") == "BAD_REQUEST Must provide query string.");
  BOOST_TEST(read(as_json, R"({"query":1})") == "BAD_REQUEST \"query\" has to be a text.");
  BOOST_TEST(read(as_json, R"({"query":"q","variables":[]})")
             == "BAD_REQUEST Variables are provided as a JSON object.");
  BOOST_TEST(read(form, "variables=%7B%7D") == "BAD_REQUEST Must provide query string.");
  BOOST_TEST(read(form, "query=q&variables=%7B").starts_with("BAD_REQUEST The form's field \"variables\" is not JSON"));
  BOOST_TEST(read(form, "query=%ff") == "BAD_REQUEST The form is not UTF-8.");
  BOOST_TEST(read("text/plain", "{me}").starts_with("BAD_REQUEST Send the query as application/json"));
  BOOST_TEST(read("", "{me}").starts_with("BAD_REQUEST Send the query as"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
