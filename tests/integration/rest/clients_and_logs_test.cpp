#include "control/service/client_service.hpp"
#include "control/store/stored_state.hpp"
#include "tests/integration/rest/fixture.hpp"
#include "tests/support/desired_deployments.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_iris : control_port {
  with_iris() {
    furnish();
    if (deploy("iris-1").status != 201) throw std::runtime_error{"no deployment"};
  }
};

modelgate::system_time made_at(const reply& client) {
  return modelgate::parse_rfc3339(client.text("/createdAt")).value();
}

/// To be saved as `2026-01-31-08-15-30` and `end`.
bool is_named_by_time(const reply& log, std::string_view end) {
  static const std::regex named{R"~(attachment; filename="\d{4}(-\d\d){5}([a-z.-]+)")~"};
  const std::string field = log.field("Content-Disposition");
  std::smatch found;
  return std::regex_match(field, found, named) && found[2].str() == end;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clients, with_iris)

BOOST_AUTO_TEST_CASE(a_token_is_told_once_and_live_when_it_is) {
  const reply made = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})");
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.field("Cache-Control") == "no-store");
  const std::string token = made.text("/token");
  BOOST_TEST(token.starts_with("mgc_"));
  BOOST_TEST(token.starts_with(made.text("/prefix")));
  BOOST_TEST(made.text("/createdBy") == "admin");
  BOOST_TEST(reconciler.publications == 1);

  modelgate::control::store::stored_state state{database};
  BOOST_TEST(modelgate::tests::desired_deployments(state).front().clients.front().digest.equal(key.hash(token)));
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");

  last_uses = {{"iris-1", "app", modelgate::parse_rfc3339("2026-01-31T12:00:00Z").value(), 1, made_at(made)},
               {"iris-2", "app", {}}};
  const reply list = get("/deployments/iris-1/clients");
  BOOST_TEST(list.body.find(token) == std::string::npos);
  BOOST_TEST(list.text("/items/0/prefix") == made.text("/prefix"));
  BOOST_TEST(list.text("/items/0/lastUsedAt") == "2026-01-31T12:00:00.000Z");
  BOOST_TEST(list.text("/items/0/expiresAt") == "null");
}

BOOST_AUTO_TEST_CASE(a_name_is_checked_and_taken_once) {
  const auto add = [&](const char* body) { return ask("POST", "/deployments/iris-1/clients", body); };
  BOOST_TEST(add(R"({"name":"Bad:Name"})").errors() == "/name MALFORMED");
  BOOST_TEST(add(R"({"nam":"app"})").errors() == "/nam UNKNOWN_MEMBER, /name REQUIRED");
  BOOST_TEST(add(R"({"name":"app","expiresAt":"2020-01-01T00:00:00Z"})").errors() == "/expiresAt OUT_OF_RANGE");
  BOOST_TEST(reconciler.publications == 0);
  BOOST_TEST(add(R"({"name":"app","expiresAt":"2100-01-01T00:00:00Z"})").text("/expiresAt")
             == "2100-01-01T00:00:00.000Z");
  BOOST_TEST(add(R"({"name":"app"})").status == 409u);
}

BOOST_AUTO_TEST_CASE(deleting_one_waits_until_it_is_forgotten) {
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(remove("/deployments/iris-1/clients/app").status == 204u);
  BOOST_TEST(reconciler.publications == 2);
  BOOST_TEST(remove("/deployments/iris-1/clients/app").status == 404u);
  BOOST_TEST(get("/deployments/iris-1/clients").items("name") == "");
}

