#include "control/api/graphql/parser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;

std::string why_not(const std::string& text, const graphql::query_limits& limits = {}) {
  const auto read = graphql::parse(text, limits);
  return read ? "" : read.error().code + " " + read.error().message;
}

std::string repeated(const char* text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

BOOST_AUTO_TEST_SUITE(graphql_parser)

BOOST_AUTO_TEST_CASE(the_short_form_is_an_anonymous_query) {
  const auto read = graphql::parse("{me{id,username}}");
  BOOST_REQUIRE(read.has_value());
  const auto& only = read->operations.at(0);
  BOOST_TEST((only.kind == graphql::operation_kind::query));
  BOOST_TEST(only.name == "");
  BOOST_TEST(only.selections.at(0).selections.at(1).name == "username");
}

BOOST_AUTO_TEST_CASE(variables_have_types_defaults_and_need_no_commas) {
  const auto read =
      graphql::parse("mutation M($data: [In!]! = [{a: 1}] $where: ID @d(x: 2)) { f(data: $data, w: $where) }");
  BOOST_REQUIRE(read.has_value());
  const auto& only = read->operations.at(0);
  BOOST_TEST((only.kind == graphql::operation_kind::mutation));
  BOOST_TEST(only.name == "M");
  BOOST_TEST(to_string(only.variables.at(0).type) == "[In!]!");
  BOOST_TEST(to_string(*only.variables.at(0).default_value) == "[{a: 1}]");
  BOOST_TEST(only.variables.at(1).directives.at(0).name == "d");
  BOOST_TEST(only.selections.at(0).arguments.at(1).value.text == "where");
}

BOOST_AUTO_TEST_CASE(descriptions_stand_before_what_has_a_name_or_a_word) {
  const auto read = graphql::parse(
      "\"what it is for\" query Q(\"which\" $a: Int) { b(c: $a) ...F } \"\"\"a part\"\"\" fragment F on T { d }");
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->operations.at(0).name == "Q");
  BOOST_TEST(read->operations.at(0).variables.at(0).name == "a");
  BOOST_TEST(read->fragments.at(0).name == "F");
  BOOST_TEST(graphql::parse("\"x\" mutation { a }").has_value());
  BOOST_TEST(why_not("\"x\" { a }").find("descriptions are not supported on shorthand queries") != std::string::npos);
  BOOST_TEST(why_not("\"x\" extend type T { a: Int }").find("only GraphQL definitions support descriptions")
             != std::string::npos);
  BOOST_TEST(why_not("\"x\" \"y\" query { a }") != "");
  BOOST_TEST(why_not("{ a(\"x\" b: 1) }") != "");
}

BOOST_AUTO_TEST_CASE(fragments_aliases_and_directives_are_read) {
  const auto read = graphql::parse(
      "query { a: b @skip(if: $x) ...F @include(if: true) ... on T { c } ... @d { e } ... { f } } fragment F on T { g "
      "}");
  BOOST_REQUIRE(read.has_value());
  const auto& all = read->operations.at(0).selections;
  BOOST_TEST(all.at(0).response_name() == "a");
  BOOST_TEST(all.at(0).directives.at(0).arguments.at(0).value.text == "x");
  BOOST_TEST((all.at(1).kind == graphql::selection_kind::spread));
  BOOST_TEST(all.at(2).type_condition.value() == "T");
  BOOST_TEST(!all.at(3).type_condition.has_value());
  BOOST_TEST(all.at(4).selections.at(0).name == "f");
  BOOST_TEST(read->find_fragment("F")->type_condition == "T");
  BOOST_TEST(read->find_fragment("G") == nullptr);
}

BOOST_AUTO_TEST_CASE(values_of_every_kind_are_read) {
  const auto read = graphql::parse(
      R"({ f(a: 1, b: -1.5, c: "x\n", d: true, e: null, g: LARGE, h: [1 [2]], i: {j: {k: $l}}, m: [], n: {}) })");
  BOOST_REQUIRE(read.has_value());
  std::string text;
  for (const auto& each : read->operations.at(0).selections.at(0).arguments) text += to_string(each.value) + " ";
  BOOST_TEST(text == R"(1 -1.5 "x\n" true null LARGE [1, [2]] {j: {k: $l}} [] {} )");
}

BOOST_AUTO_TEST_CASE(words_are_names_where_names_stand) {
  BOOST_TEST(why_not("query query { on: fragment mutation(null: true) } fragment query on on { true }") == "");
}

BOOST_AUTO_TEST_CASE(a_mistake_is_told_with_its_place) {
  BOOST_TEST(why_not("{ a(") == "GRAPHQL_PARSE_FAILED Syntax Error: Expected Name, found <EOF>. (line 1, column 5)");
  BOOST_TEST(why_not("{\n  a }}") == "GRAPHQL_PARSE_FAILED Syntax Error: Unexpected \"}\". (line 2, column 6)");
  for (const char* wrong : {"",
                            "{}",
                            "{a{}}",
                            "query",
                            "{ a() }",
                            "query () { a }",
                            "query ($a) { a }",
                            "{ ...on }",
                            "{ ... }",
                            "fragment on on T { a }",
                            "fragment F T { a }",
                            "fragment F on { a }",
                            "type T { a: Int }",
                            "query ($a: Int = $b) { a }",
                            "{ a(b: ) }",
                            "{ a(b: $) }",
                            "{ a: }",
                            "{ a @ }",
                            "{ a(b: [1) }",
                            "{ a(b: {c 1}) }",
                            "query ($a: [Int) { a }",
                            "extend type T { a: Int }",
                            "subscription",
                            "{ a } b",
                            "query ($a: Int @d(x: $a)) { a }",
                            "{ a(b: 1 c) }",
                            "\"text\" { a }"}) {
    BOOST_TEST(why_not(wrong).starts_with("GRAPHQL_PARSE_FAILED Syntax Error: "), wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_document_has_bounds) {
  graphql::query_limits few;
  few.tokens = 5;
  BOOST_TEST(why_not("{ a b }", few) == "");
  BOOST_TEST(why_not("{ a b c d }", few) == "QUERY_TOO_LARGE Document contains more than 5 tokens.");
  few.document_bytes = 8;
  BOOST_TEST(why_not("{ abcdefgh }", few).starts_with("QUERY_TOO_LARGE Document has 12 bytes"));
}

BOOST_AUTO_TEST_CASE(depth_is_bounded_wherever_things_nest) {
  BOOST_TEST(why_not(repeated("{a", 32) + repeated("}", 32)) == "");
  for (const std::string& deep :
       {repeated("{a", 33) + repeated("}", 33), "{a(b:" + repeated("[", 5'000) + repeated("]", 5'000) + ")}",
        "{a(b:" + repeated("{c:", 2'000), repeated("{a", 4'000), repeated("{...", 2'000),
        "query($a:" + repeated("[", 4'000)}) {
    BOOST_TEST(why_not(deep) == "QUERY_TOO_LARGE Document is nested deeper than 32 levels.");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
