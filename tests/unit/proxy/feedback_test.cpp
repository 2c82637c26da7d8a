#include "gateway/proxy/feedback.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace modelgate::proxy {
namespace {

namespace data = boost::unit_test::data;

feedback read(std::string_view body) {
  const auto said = read_feedback(body);
  BOOST_REQUIRE_MESSAGE(said, body << ": " << (said ? "" : said.error()));
  return *said;
}

std::string why_not(std::string_view body) {
  const auto said = read_feedback(body);
  BOOST_REQUIRE_MESSAGE(!said, body);
  return said.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feedback_suite)

BOOST_AUTO_TEST_CASE(every_part_may_be_missing) {
  const feedback nothing = read("{}");
  BOOST_TEST(!nothing.has_reward);
  BOOST_TEST(nothing.rows == 1U);
  BOOST_TEST(nothing.puid.empty());
  BOOST_TEST(nothing.image.empty());
  BOOST_TEST(!read(R"({"reward": null})").has_reward);
}

BOOST_AUTO_TEST_CASE(rewards_are_numbers_or_strings_with_one) {
  for (const auto& [text, value] : std::vector<std::pair<std::string, double>>{
           {"1", 1}, {"0", 0}, {"-2", -2}, {"0.25", 0.25}, {"1e-3", 0.001}, {"\"0.5\"", 0.5}, {"1000000000", 1e9}}) {
    const feedback said = read("{\"reward\": " + text + "}");
    BOOST_TEST(said.has_reward);
    BOOST_TEST(said.reward == value);
  }
}

BOOST_DATA_TEST_CASE(what_is_no_finite_number_is_refused,
                     data::make({"\"x\"", "\"\"", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "\"1 \"", "true", "[1]",
                                 "{}", "1e999", "\"1e999\"", "1e308", "-1e10", "1000000001", "18446744073709551615"}),
                     reward) {
  BOOST_TEST(why_not(std::string{"{\"reward\": "} + reward + "}").find("reward") != std::string::npos);
}

BOOST_DATA_TEST_CASE(what_is_no_object_is_refused,
                     data::make({"", " ", "1", "null", "true", "\"reward\"", "[{\"reward\": 1}]", "{\"reward\": 1",
                                 "{\"reward\": 1}{}", "{\"reward\": 1,}", "{reward: 1}", "\xff\xfe",
                                 "{\"reward\": NaN}"}),
                     body) {
  BOOST_TEST(!why_not(body).empty());
}

BOOST_AUTO_TEST_CASE(a_tensor_has_the_rows_that_its_values_make_whatever_its_shape_claims) {
  const auto rows_of = [](const std::string& shape, const std::string& values) {
    return read(R"({"reward": 1, "request": {"data": {"tensor": {"shape": )" + shape + R"(, "values": )" + values
                + "}}}}")
        .rows;
  };
  BOOST_TEST(rows_of("[1e12, 4]", "[]") == 0U);
  BOOST_TEST(rows_of("[999999999999999, 1]", "[1, 2, 3]") == 3U);
  BOOST_TEST(rows_of("[2, 4]", "[1, 2, 3, 4, 5, 6, 7, 8]") == 2U);
  BOOST_TEST(rows_of("[2, 2, 2]", "[1, 2, 3, 4, 5, 6, 7, 8]") == 2U);
  BOOST_TEST(rows_of("[3]", "[1, 2, 3]") == 3U);
  BOOST_TEST(rows_of("[1, 1e300, 1e300]", "[1, 2, 3]") == 0U);
  BOOST_TEST(rows_of("[5, 0]", "[]") == 0U);
  // No shape at all: nobody knows what a row is.
  for (const char* shape : {"[-3, 1]", "[3, -1]", "[-3, -1]", "[1.5, 2]", "[]", "null", "[[3], 1]", "[\"3\", 1]", "7"})
    BOOST_TEST(rows_of(shape, "[1, 2, 3, 4]") == 1U, shape);
  BOOST_TEST(read(R"({"request": {"data": {"tensor": {"values": [1, 2, 3]}}}})").rows == 1U);
  // Of two the later one counts, as everywhere.
  BOOST_TEST(read(R"({"request": {"data": {"tensor": {"shape": [-1], "shape": [2], "values": [1, 2]}}}})").rows == 2U);
}

BOOST_AUTO_TEST_CASE(two_rewards_are_refused) {
  BOOST_TEST(why_not(R"({"reward": 1, "reward": 0})").find("twice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_the_message_s_own_reward_counts) {
  const feedback said =
      read(R"({"truth": {"reward": 5}, "request": {"reward": 6, "meta": {"reward": [7]}}, "reward": 1})");
  BOOST_TEST(said.reward == 1);
}

BOOST_AUTO_TEST_CASE(rows_are_the_first_dimension_of_the_request_s_data) {
  BOOST_TEST(read(R"({"request": {"data": {"ndarray": [[1, 2], [3, 4], [5, 6]]}}})").rows == 3U);
  BOOST_TEST(read(R"({"request": {"data": {"ndarray": [1, 2]}}})").rows == 2U);
  BOOST_TEST(read(R"({"request": {"data": {"ndarray": []}}})").rows == 0U);
  BOOST_TEST(read(R"({"request": {"data": {"tensor": {"values": [0, 9, 9, 9], "shape": [2, 2]}}}})").rows == 2U);
  BOOST_TEST(read(R"({"request": {"data": {"names": ["a"], "tensor": {"shape": [3, 1], "values": [1, 2, 3]}}}})").rows
             == 3U);
  BOOST_TEST(read(R"({"response": {"data": {"ndarray": [[1], [2]]}}, "truth": {"data": {"ndarray": [[1], [2]]}}})").rows
             == 1U);
  BOOST_TEST(read(R"({"request": {"strData": "text"}})").rows == 1U);
}

BOOST_AUTO_TEST_CASE(it_says_which_answer_it_is_about) {
  const feedback said = read(
      R"({"response": {"meta": {"puid": "abc", "requestPath": {"model": "demo/iris:1.1"}, "tags": {"puid": "no"}}}, "reward": 1})");
  BOOST_TEST(said.puid == "abc");
  BOOST_TEST(said.image == "demo/iris:1.1");
  BOOST_TEST(read(R"({"request": {"meta": {"puid": "def"}}})").puid == "def");
}

BOOST_AUTO_TEST_CASE(escapes_and_long_strings_are_borne) {
  BOOST_TEST(read(R"({"response": {"meta": {"\u0070uid": "a\u0062c"}}})").puid == "abc");
  BOOST_TEST(read("{\"response\": {\"meta\": {\"puid\": \"" + std::string(100'000, 'a') + "\"}}}").puid.empty());
  BOOST_TEST(read("{\"" + std::string(100'000, 'k') + "\": 1, \"reward\": 1}").reward == 1);
}

BOOST_AUTO_TEST_CASE(a_form_may_carry_it_as_json) {
  const feedback said = read(R"(json={"reward":0.5,"response":{"meta":{"puid":"a+b%2Bc%zz"}}})");
  BOOST_TEST(said.reward == 0.5);
  BOOST_TEST(said.puid == "a b+c%zz");
  BOOST_TEST(read("names=a%2Cb&json=%7B%22reward%22%3A+1%7D&json=%7B%22reward%22%3A+2%7D").reward == 1);
  BOOST_TEST(read(R"({"reward": 1, "strData": "a&json={}"})").reward == 1);  // no form: it is JSON already
  for (const char* body : {"json=", "json", "json=1", "json=%7B", "names=a&xjson={}", "=&json={}", "json=%5B%5D"})
    BOOST_TEST(!why_not(body).empty(), body);
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  std::string deep = "{\"a\": " + std::string(1'000, '[') + std::string(1'000, ']') + "}";
  BOOST_TEST(!why_not(deep).empty());
  deep = "{\"a\": " + std::string(20, '[') + std::string(20, ']') + "}";
  BOOST_TEST(read(deep).rows == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
