#include "control/api/graphql/execution.hpp"

#include "tests/unit/graphql/small_schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>
#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;
namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

/// Answers each field by a function, and writes down what it was asked.
class scripted : public graphql::object {
 public:
  using answer = std::function<resolution(const json::object&)>;
  explicit scripted(std::map<std::string, answer, std::less<>> answers, std::string* asked = nullptr)
      : answers_{std::move(answers)}, asked_{asked} {}

  resolution get(std::string_view field, const json::object& arguments) const override {
    if (asked_ != nullptr) *asked_ += std::string{field} + json::serialize(arguments) + " ";
    const auto found = answers_.find(field);
    return found == answers_.end() ? resolution{resolved{}} : found->second(arguments);
  }

 private:
  std::map<std::string, answer, std::less<>> answers_;
  std::string* asked_;
};

scripted::answer plain(json::value value) {
  return [value = std::move(value)](const json::object&) -> resolution { return resolved{value}; };
}

graphql::object_ptr pet(const std::string& id, const json::value& name = nullptr) {
  return std::make_shared<scripted>(std::map<std::string, scripted::answer, std::less<>>{
      {"id", plain(json::value(id))}, {"name", plain(name)}, {"tags", plain(nullptr)}});
}

struct played {
  std::string asked;  ///< of the root
  json::value pets_name;
  std::function<bool()> late;
  scripted query{{{"pet", [this](const json::object&) -> resolution { return resolved{pet("rex", pets_name)}; }},
                  {"count", plain(7)},
                  {"person",
                   [](const json::object&) -> resolution {
                     return graphql::fault{"no such person", "NONE"};
                   }},
                  {"people",
                   [](const json::object&) -> resolution {
                     std::vector<resolved> all;
                     for (const char* name : {"Ada", ""}) {
                       const json::value given = *name == '\0' ? json::value(nullptr) : json::value(name);
                       all.emplace_back(graphql::object_ptr{
                           std::make_shared<scripted>(std::map<std::string, scripted::answer, std::less<>>{
                               {"id", plain(json::value("p"))}, {"name", plain(given)}})});
                     }
                     return all;
                   }}},
                 &asked};
  scripted mutation{{{"rename",
                      [](const json::object& arguments) -> resolution {
                        if (arguments.at("name").as_string() == "bad") return graphql::fault{"refused", "REFUSED"};
                        return resolved{pet(std::string{arguments.at("id").as_string()})};
                      }}},
                    &asked};

  std::string run(std::string_view document, const std::string& variables = "{}",
                  const graphql::query_limits& limits = {}) {
    asked.clear();
    const auto values = json::parse(variables).as_object();
    const auto told = graphql::answer(small_schema(), {&query, &mutation}, {document, {}, &values, late}, limits);
    std::string text = told.executed ? json::serialize(told.data) : "not executed";
    for (const auto& each : told.errors) text += " ! " + each.code + " " + each.message;
    return text;
  }
};

BOOST_FIXTURE_TEST_SUITE(graphql_execution, played)

BOOST_AUTO_TEST_CASE(fields_come_in_the_order_asked_and_duplicates_merge) {
  BOOST_TEST(run("{ b: pet { id } count(of: {id: 1}) b: pet { __typename id } }")
             == R"({"b":{"id":"rex","__typename":"Pet"},"count":7})");
  BOOST_TEST(asked == R"(pet{} count{"of":{"id":"1"}} )");
}

BOOST_AUTO_TEST_CASE(fragments_are_written_out) {
  BOOST_TEST(run("query Q { pet { ...F ... on Pet { t: __typename } ... { id } } } fragment F on Pet { id name }")
             == R"({"pet":{"id":"rex","name":null,"t":"Pet"}})");
}

BOOST_AUTO_TEST_CASE(skip_and_include_decide_before_anything_is_asked) {
  const char* const document =
      "query ($no: Boolean!) { count(of: {id: 1}) @include(if: $no) pet { id @skip(if: true) name ...F @skip(if: $no) "
      "} } fragment F on "
      "Pet { kind: __typename }";
  BOOST_TEST(run(document, R"({"no":false})") == R"({"pet":{"name":null,"kind":"Pet"}})");
  BOOST_TEST(asked == "pet{} ");
  BOOST_TEST(run(document, R"({"no":true})") == R"({"count":7,"pet":{"name":null}})");
}

BOOST_AUTO_TEST_CASE(a_failed_field_is_null_and_the_rest_is_answered) {
  BOOST_TEST(run("{ person(id: 1) { id } count(of: {id: 1}) }")
             == R"({"person":null,"count":7} ! NONE no such person)");
}

