#include "control/domain/account_document.hpp"
#include "control/domain/deployment_document.hpp"
#include "control/domain/group_document.hpp"
#include "control/domain/instance_type_document.hpp"
#include "control/domain/merge_patch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>

namespace domain = modelgate::control::domain;
namespace json = boost::json;
using modelgate::diagnostics;

namespace {

constexpr const char* least =
    R"({"name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1"})";

/// One "pointer CODE" per mistake; a type of its own so that a failing check prints it.
struct texts {
  std::vector<std::string> lines;

  texts(std::initializer_list<std::string> given) : lines{given} {}
  friend bool operator==(const texts&, const texts&) = default;
  friend std::ostream& operator<<(std::ostream& out, const texts& all) {
    for (const std::string& line : all.lines) out << '[' << line << ']';
    return out;
  }
};

/// What was told, sorted.
texts told(const diagnostics& mistakes) {
  texts answer{};
  for (const auto& m : mistakes) answer.lines.push_back(m.where + " " + m.code);
  std::sort(answer.lines.begin(), answer.lines.end());
  return answer;
}

json::value with(const char* document, const char* member, const char* value) {
  json::value v = json::parse(document);
  v.as_object()[member] = json::parse(value);
  return v;
}

domain::deployment some_deployment() {
  domain::deployment d;
  d.id = "iris-3f9c2";
  d.name = "Iris";
  d.group = "research";
  d.current.number = 3;
  d.current.replica_revision = 2;
  d.current.spec = domain::read_deployment(json::parse(least)).value.spec;
  d.current.spec.metadata = {{"team", "ml"}, {"version", "1"}};
  d.current.spec.env = {{"A", "1"}, {"B", "2"}};
  return d;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deployment_document)

BOOST_AUTO_TEST_CASE(the_least_that_can_be_asked_for_gets_defaults) {
  const auto draft = domain::read_deployment(json::parse(least));
  BOOST_TEST(draft.ok());
  BOOST_TEST(!draft.value.id.has_value());
  BOOST_TEST(draft.value.spec.replicas == 1u);
  BOOST_TEST((draft.value.spec.access == modelgate::config::access_type::everyone));
  BOOST_TEST(draft.value.spec.progress_deadline.count() == 600);
  BOOST_TEST(!draft.value.spec.stop);
}

BOOST_AUTO_TEST_CASE(everything_that_can_be_asked_for_is_read) {
  const auto draft = domain::read_deployment(json::parse(R"({
    "id": "iris-1", "name": "Iris", "group": "research", "modelImage": "  demo/iris:1.0\n", "modelURI": " gs://bucket/iris ",
    "imagePullSecret": "regcred", "instanceType": "cpu-1", "replicas": 2, "endpointAccessType": "private",
    "description": "two\nlines", "metadata": {"team": "ml"}, "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
    "updateMessage": "first", "stop": true, "progressDeadline": 60, "autoRollback": true,
    "serving": {"protocol": "passthrough", "timeout": 5, "maxBodyBytes": 1000, "concurrency": 2, "maxQueue": 0,
                "queueTimeout": 1, "idempotent": true, "hedge": true, "forwardAuthorization": true, "allowUpgrade": true,
                "exampleRequest": {"data": [1]}, "limits": null}})"));
  BOOST_TEST(told(draft.mistakes) == texts{});
  const auto& spec = draft.value.spec;
  BOOST_TEST(spec.model_image == "demo/iris:1.0");
  BOOST_TEST(spec.model_uri.value() == "gs://bucket/iris");
  BOOST_TEST(spec.env.front().name == "A");
  BOOST_TEST(spec.serving.timeout->count() == 5);
  BOOST_TEST(spec.serving.example_request.value() == R"({"data":[1]})");
  BOOST_TEST((spec.access == modelgate::config::access_type::clients));
  BOOST_TEST(draft.value.update_message == "first");

  const auto again = domain::from_stored_text(domain::to_stored_text(spec));
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((*again == spec));
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_at_once) {
  const auto draft = domain::read_deployment(json::parse(R"({
    "id": "Bad_Id", "name": "!", "modelImage": "  ", "modelURI": "bucket", "replicas": 0, "endpointAccessType": "open",
    "metadata": {"a": 1}, "env": [{"name": "LD_PRELOAD", "value": "x"}, {"name": "9", "value": "x"}, {"value": "x"}, 7],
    "serving": {"timeout": -1, "limits": {"burst": 1}, "tiemout": 3}, "modelimage": "x", "status": {}, "stop": "no"})"));
  BOOST_TEST(told(draft.mistakes)
             == (texts{"/endpointAccessType OUT_OF_RANGE", "/env/0/name ILLEGAL_ENV_NAME",
                       "/env/1/name ILLEGAL_ENV_NAME", "/env/2/name REQUIRED", "/env/3 WRONG_TYPE", "/group REQUIRED",
                       "/id MALFORMED", "/instanceType REQUIRED", "/metadata/a WRONG_TYPE", "/modelImage REQUIRED",
                       "/modelURI MALFORMED", "/modelimage UNKNOWN_MEMBER", "/name MALFORMED", "/replicas OUT_OF_RANGE",
                       "/serving/limits/requestsPerSecond REQUIRED", "/serving/tiemout UNKNOWN_MEMBER",
                       "/serving/timeout OUT_OF_RANGE", "/status READ_ONLY_MEMBER", "/stop WRONG_TYPE"}));
}

BOOST_AUTO_TEST_CASE(an_unknown_member_is_told_with_the_nearest_known_one) {
  const auto draft = domain::read_deployment(with(least, "replica", "2"));
  BOOST_REQUIRE_EQUAL(draft.mistakes.size(), 1u);
  BOOST_TEST(draft.mistakes[0].detail == "is not a known member; did you mean \"replicas\"?");
}

BOOST_AUTO_TEST_CASE(one_mistake_each) {
  const struct {
    const char* member;
    const char* value;
    const char* told;
  } rows[] = {
      {"replicas", "10001", "/replicas OUT_OF_RANGE"},
      {"replicas", "1.5", "/replicas OUT_OF_RANGE"},
      {"replicas", "\"2\"", "/replicas WRONG_TYPE"},
      {"replicas", "18446744073709551615", "/replicas OUT_OF_RANGE"},
      {"modelImage", "\"demo/iris: 1.0\"", "/modelImage MALFORMED"},
      {"description", "\"\\u0000\"", "/description MALFORMED"},
      {"env", "[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\",\"value\":\"2\"}]", "/env/1/name DUPLICATE"},
      {"env", "[{\"name\":\"A\",\"value\":\"1\",\"valueFrom\":{}}]", "/env/0/valueFrom UNKNOWN_MEMBER"},
      {"env", "{\"A\":\"1\"}", "/env WRONG_TYPE"},
      {"env", "[{\"name\":\"PATH\",\"value\":\"1\"}]", "/env/0/name ILLEGAL_ENV_NAME"},
      {"metadata", "{\"a/b\":[]}", "/metadata/a~1b WRONG_TYPE"},
      {"metadata", "{\"\":\"x\"}", "/metadata/ MALFORMED"},
      {"serving", "[]", "/serving WRONG_TYPE"},
      {"serving", "{\"protocol\":\"grpc\"}", "/serving/protocol OUT_OF_RANGE"},
      {"serving", "{\"hedge\":true}", "/serving/hedge NOT_ALLOWED"},
      {"name", "5", "/name WRONG_TYPE"},
      {"id", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "/id TOO_LONG"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.told << " from " << row.value)
    BOOST_TEST(told(domain::read_deployment(with(least, row.member, row.value)).mistakes) == texts{row.told});
  }
  BOOST_TEST(told(domain::read_deployment(json::parse("[]")).mistakes) == texts{" WRONG_TYPE"});
}

BOOST_AUTO_TEST_CASE(a_thousand_replicas_are_the_quotas_to_refuse) {
  BOOST_TEST(domain::read_deployment(with(least, "replicas", "1000")).ok());
  BOOST_TEST(domain::read_deployment(with(least, "replicas", "2.0")).value.spec.replicas == 2u);
}

BOOST_AUTO_TEST_CASE(too_long_and_too_many) {
  json::value long_env = json::parse(least);
  auto& env = long_env.as_object()["env"].emplace_array();
  for (int i = 0; i < 10; ++i) {
    env.push_back(json::object{{"name", "A" + std::to_string(i)}, {"value", std::string(32'000, 'x')}});
  }
  BOOST_TEST(told(domain::read_deployment(long_env).mistakes) == texts{"/env TOO_LONG"});

  json::value many = json::parse(least);
  auto& metadata = many.as_object()["metadata"].emplace_object();
  for (int i = 0; i < 65; ++i) metadata.emplace("k" + std::to_string(i), "v");
  BOOST_TEST(told(domain::read_deployment(many).mistakes) == texts{"/metadata TOO_MANY"});

  json::value described = json::parse(least);
  described.as_object()["description"] = std::string(4'097, 'x');
  BOOST_TEST(told(domain::read_deployment(described).mistakes) == texts{"/description TOO_LONG"});
}

BOOST_AUTO_TEST_CASE(open_serving_options_show_what_holds) {
  const auto spec = domain::read_deployment(json::parse(least)).value.spec;
  const domain::serving_defaults defaults;
  BOOST_TEST(
      json::serialize(domain::to_json(spec, &defaults).at("serving"))
      == R"({"protocol":null,"timeout":60,"maxBodyBytes":33554432,"concurrency":null,"maxQueue":64,"queueTimeout":10,)"
         R"("idempotent":false,"hedge":false,"forwardAuthorization":false,"allowUpgrade":false,"exampleRequest":null,)"
         R"("limits":null})");
  BOOST_TEST(domain::to_json(spec).at("serving").at("timeout").is_null());
}

BOOST_AUTO_TEST_CASE(stored_text_outlives_rules_that_became_stricter) {
  auto spec = some_deployment().current.spec;
  spec.env = {{"LD_PRELOAD", "allowed once"}};
  const auto again = domain::from_stored_text(domain::to_stored_text(spec));
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((*again == spec));
  BOOST_TEST(domain::from_stored_text("{\"replicas\":true}").has_error());
  BOOST_TEST(domain::from_stored_text("{").has_error());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deployment_patch)

BOOST_AUTO_TEST_CASE(changes_what_it_names_and_nothing_else) {
  const auto before = some_deployment();
  const auto change = domain::read_deployment_patch(before, json::parse(R"({"replicas": 3, "updateMessage": "more"})"));
  BOOST_TEST(told(change.mistakes) == texts{});
  auto expected = before.current.spec;
  expected.replicas = 3;
  BOOST_TEST((change.value.spec == expected));
  BOOST_TEST(change.value.update_message.value() == "more");
}

BOOST_AUTO_TEST_CASE(null_goes_back_to_the_default) {
  auto before = some_deployment();
  before.current.spec.model_uri = "gs://b/m";
  before.current.spec.serving.timeout = std::chrono::seconds{5};
  const auto change = domain::read_deployment_patch(
      before,
      json::parse(
          R"({"modelURI": null, "replicas": null, "env": [], "metadata": {"team": null}, "serving": {"timeout": null}})"));
  BOOST_TEST(told(change.mistakes) == texts{});
  BOOST_TEST(!change.value.spec.model_uri.has_value());
  BOOST_TEST(change.value.spec.replicas == 1u);
  BOOST_TEST(change.value.spec.env.empty());
  BOOST_TEST(change.value.spec.metadata.size() == 1u);
  BOOST_TEST(!change.value.spec.serving.timeout.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_text_clears_what_a_form_cannot_set_to_null) {
  auto before = some_deployment();
  before.current.spec.model_uri = "gs://b/m";
  before.current.spec.image_pull_secret = "regcred";
  const auto change = domain::read_deployment_patch(before, json::parse(R"({"modelURI": "", "imagePullSecret": ""})"));
  BOOST_TEST(!change.value.spec.model_uri.has_value());
  BOOST_TEST(!change.value.spec.image_pull_secret.has_value());
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_changed) {
  const auto before = some_deployment();
  const struct {
    const char* patch;
    texts told;
  } rows[] = {
      {R"({"id": "other", "group": "sales", "name": null})",
       {"/group IMMUTABLE_MEMBER", "/id IMMUTABLE_MEMBER", "/name IMMUTABLE_MEMBER"}},
      {R"({"id": "iris-3f9c2", "group": "research", "name": "Iris"})", {}},
      {R"({"modelImage": null})", {"/modelImage REQUIRED"}},
      {R"({"nonsense": null})", {"/nonsense UNKNOWN_MEMBER"}},
      {R"({"revision": 3})", {"/revision READ_ONLY_MEMBER"}},
      {R"({"metadata": {"team": 5}})", {"/metadata/team WRONG_TYPE"}},
      {R"({"serving": {"x": 1}})", {"/serving/x UNKNOWN_MEMBER"}},
      {"7", {" WRONG_TYPE"}},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.patch)
    BOOST_TEST(told(domain::read_deployment_patch(before, json::parse(row.patch)).mistakes) == row.told);
  }
}

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_7396) {
  const struct {
    const char *target, *patch, *result;
  } rows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& row : rows) {
    json::value target = json::parse(row.target);
    domain::apply_merge_patch(target, json::parse(row.patch));
    BOOST_TEST(json::serialize(target) == row.result);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(next_revision)

BOOST_AUTO_TEST_CASE(only_what_runs_otherwise_gets_replicas_of_its_own) {
  const auto before = some_deployment();
  const struct {
    const char* patch;
    bool own;
  } rows[] = {
      {R"({"modelImage": "demo/iris:2.0"})", true},
      {R"({"modelURI": "gs://a/b"})", true},
      {R"({"instanceType": "cpu-2"})", true},
      {R"({"env": []})", true},
      {R"({"imagePullSecret": "x"})", true},
      {R"({"replicas": 3})", false},
      {R"({"description": "x"})", false},
      {R"({"metadata": null})", false},
      {R"({"endpointAccessType": "private"})", false},
      {R"({"stop": true})", false},
      {R"({"serving": {"timeout": 3}})", false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.patch) {
      const auto next = domain::next_revision(before.current,
                                              domain::read_deployment_patch(before, json::parse(row.patch)).value.spec);
      BOOST_TEST(next.number == 4u);
      BOOST_TEST(next.replica_revision == (row.own ? 4u : 2u));
    }
}

BOOST_AUTO_TEST_CASE(a_start_gets_replicas_of_its_own) {
  auto current = some_deployment().current;
  current.spec.stop = true;
  auto started = current.spec;
  started.stop = false;
  BOOST_TEST(domain::next_revision(current, started).replica_revision == 4u);
}

BOOST_AUTO_TEST_CASE(says_why_it_must_not_run) {
  auto spec = some_deployment().current.spec;
  BOOST_TEST(domain::refusal_to_run(spec, true, true) == "");
  BOOST_TEST(domain::refusal_to_run(spec, false, true) == "The model deployment is not enabled for the selected group");
  BOOST_TEST(domain::refusal_to_run(spec, true, false) == "InstanceType not found: cpu-1");
  spec.stop = true;
  BOOST_TEST(domain::refusal_to_run(spec, false, false) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(other_documents)

BOOST_AUTO_TEST_CASE(a_group_round_trips) {
  const auto group = domain::read_group(json::parse(
      R"({"name":"research","displayName":"Research","enabledDeployment":true,"maxDeploy":5,
          "quota":{"cpu":4,"memoryGiB":0.1,"gpu":null},"admins":["admin-1"],"members":["user-1"]})"));
  BOOST_TEST(told(group.mistakes) == texts{});
  BOOST_TEST(group.value.quota.cpu_milli.value() == 4'000);
  BOOST_TEST(!group.value.quota.gpu.has_value());
  BOOST_TEST((domain::read_group(domain::to_json(group.value)).value == group.value));
  const auto patched =
      domain::read_group_patch(group.value, json::parse(R"({"quota":{"cpu":null,"gpu":1},"maxDeploy":null})"));
  BOOST_TEST(told(patched.mistakes) == texts{});
  BOOST_TEST(!patched.value.quota.cpu_milli.has_value());
  BOOST_TEST(patched.value.quota.gpu.value() == 1);
  BOOST_TEST(patched.value.quota.memory_bytes.has_value());
  BOOST_TEST(!patched.value.max_deploy.has_value());
  BOOST_TEST(patched.value.enabled_deployment);
}

BOOST_AUTO_TEST_CASE(a_group_is_refused_with_every_mistake) {
  const auto group = domain::read_group(json::parse(
      R"({"name":"everyone","maxDeploy":-1,"quota":{"cpu":0.0001,"memory":1},"admins":["A"],"members":["b","b"],"usage":{}})"));
  BOOST_TEST(told(group.mistakes)
             == (texts{"/admins/0 MALFORMED", "/maxDeploy OUT_OF_RANGE", "/members/1 DUPLICATE", "/name MALFORMED",
                       "/quota/cpu OUT_OF_RANGE", "/quota/memory UNKNOWN_MEMBER", "/usage READ_ONLY_MEMBER"}));
  domain::group research;
  research.name = "research";
  BOOST_TEST(told(domain::read_group_patch(research, json::parse(R"({"name":"sales"})")).mistakes)
             == texts{"/name IMMUTABLE_MEMBER"});
}

BOOST_AUTO_TEST_CASE(an_instance_type_needs_a_size) {
  const auto type =
      domain::read_instance_type(json::parse(R"({"name":"cpu-1","cpu":0.5,"memoryGiB":1,"groups":["a"]})"));
  BOOST_TEST(told(type.mistakes) == texts{});
  BOOST_TEST(type.value.display_name == "cpu-1");
  BOOST_TEST((domain::read_instance_type(domain::to_json(type.value)).value == type.value));
  BOOST_TEST(told(domain::read_instance_type(json::parse(R"({"name":"CPU","cpu":0,"gpu":-1})")).mistakes)
             == (texts{"/cpu OUT_OF_RANGE", "/gpu OUT_OF_RANGE", "/memoryGiB REQUIRED", "/name MALFORMED"}));
  // Each is one mistake, whichever bound it breaks.
  BOOST_TEST(told(domain::read_instance_type(json::parse(R"({"name":"cpu-1","cpu":-1,"memoryGiB":-1})")).mistakes)
             == (texts{"/cpu OUT_OF_RANGE", "/memoryGiB OUT_OF_RANGE"}));
  BOOST_TEST(told(domain::read_instance_type(json::parse(R"({"name":"cpu-1","cpu":1e300,"memoryGiB":0})")).mistakes)
             == (texts{"/cpu OUT_OF_RANGE", "/memoryGiB OUT_OF_RANGE"}));
  const auto everyone = domain::read_instance_type_patch(type.value, json::parse(R"({"groups":null})"));
  BOOST_TEST(!everyone.value.groups.has_value());
}

BOOST_AUTO_TEST_CASE(accounts) {
  const auto now = modelgate::parse_rfc3339("2026-01-01T00:00:00Z").value();
  BOOST_TEST(domain::read_user(json::parse(R"({"name":"user-1","role":"admin"})")).ok());
  BOOST_TEST(told(domain::read_user(json::parse(R"({"name":"User","role":"root","password":"x"})")).mistakes)
             == (texts{"/name MALFORMED", "/password OUT_OF_RANGE", "/role OUT_OF_RANGE"}));
  BOOST_TEST(domain::read_client(json::parse(R"({"name":"app","expiresAt":"2030-01-01T00:00:00Z"})"), now).ok());
  BOOST_TEST(
      told(domain::read_client(json::parse(R"({"name":"Bad:Name","expiresAt":"2020-01-01T00:00:00Z"})"), now).mistakes)
      == (texts{"/expiresAt OUT_OF_RANGE", "/name MALFORMED"}));
  BOOST_TEST(told(domain::read_token(json::parse(R"({"name":" ","expiresAt":"soon"})"), now).mistakes)
             == (texts{"/expiresAt MALFORMED", "/name REQUIRED"}));
  BOOST_TEST(domain::read_update_message(json::parse(R"({"updateMessage":"go"})")).value.value() == "go");
}

BOOST_AUTO_TEST_SUITE_END()