BOOST_AUTO_TEST_CASE(a_rotation_gives_another_token_and_lets_the_old_one_hold_for_a_while) {
  const std::string first = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").text("/token");
  const auto stored = [&] {
    modelgate::control::store::stored_state state{database};
    return modelgate::tests::desired_deployments(state).front().clients.front();
  };
  const reply rotated = ask("POST", "/deployments/iris-1/clients/app/rotate", R"({"overlapSeconds":600})");
  BOOST_TEST(rotated.status == 200u, rotated.body);
  BOOST_TEST(rotated.field("Cache-Control") == "no-store");
  const std::string second = rotated.text("/token");
  BOOST_TEST(second != first);
  BOOST_TEST(stored().digest.equal(key.hash(second)));
  BOOST_TEST_REQUIRE(stored().previous.has_value());
  BOOST_TEST(stored().previous->digest.equal(key.hash(first)));
  BOOST_TEST(rotated.text("/previousUntil") != "null");

  // Another one with an overlap would cut short what was promised; one without ends all at once.
  const reply refused = ask("POST", "/deployments/iris-1/clients/app/rotate", R"({"overlapSeconds":60})");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail").find("holds until " + rotated.text("/previousUntil")) != std::string::npos);
  BOOST_TEST(stored().previous->digest.equal(key.hash(first)));
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients/app/rotate").status == 200u);
  BOOST_TEST(!stored().previous.has_value());
  BOOST_TEST(reconciler.publications == 3);
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");

  BOOST_TEST(ask("POST", "/deployments/iris-1/clients/app/rotate", R"({"overlapSeconds":99999999})").errors()
             == "/overlapSeconds OUT_OF_RANGE");
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients/app/rotate", R"({"overlap":1})").errors()
             == "/overlap UNKNOWN_MEMBER");
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients/nobody/rotate").status == 404u);
}

BOOST_AUTO_TEST_CASE(a_rotation_that_is_repeated_with_its_key_is_one) {
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  ask_options keyed;
  keyed.fields = {{"Idempotency-Key", "rotate-1"}};
  const reply first = ask("POST", "/deployments/iris-1/clients/app/rotate", "{}", keyed);
  BOOST_TEST(first.text("/token").starts_with("mgc_"));
  const reply again = ask("POST", "/deployments/iris-1/clients/app/rotate", "{}", keyed);
  BOOST_TEST(again.status == 200u);
  BOOST_TEST(again.field("Idempotent-Replayed") == "true");
  BOOST_TEST(again.body.find("mgc_") == again.body.find(first.text("/prefix")));
  BOOST_TEST(get("/deployments/iris-1/clients/app").text("/prefix") == first.text("/prefix"));
}

BOOST_AUTO_TEST_CASE(expiry_and_whether_it_may_call_are_patched) {
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"later","disabled":true})").text("/disabled")
             == "true");
  BOOST_TEST(get("/deployments/iris-1/clients/later").text("/disabled") == "true");
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1/clients/app", R"({"disabled":true})").text("/disabled") == "true");
  BOOST_TEST(get("/deployments/iris-1/clients/app").text("/disabled") == "true");
  const reply dated =
      patch("/deployments/iris-1/clients/app", R"({"expiresAt":"2100-01-01T00:00:00Z","disabled":false})");
  BOOST_TEST(dated.text("/expiresAt") == "2100-01-01T00:00:00.000Z");
  BOOST_TEST(dated.text("/disabled") == "false");
  BOOST_TEST(patch("/deployments/iris-1/clients/app", "{}").text("/expiresAt") == "2100-01-01T00:00:00.000Z");
  BOOST_TEST(patch("/deployments/iris-1/clients/app", R"({"expiresAt":null})").text("/expiresAt") == "null");
  BOOST_TEST(patch("/deployments/iris-1/clients/app", R"({"token":"x"})").errors() == "/token UNKNOWN_MEMBER");
  BOOST_TEST(patch("/deployments/iris-1/clients/nobody", "{}").status == 404u);
  BOOST_TEST(get("/deployments/iris-1/clients/nobody").status == 404u);
}

