#include "control/cli/failure.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

using lines = std::vector<std::string>;

exit_code code_for(unsigned status, std::string_view body = "") {
  return explain_answer(status, body).code;
}

BOOST_AUTO_TEST_SUITE(failure_suite)

BOOST_AUTO_TEST_CASE(statuses_have_exit_codes) {
  BOOST_CHECK(code_for(401) == exit_code::not_authorised);
  BOOST_CHECK(code_for(403) == exit_code::not_authorised);
  BOOST_CHECK(code_for(403, R"({"code":"EXCEED_QUOTA"})") == exit_code::failed);
  BOOST_CHECK(code_for(404) == exit_code::not_found);
  for (const unsigned status : {409U, 412U, 428U}) BOOST_CHECK(code_for(status) == exit_code::conflict);
  for (const unsigned status : {408U, 504U}) BOOST_CHECK(code_for(status) == exit_code::timed_out);
  for (const unsigned status : {400U, 422U, 500U, 503U, 302U}) BOOST_CHECK(code_for(status) == exit_code::failed);
}

BOOST_AUTO_TEST_CASE(located_errors_become_a_line_each) {
  const failure answer = explain_answer(422, R"({"type":"about:blank","title":"Unprocessable Entity","status":422,
    "detail":"the deployment is not valid","code":"INVALID","errors":[
      {"pointer":"/replicas","code":"OUT_OF_RANGE","detail":"must be at least 1"},
      {"pointer":"/modelImage","code":"UNKNOWN_IMAGE","detail":"there is no image \"a\""}]})");
  BOOST_TEST(answer.text == "the deployment is not valid (INVALID)");
  const lines expected{"/replicas: must be at least 1", "/modelImage: there is no image \"a\""};
  BOOST_TEST(answer.details == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_quota_is_shown_as_a_sum) {
  const failure answer =
      explain_answer(403, R"({"detail":"the group's quota is exceeded","code":"EXCEED_QUOTA","quota":[
      {"resource":"cpu","requested":2,"used":3,"limit":4},
      {"resource":"memoryGiB","requested":1.5,"used":1,"limit":8},
      {"resource":"gpu","requested":0,"used":0,"limit":null}]})");
  BOOST_TEST(answer.text == "the group's quota is exceeded (EXCEED_QUOTA)");
  const lines expected{"cpu: 2 requested + 3 in use = 5, over the limit of 4",
                       "memoryGiB: 1.5 requested + 1 in use = 2.5 of 8", "gpu: 0 requested + 0 in use, no limit"};
  BOOST_TEST(answer.details == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stale_revision_says_who_changed_it) {
  const failure answer =
      explain_answer(412, R"({"detail":"it was changed meanwhile","code":"STALE","current":4,"changedBy":"ann"})");
  BOOST_TEST(answer.details == lines{"last changed by ann"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stale_revision_says_what_was_changed_since) {
  const failure answer = explain_answer(412, R"({"detail":"it was changed meanwhile","current":4,"changedBy":"ann",
    "changes":[{"pointer":"/replicas","from":2,"to":3},{"pointer":"/metadata/team","from":null,"to":"m\nl"},5]})");
  const lines expected{"last changed by ann", "/replicas: 2 -> 3", R"(/metadata/team: - -> "m\nl")"};
  BOOST_TEST(answer.details == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_problem_details_are_told_by_their_status) {
  for (const char* body : {"", "<html>nginx</html>", "[]", "{}", "{\"errors\":5,\"quota\":[1]}"}) {
    const failure answer = explain_answer(500, body);
    BOOST_TEST(answer.text == "the server answered 500");
    BOOST_TEST(answer.details.empty());
  }
}

BOOST_AUTO_TEST_CASE(without_a_token_it_says_where_one_goes) {
  const failure answer = explain_answer(401, R"({"detail":"a token is needed","code":"AUTH_REQUIRED"})");
  BOOST_TEST(answer.text == "a token is needed (AUTH_REQUIRED)");
  BOOST_REQUIRE(answer.details.size() == 1U);
  BOOST_TEST(answer.details.front().find("--token-file") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(control_characters_are_made_harmless) {
  BOOST_TEST(explain_answer(400, "{\"detail\":\"a\\u001b[2Jb\"}").text == "a?[2Jb");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
