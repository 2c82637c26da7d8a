#include "control/api/rest/endpoint_url.hpp"
#include "control/api/rest/idempotency_key.hpp"
#include "control/api/rest/if_match.hpp"
#include "control/api/rest/json_text.hpp"
#include "control/api/rest/parameters.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/route_table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

namespace rest = modelgate::control::rest;
using modelgate::http_io::request;

BOOST_AUTO_TEST_SUITE(route_table)

namespace {

rest::route_table some_routes() {
  const auto named = [](const char* name) {
    return [name](const rest::call&) -> rest::outcome {
      modelgate::http_io::response answer;
      answer.body = name;
      return answer;
    };
  };
  rest::route_table table;
  table.add("GET", "/things", named("list"));
  table.add("POST", "/things", named("create"));
  table.add("GET", "/things/{id}", named("get"));
  table.add("POST", "/things/{id}/start", named("start"));
  table.add("GET", "/files/{name...}", named("file"));
  return table;
}

/// "name(arguments)", "-allowed" for a wrong method, "none".
std::string found(const rest::route_table& table, const char* method, const char* path) {
  const auto match = table.find(method, path);
  if (!match) return "none";
  if (match->answer == nullptr) return "-" + match->allowed;
  const request any;
  const modelgate::control::domain::principal who;
  std::string text = (*match->answer)({any, who, {}})->body + "(";
  for (const auto& argument : match->arguments) text += argument + ";";
  return text + ")";
}

}  // namespace