BOOST_AUTO_TEST_CASE(what_may_not_be_null_takes_along_what_it_stands_in) {
  BOOST_TEST(
      run("{ people { id name } }")
      == R"({"people":[{"id":"p","name":"Ada"},null]} ! INTERNAL_SERVER_ERROR Cannot return null for non-nullable field Person.name.)");
  BOOST_TEST(run("{ pet { id tags } }")
             == R"(null ! INTERNAL_SERVER_ERROR Cannot return null for non-nullable field Pet.tags.)");
  BOOST_TEST(run(R"(mutation { rename(id: "a", name: "bad") { id } })") == "null ! REFUSED refused");
}

BOOST_AUTO_TEST_CASE(mutations_are_done_in_order_and_stop_at_one_that_takes_the_answer_along) {
  BOOST_TEST(run(R"(mutation { a: rename(id: "1", name: "x") { id } b: rename(id: "2", name: "y") { id } })")
             == R"({"a":{"id":"1"},"b":{"id":"2"}})");
  BOOST_TEST(asked == R"(rename{"id":"1","name":"x"} rename{"id":"2","name":"y"} )");
  BOOST_TEST(run(R"(mutation { a: rename(id: "1", name: "bad") { id } b: rename(id: "2", name: "y") { id } })")
             == "null ! REFUSED refused");
  BOOST_TEST(asked == R"(rename{"id":"1","name":"bad"} )");
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_of_a_request_that_is_wrong) {
  BOOST_TEST(run("{").starts_with("not executed ! GRAPHQL_PARSE_FAILED Syntax Error: "));
  BOOST_TEST(run("{ nothing }").starts_with("not executed ! GRAPHQL_VALIDATION_FAILED Cannot query field"));
  BOOST_TEST(run("query ($id: ID!) { person(id: $id) { id } }").starts_with("not executed ! BAD_USER_INPUT Variable"));
  BOOST_TEST(run("query A { pet { id } } query B { pet { id } }")
                 .starts_with("not executed ! BAD_USER_INPUT Must provide operation name"));
  BOOST_TEST(run("fragment F on Pet { id }").starts_with("not executed ! GRAPHQL_VALIDATION_FAILED"));
  BOOST_TEST(asked == "");
  const auto told = graphql::answer(small_schema(), {&query, &mutation},
                                    {"query A { pet { id } } query B { count(of: {id: 1}) }", "B"});
  BOOST_TEST(json::serialize(told.data) == R"({"count":7})");
  const auto none = graphql::answer(small_schema(), {&query, &mutation}, {"query A { pet { id } }", "C"});
  BOOST_TEST(none.errors.at(0).message == "Unknown operation named \"C\".");
}

BOOST_AUTO_TEST_CASE(an_answer_has_bounds) {
  graphql::query_limits few;
  few.answer_values = 3;
  BOOST_TEST(run("{ people { id } }", "{}", few)
             == "null ! QUERY_TOO_LARGE The answer has more than 3 values; ask for less at once.");
  few.answer_values = 5;
  BOOST_TEST(run("{ people { id } }", "{}", few) == R"({"people":[{"id":"p"},{"id":"p"}]})");
}

