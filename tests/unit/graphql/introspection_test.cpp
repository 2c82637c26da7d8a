#include "control/api/graphql/execution.hpp"
#include "tests/unit/graphql/small_schema.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;
namespace json = boost::json;

std::string run(std::string_view document) {
  const auto told = graphql::answer(small_schema(), {}, {document});
  return told.errors.empty() ? json::serialize(told.data) : told.errors.front().message;
}

BOOST_AUTO_TEST_SUITE(graphql_introspection)

BOOST_AUTO_TEST_CASE(a_type_tells_its_fields_with_their_types) {
  BOOST_TEST(
      run(R"({ __type(name: "Person") { kind name description interfaces { name } possibleTypes { name } enumValues { name }
                     fields { name type { kind name ofType { kind ofType { kind name } } } args { name defaultValue } } } })")
      == R"({"__type":{"kind":"OBJECT","name":"Person","description":null,"interfaces":[],"possibleTypes":null,"enumValues":null,)"
         R"("fields":[{"name":"id","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","ofType":null}},"args":[]},)"
         R"({"name":"name","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","ofType":null}},"args":[]},)"
         R"({"name":"pets","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","name":null}}},)"
         R"("args":[{"name":"first","defaultValue":"2"},{"name":"where","defaultValue":null}]},)"
         R"({"name":"boss","type":{"kind":"OBJECT","name":"Person","ofType":null},"args":[]}]}})");
  BOOST_TEST(run(R"({ __type(name: "Nobody") { name } })") == R"({"__type":null})");
}

BOOST_AUTO_TEST_CASE(inputs_enumerations_and_scalars_are_told) {
  BOOST_TEST(
      run(R"({ __type(name: "Needs") { kind isOneOf fields { name } inputFields { name type { kind } isDeprecated } } })")
      == R"({"__type":{"kind":"INPUT_OBJECT","isOneOf":false,"fields":null,"inputFields":[)"
         R"({"name":"id","type":{"kind":"NON_NULL"},"isDeprecated":false},{"name":"count","type":{"kind":"SCALAR"},"isDeprecated":false}]}})");
  BOOST_TEST(
      run(R"({ __type(name: "Size") { kind enumValues { name isDeprecated deprecationReason } } })")
      == R"({"__type":{"kind":"ENUM","enumValues":[{"name":"small","isDeprecated":false,"deprecationReason":null},)"
         R"({"name":"large","isDeprecated":false,"deprecationReason":null}]}})");
  BOOST_TEST(run(R"({ __type(name: "JSON") { kind description specifiedByURL } })")
             == R"({"__type":{"kind":"SCALAR","description":"Anything at all.","specifiedByURL":null}})");
}

BOOST_AUTO_TEST_CASE(the_schema_tells_its_roots_and_directives) {
  BOOST_TEST(
      run("{ __schema { queryType { name } mutationType { name } subscriptionType { name } directives { name locations "
          "args { name } } } }")
      == R"({"__schema":{"queryType":{"name":"Query"},"mutationType":{"name":"Mutation"},"subscriptionType":null,"directives":[)"
         R"({"name":"include","locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},)"
         R"({"name":"skip","locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},)"
         R"({"name":"deprecated","locations":["FIELD_DEFINITION","ARGUMENT_DEFINITION","INPUT_FIELD_DEFINITION","ENUM_VALUE"],"args":[{"name":"reason"}]},)"
         R"({"name":"specifiedBy","locations":["SCALAR"],"args":[{"name":"url"}]}]}})");
}

BOOST_AUTO_TEST_CASE(a_broken_schema_is_found_at_start) {
  for (const char* wrong :
       {"type Query { a: Nothing }", "type Query { a(b: Query): Int }", "type T { a: Int }",
        "type Query { a: Int } type Query { b: Int }", "type Query {", "input I { a: Int } type Query { a: I }"}) {
    BOOST_CHECK_THROW(graphql::schema{wrong}, std::logic_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
