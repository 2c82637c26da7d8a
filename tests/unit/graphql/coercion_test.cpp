#include "control/api/graphql/coercion.hpp"

#include "control/api/graphql/parser.hpp"
#include "tests/unit/graphql/small_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;
namespace json = boost::json;

/// The values, or the mistakes.
std::string variables_of(const std::string& declared, const std::string& given) {
  const auto read = graphql::parse("query (" + declared + ") { pet { id } }");
  const auto values = graphql::coerce_variables(small_schema(), read->operations.at(0), json::parse(given).as_object());
  if (values.mistakes.empty()) return json::serialize(values.values);
  std::string all;
  for (const auto& each : values.mistakes) all += (all.empty() ? "" : " | ") + each.message;
  return all;
}

std::string arguments_of(const std::string& given, const std::string& variables = "{}") {
  const auto read = graphql::parse("{ people(" + given + ") { id } }");
  const auto* known = small_schema().find("Query")->find_field("people");
  const auto values =
      graphql::coerce_arguments(small_schema(), known->arguments, read->operations.at(0).selections.at(0).arguments,
                                json::parse(variables).as_object());
  return values ? json::serialize(*values) : values.error().message;
}

BOOST_AUTO_TEST_SUITE(graphql_coercion)

BOOST_AUTO_TEST_CASE(variables_take_defaults_and_stay_away_where_nobody_gives_them) {
  BOOST_TEST(variables_of("$a: Int = 3, $b: String, $c: [ID!] = \"x\"", "{}") == R"({"a":3,"c":["x"]})");
  BOOST_TEST(variables_of("$a: Int = 3", R"({"a":null})") == R"({"a":null})");
  BOOST_TEST(variables_of("$a: Int!", "{}") == "Variable \"$a\" of required type \"Int!\" was not provided.");
  BOOST_TEST(variables_of("$a: Int!", R"({"a":null})")
             == "Variable \"$a\" of non-null type \"Int!\" must not be null.");
}

BOOST_AUTO_TEST_CASE(scalars_take_what_the_specification_says) {
  BOOST_TEST(
      variables_of("$a: ID, $b: ID, $c: Float, $d: Int, $e: JSON", R"({"a":7,"b":"x","c":1,"d":2.0,"e":{"x":[null]}})")
      == R"({"a":"7","b":"x","c":1,"d":2,"e":{"x":[null]}})");
  const auto wrong = [](const char* type, const char* value) {
    return variables_of(std::string{"$a: "} + type, std::string{"{\"a\":"} + value + "}");
  };
  BOOST_TEST(wrong("Int", "1.5")
             == "Variable \"$a\" got invalid value 1.5E0; Int cannot represent non-integer value: 1.5E0");
  BOOST_TEST(wrong("Int", "3000000000").ends_with("Int cannot represent non 32-bit signed integer value: 3000000000"));
  BOOST_TEST(wrong("Int", "\"1\"").ends_with("Int cannot represent non-integer value: \"1\""));
  BOOST_TEST(wrong("String", "1").ends_with("String cannot represent a non string value: 1"));
  BOOST_TEST(wrong("Boolean", "1").ends_with("Boolean cannot represent a non boolean value: 1"));
  BOOST_TEST(wrong("Float", "true").ends_with("Float cannot represent non numeric value: true"));
  BOOST_TEST(wrong("ID", "1.5").ends_with("ID cannot represent value: 1.5E0"));
  // What JavaScript makes of numbers that no integer holds.
  BOOST_TEST(wrong("ID", "1e20") == R"({"a":"100000000000000000000"})");
  BOOST_TEST(wrong("ID", "-18446744073709551617") == R"({"a":"-18446744073709552000"})");
  BOOST_TEST(wrong("ID", "1e21") == R"({"a":"1e+21"})");
  BOOST_TEST(wrong("ID", "1.5e300") == R"({"a":"1.5e+300"})");
  BOOST_TEST(wrong("ID", "3.0") == R"({"a":"3"})");
  BOOST_TEST(wrong("ID", "-0.0") == R"({"a":"0"})");
  BOOST_TEST(wrong("Size", "\"huge\"").ends_with("Value \"huge\" does not exist in \"Size\" enum."));
  BOOST_TEST(wrong("Size", "\"large\"") == R"({"a":"large"})");
}

