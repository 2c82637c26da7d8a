#include "control/api/graphql/validation.hpp"

#include "control/api/graphql/parser.hpp"
#include "tests/unit/graphql/small_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;

/// What is wrong, without places, one after the other; empty: nothing.
std::string wrong_with(const std::string& text, const graphql::query_limits& limits = {}) {
  const auto read = graphql::parse(text);
  if (!read) return read.error().message;
  std::string all;
  for (const auto& each : graphql::validate(small_schema(), *read, limits)) {
    all += (all.empty() ? "" : " ") + each.message.substr(0, each.message.find(" (line "));
  }
  return all;
}

BOOST_AUTO_TEST_SUITE(graphql_validation)

BOOST_AUTO_TEST_CASE(a_good_document_has_nothing_wrong) {
  BOOST_TEST(wrong_with("query Q($id: ID!, $where: Filter, $n: Int = 3) {\n"
                        "  person(id: $id) { ...P pets(first: $n, where: $where) { id, name id __typename } }\n"
                        "  people(where: {names: [\"a\"], and: {extra: {x: [1, $n]}}}) { boss { ...P } }\n"
                        "}\n"
                        "fragment P on Person { id name boss @include(if: true) { name } }")
             == "");
  BOOST_TEST(wrong_with("{ __schema { types { name fields { args { name } } } } __type(name: \"Pet\") { kind } }")
             == "");
  BOOST_TEST(wrong_with("mutation { rename(id: 1, name: \"x\") { id } }") == "");
}

BOOST_AUTO_TEST_CASE(fields_are_those_of_the_type) {
  BOOST_TEST(wrong_with("{ pet { nme } }") == "Cannot query field \"nme\" on type \"Pet\".");
  BOOST_TEST(wrong_with("{ pet }") == "Field \"pet\" of type \"Pet!\" must have a selection of subfields.");
  BOOST_TEST(wrong_with("{ pet { id { x } } }")
             == "Field \"id\" must not have a selection since type \"ID!\" has no subfields.");
  BOOST_TEST(wrong_with("mutation { pet { id } }") == "Cannot query field \"pet\" on type \"Mutation\".");
  BOOST_TEST(wrong_with("{ pet { __schema { queryType { name } } } }")
             == "Cannot query field \"__schema\" on type \"Pet\".");
  BOOST_TEST(wrong_with("subscription { pet { id } }")
             == "Schema is not configured to execute subscription operation.");
}

BOOST_AUTO_TEST_CASE(arguments_are_known_given_once_and_there) {
  BOOST_TEST(wrong_with("{ person(id: 1, x: 2) { id } }") == "Unknown argument \"x\" on field \"Query.person\".");
  BOOST_TEST(wrong_with("{ person(id: 1, id: 2) { id } }") == "There can be only one argument named \"id\".");
  BOOST_TEST(wrong_with("{ person { id } }")
             == "Field \"Query.person\" argument \"id\" of type \"ID!\" is required, but it was not provided.");
  BOOST_TEST(wrong_with("{ pet { id @skip } }")
             == "Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required, but it was not provided.");
}

BOOST_AUTO_TEST_CASE(values_are_of_their_types) {
  const auto with = [](const std::string& value) { return wrong_with("{ people(where: " + value + ") { id } }"); };
  BOOST_TEST(with("{size: large, most: 1, names: \"one\", id: 7, extra: [{a: ENUM}]}") == "");
  BOOST_TEST(with("{size: huge}") == "Value \"huge\" does not exist in \"Size\" enum.");
  BOOST_TEST(with("{size: \"small\"}") == "Enum \"Size\" cannot represent non-enum value: \"small\".");
  BOOST_TEST(with("{most: 3000000000}") == "Int cannot represent non 32-bit signed integer value: 3000000000");
  BOOST_TEST(with("{most: 1.0}") == "Int cannot represent non-integer value: 1.0");
  BOOST_TEST(with("{most: null}") == "Expected value of type \"Int!\", found null.");
  BOOST_TEST(with("{names: [null]}") == "Expected value of type \"String!\", found null.");
  BOOST_TEST(with("{names: [1]}") == "String cannot represent a non string value: 1");
  BOOST_TEST(with("{id: 1.5}") == "ID cannot represent a non-string and non-integer value: 1.5");
  BOOST_TEST(with("{nme: 1}") == "Field \"nme\" is not defined by type \"Filter\".");
  BOOST_TEST(with("{id: 1, id: 2}") == "There can be only one input field named \"id\".");
  BOOST_TEST(with("{extra: {a: 1, a: 2}}") == "There can be only one input field named \"a\".");
  BOOST_TEST(with("7") == "Expected value of type \"Filter\", found 7.");
  BOOST_TEST(with("[]") == "Expected value of type \"Filter\", found [].");
  BOOST_TEST(wrong_with("{ count(of: {count: 1}) }")
             == "Field \"Needs.id\" of required type \"ID!\" was not provided.");
  BOOST_TEST(wrong_with("query ($a: Int = \"x\") { person(id: 1) { pets(first: $a) { id } } }")
             == "Int cannot represent non-integer value: \"x\"");
}