BOOST_AUTO_TEST_CASE(when_one_was_last_seen_is_stored) {
  const reply made = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})");
  const auto noon = modelgate::parse_rfc3339("2026-01-31T12:00:00Z").value();
  last_uses = {{"iris-1", "app", noon, 1, made_at(made)}, {"iris-1", "gone", noon}, {"iris-2", "app", noon}};
  modelgate::control::service::client_service{context()}.store_seen();
  last_uses.clear();  // as after a restart
  BOOST_TEST(get("/deployments/iris-1/clients/app").text("/lastUsedAt") == "2026-01-31T12:00:00.000Z");
  last_uses = {{"iris-1", "app", noon - std::chrono::hours{1}, 1, made_at(made)}};
  modelgate::control::service::client_service{context()}.store_seen();
  BOOST_TEST(get("/deployments/iris-1/clients/app").text("/lastUsedAt") == "2026-01-31T12:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(requests_are_counted_on_from_what_was_stored) {
  const auto noon = modelgate::parse_rfc3339("2026-01-31T12:00:00Z").value();
  const modelgate::control::service::client_service clients{context()};
  const reply made = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})");
  const auto shown = [&] { return get("/deployments/iris-1/clients/app").text("/requests"); };
  BOOST_TEST(shown() == "0");
  last_uses = {{"iris-1", "app", noon, 5, made_at(made)}};
  BOOST_TEST(shown() == "5");
  clients.store_seen();
  clients.store_seen();
  BOOST_TEST(shown() == "5", "written twice is counted once");
  last_uses = {{"iris-1", "app", noon, 7, made_at(made)}};
  BOOST_TEST(shown() == "7");
  BOOST_TEST(get("/deployments/iris-1/clients").text("/items/0/requests") == "7");
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients/app/rotate").text("/requests") == "7",
             "another token is no other client");
  clients.store_seen();
  // A process that begins with what that one stored.
  context().ledger->keep_only({});
  last_uses.clear();
  BOOST_TEST(shown() == "7");
  last_uses = {{"iris-1", "app", noon, 2, made_at(made)}};
  BOOST_TEST(shown() == "9");
  clients.store_seen();
  BOOST_TEST(shown() == "9");

  BOOST_TEST(remove("/deployments/iris-1/clients/app").status == 204u);
  const reply again = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})");
  if (made_at(again) != made_at(made)) BOOST_TEST(shown() == "0", "another client of the same name");
}