BOOST_AUTO_TEST_CASE(input_objects_refuse_unknown_members_and_fill_in_defaults) {
  BOOST_TEST(variables_of("$w: Filter", R"({"w":{"id":1,"and":{"names":"x"}}})")
             == R"({"w":{"id":"1","size":"small","most":3,"and":{"names":["x"],"size":"small","most":3}}})");
  BOOST_TEST(variables_of("$w: Filter", R"({"w":{"nme":1,"xx":2}})")
             == "Variable \"$w\" got invalid value {\"nme\":1,\"xx\":2}; Field \"nme\" is not defined by type \"Filter\". | "
                "Variable \"$w\" got invalid value {\"nme\":1,\"xx\":2}; Field \"xx\" is not defined by type \"Filter\".");
  BOOST_TEST(
      variables_of("$w: Needs", R"({"w":{}})").ends_with("Field \"id\" of required type \"ID!\" was not provided."));
  BOOST_TEST(variables_of("$w: Filter", R"({"w":[]})").ends_with("Expected type \"Filter\" to be an object."));
  BOOST_TEST(variables_of("$w: [Filter]", R"({"w":[{"and":{"names":["x",null]}}]})")
             == "Variable \"$w\" got invalid value null at \"w[0].and.names[1]\"; Expected non-nullable type \"String!\" not to be null.");
}

BOOST_AUTO_TEST_CASE(a_long_value_is_shown_cut) {
  const std::string long_text(1'000, 'x');
  BOOST_TEST(variables_of("$a: Int", R"({"a":")" + long_text + R"("})").size() < 600u);
}

BOOST_AUTO_TEST_CASE(only_so_many_mistakes_are_looked_for) {
  json::object many;
  json::array list;
  for (int i = 0; i < 20'000; ++i) many.emplace("k" + std::to_string(i), i);
  for (int i = 0; i < 20'000; ++i) list.emplace_back("x");
  const json::object given{{"w", many}, {"l", list}, {"last", "x"}};
  const auto read = graphql::parse("query ($w: Filter, $l: [Int], $last: Int) { pet { id } }");
  const auto values = graphql::coerce_variables(small_schema(), read->operations.at(0), given, 50);
  BOOST_TEST(values.mistakes.size() == 51u);
  BOOST_TEST(values.mistakes.back().message
             == "Too many errors processing variables, error limit reached. Execution aborted.");
  for (const auto& each : values.mistakes) BOOST_TEST(each.message.size() < 400u);
  const auto exactly =
      graphql::coerce_variables(small_schema(), read->operations.at(0), {{"w", json::object{{"a", 1}, {"b", 2}}}}, 2);
  BOOST_TEST(exactly.mistakes.size() == 2u);
}

BOOST_AUTO_TEST_CASE(arguments_take_variables_wherever_they_stand) {
  BOOST_TEST(arguments_of("where: {id: $a, names: [$b, \"y\"]}, ids: $c", R"({"a":"1","b":"x"})")
             == R"({"where":{"id":"1","names":["x","y"],"size":"small","most":3}})");
  BOOST_TEST(arguments_of("where: {extra: {k: [$a, 1.5, LARGE, null]}}", R"({"a":{"z":1}})")
             == R"({"where":{"size":"small","most":3,"extra":{"k":[{"z":1},1.5E0,"LARGE",null]}}})");
  BOOST_TEST(arguments_of("where: null") == R"({"where":null})");
  BOOST_TEST(arguments_of("ids: [$a]", R"({"a":null})").starts_with("Argument \"ids\" has invalid value"));
  BOOST_TEST(arguments_of("where: {most: $a}", "{}") == R"({"where":{"size":"small","most":3}})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