BOOST_AUTO_TEST_CASE(finds_by_method_and_path) {
  const auto table = some_routes();
  const struct {
    const char *method, *path, *expected;
  } rows[] = {
      {"GET", "/things", "list()"},
      {"HEAD", "/things", "list()"},
      {"POST", "/things", "create()"},
      {"GET", "/things/a", "get(a;)"},
      {"POST", "/things/a/start", "start(a;)"},
      {"GET", "/files/demo/iris:1.0", "file(demo/iris:1.0;)"},
      {"GET", "/things/", "none"},
      {"GET", "/things/a/", "none"},
      {"GET", "/things/a/b", "none"},
      {"GET", "/", "none"},
      {"GET", "", "none"},
      {"DELETE", "/things", "-GET, HEAD, POST"},
      {"GET", "/things/a/start", "-POST"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.method << ' ' << row.path) BOOST_TEST(found(table, row.method, row.path) == row.expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(if_match)

BOOST_AUTO_TEST_CASE(reads_entity_tags) {
  BOOST_TEST(!rest::read_if_match("").has_value());
  BOOST_TEST(!rest::read_if_match("  ").has_value());
  BOOST_TEST(rest::read_if_match("*")->any);
  const auto revisions = [](const char* field) { return rest::read_if_match(field)->revisions; };
  BOOST_TEST(revisions("\"3\"") == std::vector<std::uint64_t>{3}, boost::test_tools::per_element());
  BOOST_TEST(revisions("\"3\" , \"4\"") == (std::vector<std::uint64_t>{3, 4}), boost::test_tools::per_element());
  for (const char* other : {"\"stale\"", "W/\"3\"", "3", "\"\"", "\"3", "\"-3\"", "\"99999999999999999999\""}) {
    BOOST_TEST_CONTEXT(other) {
      BOOST_TEST(revisions(other).empty());
      BOOST_TEST(!rest::read_if_match(other)->any);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(endpoint_url)

BOOST_AUTO_TEST_CASE(is_made_from_what_is_known) {
  const struct {
    const char *public_url, *host, *expected;
  } rows[] = {
      {"https://models.example.org/", "x", "https://models.example.org/deployment/iris/api/v1.0/predictions"},
      {"", "localhost:8081", "http://localhost:8080/deployment/iris/api/v1.0/predictions"},
      {"", "10.0.0.5", "http://10.0.0.5:8080/deployment/iris/api/v1.0/predictions"},
      {"", "[::1]:8081", "http://[::1]:8080/deployment/iris/api/v1.0/predictions"},
      {"", "", "http://127.0.0.1:8080/deployment/iris/api/v1.0/predictions"},
      {"", "evil/path", "http://127.0.0.1:8080/deployment/iris/api/v1.0/predictions"},
      {"", "user@host", "http://127.0.0.1:8080/deployment/iris/api/v1.0/predictions"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(rest::endpoint_url(row.public_url, row.host, {8080, false}, "iris") == row.expected);
  }
  BOOST_TEST(rest::endpoint_url("", "gate.lan:8081", {8443, true}, "iris")
             == "https://gate.lan:8443/deployment/iris/api/v1.0/predictions");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(numbers_are_written_as_people_write_them) {
  BOOST_TEST(rest::json_text(boost::json::parse(R"({"a":0.5,"b":[1,2.0,null,true],"c":{"d\"":"e\n"}})"))
             == R"({"a":0.5,"b":[1,2,null,true],"c":{"d\"":"e\n"}})");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_body)

namespace {

request with_body(const char* type, const char* body) {
  request of;
  if (*type != '\0') of.fields.add("Content-Type", type);
  of.body = body;
  return of;
}

}  // namespace

BOOST_AUTO_TEST_CASE(takes_json_by_its_media_type) {
  using rest::body_kind;
  BOOST_TEST(rest::read_body(with_body("application/json; charset=utf-8", "{}"), body_kind::document).has_value());
  BOOST_TEST(rest::read_body(with_body("Application/JSON", "{}"), body_kind::document).has_value());
  BOOST_TEST(rest::read_body(with_body("application/merge-patch+json", "{}"), body_kind::patch).has_value());
  BOOST_TEST(rest::read_body(with_body("application/json", "{}"), body_kind::patch).has_value());
  BOOST_TEST(rest::read_body(with_body("", ""), body_kind::optional_document).has_value());
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json"}) {
    BOOST_TEST_CONTEXT(type)
    BOOST_TEST(rest::read_body(with_body(type, "{}"), body_kind::document).error().status == 415u);
  }
}

BOOST_AUTO_TEST_CASE(says_where_it_is_broken) {
  const auto told = [](const char* body) {
    return rest::read_body(with_body("application/json", body), rest::body_kind::document).error();
  };
  BOOST_TEST(told("{\n  \"a\": nope}").status == 400u);
  BOOST_TEST(told("{\n  \"a\": nope}").detail.find("line 2, column 8") != std::string::npos,
             told("{\n  \"a\": nope}").detail);
  BOOST_TEST(told("").status == 400u);
  BOOST_TEST(told("{} {}").status == 400u);
  BOOST_TEST(told("{\"a\":\"\xff\"}").status == 400u);
  BOOST_TEST(told(std::string(100, '[').c_str()).status == 400u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parameters)

namespace {

request with_query(std::vector<std::pair<std::string, std::string>> query) {
  request of;
  of.query = std::move(query);
  return of;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_mistyped_parameter_is_refused) {
  const request of = with_query({{"dryrun", "true"}});
  const auto wrong = rest::parameters{of, {"dryRun"}}.wrong();
  BOOST_REQUIRE(wrong.has_value());
  BOOST_TEST(wrong->status == 400u);
  BOOST_TEST(wrong->errors.front().where == "?dryrun");
  BOOST_TEST(wrong->errors.front().detail == "is not a known parameter; did you mean \"dryRun\"?");
}

BOOST_AUTO_TEST_CASE(values_are_checked_and_every_mistake_told) {
  const request of = with_query({{"a", "yes"}, {"b", "501"}, {"c", "-1"}, {"d", ""}, {"e", "7"}, {"f", ""}});
  rest::parameters query{of, {"a", "b", "c", "d", "e", "f"}};
  BOOST_TEST(!query.flag("a"));
  BOOST_TEST(!query.number("b", 1, 500).has_value());
  BOOST_TEST(!query.number("c", 1, 500).has_value());
  BOOST_TEST(!query.number("d", 1, 500).has_value());
  BOOST_TEST(query.number("e", 1, 500).value() == 7u);
  BOOST_TEST(!query.flag("f"));
  BOOST_TEST(query.wrong()->errors.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(idempotency_key)

namespace {

/// The key, or "-status".
std::string key_in(const std::vector<std::string>& values) {
  modelgate::http_io::field_list fields;
  for (const std::string& value : values) fields.add("idempotency-KEY", value);
  const auto key = rest::read_idempotency_key(fields);
  return key ? *key : "-" + std::to_string(key.error().status);
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_taken_quoted_or_bare) {
  const std::string longest(255, 'k');
  BOOST_TEST(key_in({"8e03978e-40d5-43dd-bc93-6894a57f9324"}) == "8e03978e-40d5-43dd-bc93-6894a57f9324");
  BOOST_TEST(key_in({" \"8e03978e\" "}) == "8e03978e");
  BOOST_TEST(key_in({R"("a \"b\" \\ c")"}) == R"(a "b" \ c)");
  BOOST_TEST(key_in({R"(a "b" \ c)"}) == R"(a "b" \ c)");
  BOOST_TEST(key_in({longest}) == longest);
  BOOST_TEST(key_in({"\"" + longest + "\""}) == longest);
}

BOOST_AUTO_TEST_CASE(that_is_none_is_refused) {
  const std::string longest(255, 'k');
  for (const std::string& wrong :
       {std::string{}, std::string{" "}, std::string{"\"\""}, std::string{"\""}, std::string{"\"open"},
        std::string{"\"a\"b"}, std::string{"\"a\";b=1"}, std::string{"\"a\\n\""}, std::string{"\"a\\"},
        std::string{"cl\xc3\xa9"}, std::string{"a\tb"}, std::string{"a\x7f"}, std::string{"a\0b", 3}, longest + "k",
        "\"" + longest + "k\""}) {
    BOOST_TEST(key_in({wrong}) == "-400", wrong);
  }
  BOOST_TEST(key_in({"a", "a"}) == "-400");
}

BOOST_AUTO_TEST_CASE(stands_for_method_path_query_and_body) {
  request asked;
  asked.method = "POST";
  asked.path = "/a";
  asked.body = "{}";
  std::set<std::string> prints{rest::fingerprint_of(asked)};
  const auto changed = [&](auto change) {
    request other = asked;
    change(other);
    return prints.insert(rest::fingerprint_of(other)).second;
  };
  BOOST_TEST(!changed([](request& other) { other.fields.add("X-Request-Id", "r"); }));
  BOOST_TEST(changed([](request& other) { other.method = "PUT"; }));
  BOOST_TEST(changed([](request& other) { other.path = "/b"; }));
  BOOST_TEST(changed([](request& other) { other.body = "{} "; }));
  BOOST_TEST(changed([](request& other) { other.query = {{"a", "b"}}; }));
  BOOST_TEST(changed([](request& other) { other.query = {{"ab", ""}}; }));
}

BOOST_AUTO_TEST_SUITE_END()