BOOST_AUTO_TEST_CASE(what_is_not_live_in_time_is_only_accepted) {
  reconciler.live = false;
  const reply made = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})");
  BOOST_TEST(made.status == 202u);
  BOOST_TEST(made.text("/token").starts_with("mgc_"));
  BOOST_TEST(remove("/deployments/iris-1/clients/app").status == 202u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(logs, with_iris)

BOOST_AUTO_TEST_CASE(replicas_are_merged_by_time) {
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0", "deploy-iris-1-r1-1"});
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z one\n2026-01-31T12:00:00.3Z three\n");
  runtime.write_log("deploy-iris-1-r1-1", "2026-01-31T12:00:00.2Z two\n");
  const reply all = get("/deployments/iris-1/logs");
  BOOST_TEST(all.status == 200u);
  BOOST_TEST(all.field("Content-Type") == "text/plain; charset=utf-8");
  BOOST_TEST(all.body == "[deploy-iris-1-r1-0] one\n[deploy-iris-1-r1-1] two\n[deploy-iris-1-r1-0] three\n");
  BOOST_TEST(runtime.last_query().tail_lines.value() == 2'000u);
  BOOST_TEST(get("/deployments/iris-1/logs?tail=1").body == "[deploy-iris-1-r1-0] three\n");
  BOOST_TEST(get("/deployments/iris-1/logs?tail=all").body == all.body);
  BOOST_TEST(!runtime.last_query().tail_lines.has_value());
  BOOST_TEST(get("/deployments/iris-1/logs?replica=deploy-iris-1-r1-1&timestamps=true").body
             == "2026-01-31T12:00:00.2Z two\n");
}

BOOST_AUTO_TEST_CASE(parameters_reach_the_driver_and_are_checked) {
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  runtime.write_log("deploy-iris-1-r1-0", "");
  BOOST_TEST(
      get("/deployments/iris-1/logs?since=2026-01-31T12:00:00Z&previous=true&replica=&follow=&timestamps=").status
      == 200u);
  BOOST_TEST((runtime.last_query().since == modelgate::parse_rfc3339("2026-01-31T12:00:00Z")));
  BOOST_TEST(runtime.last_query().previous);
  BOOST_TEST(!runtime.last_query().follow);
  BOOST_TEST(get("/deployments/iris-1/logs?since=60").status == 200u);
  BOOST_TEST((runtime.last_query().since.value() < modelgate::system_clock::now() - std::chrono::seconds{59}));
  const reply wrong = get("/deployments/iris-1/logs?since=yesterday&tail=many&follow=maybe&tial=3");
  BOOST_TEST(wrong.status == 400u);
  BOOST_TEST(wrong.errors() == "?follow MALFORMED, ?since MALFORMED, ?tail MALFORMED, ?tial UNKNOWN_PARAMETER");
}

BOOST_AUTO_TEST_CASE(a_replica_of_another_deployment_is_not_there) {
  BOOST_TEST(deploy("iris-2").status == 201u);
  runtime.write_log("deploy-iris-2-r1-0", "2026-01-31T12:00:00.1Z secret\n");
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  const reply foreign = get("/deployments/iris-1/logs?replica=deploy-iris-2-r1-0");
  BOOST_TEST(foreign.status == 404u);
  BOOST_TEST(foreign.text("/detail").find("it has deploy-iris-1-r1-0") != std::string::npos);
  BOOST_TEST(get("/deployments/iris-2/logs?replica=deploy-iris-2-r1-0").body == "secret\n");
}

BOOST_AUTO_TEST_CASE(of_a_replica_that_is_not_there_it_is_said_whose_there_are) {
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r2-0"});
  for (const char* name : {"deploy-iris-1-r1-0", "deploy-iris-1-r1-1", "deploy-iris-1-r2-0"}) {
    runtime.keep_log("iris-1", name);
  }
  const reply none = get("/deployments/iris-1/logs?replica=deploy-iris-1-r9-0");
  BOOST_TEST(none.status == 404u);
  BOOST_TEST(none.text("/detail").ends_with(
      "it has deploy-iris-1-r2-0; logs are kept of deploy-iris-1-r1-0, deploy-iris-1-r1-1"));
}

BOOST_AUTO_TEST_CASE(a_replica_that_was_never_started_again_has_no_previous_instance) {
  runtime.tell_instances_apart();
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z one\n");
  const reply none = get("/deployments/iris-1/logs?replica=deploy-iris-1-r1-0&previous=true");
  BOOST_TEST(none.status == 404u);
  BOOST_TEST(none.text("/detail").starts_with("replica deploy-iris-1-r1-0 has no previous instance"));
}

BOOST_AUTO_TEST_CASE(a_download_is_a_file_and_whole) {
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z one\n");
  const reply whole = get("/deployments/iris-1/logs?download=true");
  BOOST_TEST(whole.body == "[deploy-iris-1-r1-0] one\n");
  BOOST_TEST(is_named_by_time(whole, ".log"));
  BOOST_TEST(!runtime.last_query().tail_lines.has_value());
  const reply one = get("/deployments/iris-1/logs?download=true&tail=7&replica=deploy-iris-1-r1-0&previous=true");
  BOOST_TEST(is_named_by_time(one, "-previous.log"));
  BOOST_TEST(runtime.last_query().tail_lines.value() == 7u);
}

BOOST_AUTO_TEST_CASE(of_a_deployment_without_replicas_are_those_that_are_kept) {
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z kept\n");
  runtime.keep_log("iris-1", "deploy-iris-1-r1-0");
  BOOST_TEST(get("/deployments/iris-1/logs").body == "[deploy-iris-1-r1-0] kept\n");
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r2-0"});
  runtime.write_log("deploy-iris-1-r2-0", "2026-01-31T12:00:00.2Z now\n");
  BOOST_TEST(get("/deployments/iris-1/logs").body == "[deploy-iris-1-r2-0] now\n");
}

BOOST_AUTO_TEST_CASE(following_ends_with_the_deployment) {
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z one\n");
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  reconciler.set_replicas("iris-1", {});
  runtime.write_log("deploy-iris-1-r1-0", "2026-01-31T12:00:00.1Z last words\n");
  BOOST_TEST(get("/deployments/iris-1/logs?follow=true").body == "");
  BOOST_TEST(get("/deployments/iris-1/logs?follow=true&replica=deploy-iris-1-r1-0").body == "last words\n");
}

BOOST_AUTO_TEST_SUITE_END()