BOOST_AUTO_TEST_CASE(variables_are_declared_used_and_fit) {
  BOOST_TEST(wrong_with("{ person(id: $id) { id } }") == "Variable \"$id\" is not defined.");
  BOOST_TEST(wrong_with("query Q($a: Int) { pet { id } }") == "Variable \"$a\" is never used in operation \"Q\".");
  BOOST_TEST(wrong_with("query ($id: ID) { person(id: $id) { id } }")
             == "Variable \"$id\" of type \"ID\" used in position expecting type \"ID!\".");
  BOOST_TEST(wrong_with("query ($id: ID = 1) { person(id: $id) { id } }") == "", "a default fills the gap");
  BOOST_TEST(wrong_with("query ($m: Int) { people(where: {most: $m}) { id } }") == "", "the place has a default");
  BOOST_TEST(wrong_with("query ($a: [ID]) { people(ids: $a) { id } }")
             == "Variable \"$a\" of type \"[ID]\" used in position expecting type \"[ID!]\".");
  BOOST_TEST(wrong_with("query ($a: Int) { people(ids: [$a]) { id } }")
             == "Variable \"$a\" of type \"Int\" used in position expecting type \"ID!\".");
  BOOST_TEST(wrong_with("query ($a: Nothing) { person(id: $a) { id } }") == "Unknown type \"Nothing\".");
  BOOST_TEST(wrong_with("query ($a: Pet) { person(id: $a) { id } }")
                 .starts_with("Variable \"$a\" cannot be non-input type \"Pet\"."));
  BOOST_TEST(wrong_with("query ($a: ID!, $a: ID!) { person(id: $a) { id } }")
             == "There can be only one variable named \"$a\".");
  BOOST_TEST(wrong_with("query ($a: Int) { person(id: 1) { ...F } } fragment F on Person { pets(first: $a) { id } }")
             == "");
  BOOST_TEST(wrong_with("query { person(id: 1) { ...F } } fragment F on Person { pets(first: $a) { id } }")
             == "Variable \"$a\" is not defined.");
  BOOST_TEST(wrong_with("query ($a: Boolean) { pet { id @skip(if: $a) } }")
             == "Variable \"$a\" of type \"Boolean\" used in position expecting type \"Boolean!\".");
}

BOOST_AUTO_TEST_CASE(fragments_are_named_used_and_of_fitting_types) {
  BOOST_TEST(wrong_with("{ pet { ...F } }") == "Unknown fragment \"F\".");
  BOOST_TEST(wrong_with("{ pet { id } } fragment F on Pet { id }") == "Fragment \"F\" is never used.");
  BOOST_TEST(wrong_with("{ pet { ...F } } fragment F on Pet { ...F }")
             == "Cannot spread fragment \"F\" within itself.");
  BOOST_TEST(wrong_with("{ pet { ...A } } fragment A on Pet { owner { pets { ...B } } } fragment B on Pet { owner { "
                        "pets { ...A } } }")
             == "Cannot spread fragment \"A\" within itself.");
  BOOST_TEST(wrong_with("{ pet { ...F } } fragment F on Person { id }")
             == "Fragment \"F\" cannot be spread here as objects of type \"Pet\" can never be of type \"Person\".");
  BOOST_TEST(wrong_with("{ pet { ... on Person { id } } }")
             == "Fragment cannot be spread here as objects of type \"Pet\" can never be of type \"Person\".");
  BOOST_TEST(wrong_with("{ pet { ... on Size { id } } }")
             == "Fragment cannot condition on non composite type \"Size\".");
  BOOST_TEST(wrong_with("{ pet { ... on Cat { id } } }") == "Unknown type \"Cat\".");
  BOOST_TEST(wrong_with("{ pet { ...F } } fragment F on Pet { id } fragment F on Pet { id }")
             == "There can be only one fragment named \"F\".");
}

BOOST_AUTO_TEST_CASE(operations_and_directives_have_their_places) {
  BOOST_TEST(wrong_with("{ pet { id } } query Q { pet { id } }")
             == "This anonymous operation must be the only defined operation.");
  BOOST_TEST(wrong_with("query Q { pet { id } } query Q { pet { id } }")
             == "There can be only one operation named \"Q\".");
  BOOST_TEST(wrong_with("{ pet { id @nothing } }") == "Unknown directive \"@nothing\".");
  BOOST_TEST(wrong_with("{ pet { id @deprecated } }") == "Directive \"@deprecated\" may not be used on FIELD.");
  BOOST_TEST(wrong_with("query @skip(if: true) { pet { id } }") == "Directive \"@skip\" may not be used on QUERY.");
  BOOST_TEST(wrong_with("{ pet { id @skip(if: true) @skip(if: true) } }")
             == "The directive \"@skip\" can only be used once at this location.");
}