BOOST_AUTO_TEST_CASE(one_value_asked_for_many_times_counts_each_time) {
  graphql::query_limits few;
  few.answer_bytes = 1'000;
  const auto tags = [](std::size_t times) {
    std::string document = "{ pet {";
    for (std::size_t i = 0; i < times; ++i) document += " a" + std::to_string(i) + ": name";
    return document + " } }";
  };
  pets_name = json::value(std::string(200, 'x'));
  BOOST_TEST(run(tags(4), "{}", few).starts_with(R"({"pet":{"a0":"xxx)"));
  BOOST_TEST(run(tags(5), "{}", few)
             == "null ! QUERY_TOO_LARGE The answer has more than 1000 bytes; ask for less at once.");
  pets_name = json::parse(R"({"a":[")" + std::string(500, 'y') + R"(",1]})");
  BOOST_TEST(run(tags(1), "{}", few).starts_with(R"({"pet":{"a0":{"a":["yyy)"));
  BOOST_TEST(run(tags(2), "{}", few).starts_with("null ! QUERY_TOO_LARGE"), "a scalar of many parts, too");
  pets_name = json::value(std::string(200, '\x01'));
  BOOST_TEST(run(tags(1), "{}", few).starts_with("null ! QUERY_TOO_LARGE"), "as it is written, not as it is held");
  few.answer_bytes = 20;
  BOOST_TEST(run("{ pet { aVeryLongNameForTheId: id } }", "{}", few).starts_with("null ! QUERY_TOO_LARGE"),
             "names count, too");
  BOOST_TEST(
      run("{ pet { a: __typename b: __typename c: __typename } }", "{}", few).starts_with("null ! QUERY_TOO_LARGE"));
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_given_up) {
  int left = 3;
  late = [&left] { return left-- == 0; };
  BOOST_TEST(run("{ a: pet { id } b: pet { id } }")
             == "null ! QUERY_TIMEOUT The answer takes too long; ask for less at once. Changes that were made stay.");
  BOOST_TEST(asked == "pet{} pet{} ", "the third and last time was for the second pet");
  left = 4;
  BOOST_TEST(run("{ a: pet { id } b: pet { id } }") == R"({"a":{"id":"rex"},"b":{"id":"rex"}})");
}

BOOST_AUTO_TEST_CASE(what_was_done_is_told_however_late) {
  int asked_before = 0;
  late = [&asked_before] { return asked_before++ >= 1; };
  BOOST_TEST(run(R"(mutation { a: rename(id: "1", name: "x") { id boss { id } } b: rename(id: "2", name: "x") { id } })")
             == R"({"a":{"id":"1","boss":null},"b":null} ! QUERY_TIMEOUT The change was not made, as the request takes too)"
                " long; ask for less at once.");
  BOOST_TEST(asked.find("\"2\"") == std::string::npos, "the second one is not begun");
}

BOOST_AUTO_TEST_CASE(nothing_more_is_looked_for_once_a_change_is_late) {
  int asked_before = 0;
  late = [&asked_before] { return asked_before++ >= 1; };
  BOOST_TEST(run(R"(mutation { a: rename(id: "1", name: "x") { id pets { id } } })")
             == "null ! QUERY_TIMEOUT The answer takes too long; ask for less at once. Changes that were made stay.");
}

BOOST_AUTO_TEST_CASE(what_was_done_is_told_whatever_became_of_the_rest) {
  const std::string bad = R"(b: rename(id: "2", name: "bad") { id })";
  BOOST_TEST(run(R"(mutation { a: rename(id: "1", name: "x") { id } )" + bad + R"( c: rename(id: "3", name: "x") { id } })")
             == R"({"a":{"id":"1"},"b":null,"c":null} ! REFUSED refused ! CHANGE_NOT_MADE The change was not made, as one )"
                "before it failed.");
  BOOST_TEST(asked.find("\"3\"") == std::string::npos);
  BOOST_TEST(run("mutation { " + bad + " }") == "null ! REFUSED refused");
}

BOOST_AUTO_TEST_CASE(no_change_is_begun_without_room_for_its_answer) {
  graphql::query_limits few;
  few.answer_bytes = 300;
  const auto change = [](const char* name, std::size_t size) {
    return std::string{name} + ": rename(id: \"" + std::string(size, 'x') + R"(", name: "x") { id } )";
  };
  const std::string refused =
      "QUERY_TOO_LARGE The change was not made, as the answer is too large; ask for less at once.";
  const std::string told = run("mutation { " + change("a", 200) + change("b", 1) + "}", "{}", few);
  BOOST_TEST(told == R"({"a":{"id":")" + std::string(200, 'x') + R"("},"b":null} ! )" + refused);
  BOOST_TEST(run("mutation { " + change("a", 1) + change("b", 400) + change("c", 1) + "}", "{}", few)
             == R"({"a":{"id":"x"},"b":null,"c":null} ! QUERY_TOO_LARGE The answer has more than 300 bytes; ask for less )"
                "at once. ! " + refused);
}

BOOST_AUTO_TEST_CASE(a_request_makes_so_many_changes_at_most) {
  const auto changes = [](int times) {
    std::string document = "mutation {";
    for (int i = 0; i < times; ++i) document += " a" + std::to_string(i) + R"(: rename(id: "1", name: "x") { id })";
    return document + " ...F } fragment F on Mutation { last: rename(id: \"1\", name: \"x\") { id } }";
  };
  BOOST_TEST(
      run(changes(20))
      == "not executed ! QUERY_TOO_LARGE The request asks for more than 20 changes; send them one after the other.");
  BOOST_TEST(asked == "", "none of them is made");
  BOOST_TEST(run(changes(19)).starts_with(R"({"a0":{"id":"1"})"));
}

BOOST_AUTO_TEST_CASE(a_condition_that_is_neither_true_nor_false_is_told) {
  BOOST_TEST(run("query ($no: Boolean = false) { pet { id name @skip(if: $no) } }", R"({"no":null})")
             == "null ! BAD_USER_INPUT Argument \"if\" of non-null type \"Boolean!\" must not be null.");
  BOOST_TEST(run("query ($no: Boolean = false) { count(of: {id: 1}) @include(if: $no) }", R"({"no":null})")
             == "null ! BAD_USER_INPUT Argument \"if\" of non-null type \"Boolean!\" must not be null.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