BOOST_AUTO_TEST_CASE(fields_of_one_name_ask_for_one_thing) {
  BOOST_TEST(wrong_with("{ pet { id id owner { id } owner { name } } }") == "");
  BOOST_TEST(wrong_with("{ people(where: {id: 1, extra: {a: 1, b: [{c: 2, d: 3}]}}) { id } people(where: {extra: {b: "
                        "[{d: 3, c: 2}], a: 1}, id: 1}) { id } }")
                 == "",
             "members stand in any order");
  const std::string hint = ". Use different aliases on the fields to fetch both if this was intentional.";
  BOOST_TEST(wrong_with("{ pet { id: name id } }")
             == "Fields \"id\" conflict because \"name\" and \"id\" are different fields" + hint);
  BOOST_TEST(wrong_with("{ a: person(id: 1) { id } a: person(id: 2) { id } }")
             == "Fields \"a\" conflict because they have differing arguments" + hint);
  BOOST_TEST(wrong_with("{ pet { owner { n: id } ...F } } fragment F on Pet { owner { n: name } }")
             == "Fields \"n\" conflict because \"id\" and \"name\" are different fields" + hint);
  BOOST_TEST(wrong_with("{ person(id: \"a\") { id } person(id: \"\"\"a\"\"\") { id } }")
             == "Fields \"person\" conflict because they have differing arguments" + hint);
}

BOOST_AUTO_TEST_CASE(what_costs_too_much_is_refused_before_it_is_written_out) {
  // Each fragment twice in the one before: a thousand tokens for a million fields.
  std::string doubling = "{ pet { ...F0 } }";
  for (int i = 0; i < 40; ++i) {
    const std::string next = i == 39 ? "name"
                                     : "x: owner { pets { ...F" + std::to_string(i + 1) + " } } y: owner { pets { ...F"
                                           + std::to_string(i + 1) + " } }";
    doubling += " fragment F" + std::to_string(i) + " on Pet { " + next + " }";
  }
  BOOST_TEST(wrong_with(doubling).starts_with("Document asks for too much at once"));
  graphql::query_limits few;
  few.cost = 2'110;
  BOOST_TEST(wrong_with("{ people { id } pet { id } }", few).starts_with("Document asks for too much"));
  few.cost = 2'111;
  BOOST_TEST(wrong_with("{ people { id } pet { id } }", few) == "", "2000 + 10 for the list, 100 + 1 for the pet");
  few.cost = 120;
  BOOST_TEST(wrong_with("{ person(id: 1) { pets { id } } }", few) == "", "100, 10 for the list, 10 for the ids in it");
  few.cost = 119;
  BOOST_TEST(wrong_with("{ person(id: 1) { pets { id } } }", few).starts_with("Document asks for too much"));
}

BOOST_AUTO_TEST_CASE(all_operations_and_fragments_cost_whichever_is_asked_for) {
  graphql::query_limits few;
  few.cost = 205;
  BOOST_TEST(wrong_with("query A { pet { id } } query B { pet { id } }", few) == "");
  BOOST_TEST(wrong_with("query A { pet { id } } query B { pet { id name weight size } }", few) == "");
  BOOST_TEST(wrong_with("query A { pet { id } } query B { pet { id } } query C { pet { id } }", few)
                 .starts_with("Document asks for too much"));
  few.cost = 103;
  BOOST_TEST(wrong_with("{ pet { ...F } } fragment F on Pet { id }", few) == "", "100 + 1 + 1, and 1 for the fragment");
  few.cost = 102;
  BOOST_TEST(wrong_with("{ pet { ...F } } fragment F on Pet { id }", few).starts_with("Document asks for too much"));
}

BOOST_AUTO_TEST_CASE(fields_are_not_compared_where_names_are_wrong) {
  // Each is written out 27,000 times, and each time there is a long text to compare.
  std::string wide = "{ pet { ...F0 } }";
  for (int i = 0; i < 3; ++i) {
    wide += " fragment F" + std::to_string(i) + " on Nothing {";
    for (int j = 0; j < 30; ++j) wide += " a" + std::to_string(j) + ": x { ...F" + std::to_string(i + 1) + " }";
    wide += " }";
  }
  const std::string text(20'000, 'x');
  wide += " fragment F3 on Nothing { y(z: \"" + text + "\") y(z: 1) }";
  const auto read = graphql::parse(wide);
  const auto found = graphql::validate(small_schema(), *read);
  BOOST_REQUIRE(!found.empty());
  for (const auto& each : found) BOOST_TEST(each.message.find("conflict") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(not_more_mistakes_are_told_than_anybody_reads) {
  std::string many = "{ pet {";
  for (int i = 0; i < 200; ++i) many += " x" + std::to_string(i);
  const auto read = graphql::parse(many + " } }");
  BOOST_TEST(graphql::validate(small_schema(), *read).size() == 50u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
