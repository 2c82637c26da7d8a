#include "control/api/rest/audited_change.hpp"
#include "control/store/audit_store.hpp"
#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_trail : control_port {
  with_trail() { furnish(); }

  [[nodiscard]] reply as(const std::string& token, const char* method, const std::string& path,
                         const std::string& body = {}) const {
    ask_options options;
    options.token = token;
    options.if_match = "*";
    return ask(method, path, body, options);
  }
  /// "user METHOD resource status" of the newest events, newest first.
  [[nodiscard]] std::string newest(std::size_t count) const {
    const reply page = get("/audit-events?pageSize=" + std::to_string(count));
    std::string text;
    for (const auto& each : page.at("/items").as_array()) {
      const auto member = [&](const char* name) { return std::string{each.at(name).as_string()}; };
      text += member("user") + " " + member("method") + " " + member("resource") + " "
              + std::to_string(each.at("status").to_number<int>()) + "\n";
    }
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(audit_events, with_trail)

BOOST_AUTO_TEST_CASE(tell_who_did_what_when_from_where_and_what_came_of_it) {
  const auto before = context().now();
  ask_options options;
  options.token = member_token;
  options.fields = {{"X-Request-Id", "my-request"}};
  const reply made = ask("POST", "/deployments",
                         R"({"id":"iris-1","name":"Iris","group":"research","modelImage":"demo/iris:1.0",
                             "instanceType":"cpu-1"})",
                         options);
  BOOST_TEST(made.status == 201u);
  const reply page = get("/audit-events?pageSize=1");
  const auto& event = page.at("/items/0");
  BOOST_TEST(event.at("user").as_string() == "user-1");
  BOOST_TEST(std::string{event.at("credential").as_string()}
             == "token:" + get("/tokens?user=user-1").text("/items/0/id"));
  BOOST_TEST(event.at("peer").as_string() == "127.0.0.1");
  BOOST_TEST(event.at("method").as_string() == "POST");
  BOOST_TEST(event.at("path").as_string() == "/deployments");
  BOOST_TEST(event.at("resource").as_string() == "deployments/iris-1");
  BOOST_TEST(event.at("requestId").as_string() == "my-request");
  BOOST_TEST(event.at("status").to_number<int>() == 201);
  BOOST_TEST(event.at("result").as_string() == "done");
  BOOST_TEST(!event.at("dryRun").as_bool());
  const auto at = modelgate::parse_rfc3339(std::string{event.at("at").as_string()});
  BOOST_TEST((at >= before && at <= context().now()));
}

BOOST_AUTO_TEST_CASE(tell_also_what_was_refused_or_failed) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(as(member_token, "PATCH", "/deployments/iris-1", R"({"replicas":0})").status == 422u);
  BOOST_TEST(as(other_token, "DELETE", "/deployments/iris-1").status == 404u);
  BOOST_TEST(as(member_token, "POST", "/users", R"({"name":"x"})").status == 403u);
  BOOST_TEST(as(member_token, "POST", "/deployments/iris-1/stop").status == 200u);
  BOOST_TEST(as(member_token, "POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(newest(5)
             == "user-1 POST deployments/iris-1/clients/app 201\n"
                "user-1 POST deployments/iris-1 200\n"
                "user-1 POST users 403\n"
                "user-2 DELETE deployments/iris-1 404\n"
                "user-1 PATCH deployments/iris-1 422\n");
  const std::string last = newest(1);
  BOOST_TEST(as("mga_wrong", "DELETE", "/deployments/iris-1").status == 401u);  // nobody
  BOOST_TEST(get("/deployments/iris-1").status == 200u);                        // no change
  BOOST_TEST(newest(1) == last);
}

BOOST_AUTO_TEST_CASE(tell_of_dry_runs_that_they_were_none) {
  BOOST_TEST(as(member_token, "POST", "/deployments?dryRun=true",
                R"({"name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1"})")
                 .status
             == 200u);
  BOOST_TEST(get("/audit-events?pageSize=1").at("/items/0/dryRun").as_bool());
}

BOOST_AUTO_TEST_CASE(tell_of_logins) {
  BOOST_TEST(ask("POST", "/users", R"({"name":"alice","password":"correct horse"})").status == 201u);
  ask_options nobody;
  nobody.token = "";
  BOOST_TEST(ask("POST", "/session", R"({"name":"alice","password":"correct horse"})", nobody).status == 201u);
  const reply page = get("/audit-events?user=alice");
  BOOST_TEST(page.items("resource") == "session");
  BOOST_TEST(page.items("credential") == "password");
  BOOST_TEST(page.items("status") == "201");
}

BOOST_AUTO_TEST_CASE(tell_of_logins_that_were_refused_and_of_whom_if_there_is_such_a_user) {
  people.login_failures = 2;
  BOOST_TEST(ask("POST", "/users", R"({"name":"alice","password":"correct horse"})").status == 201u);
  ask_options nobody;
  nobody.token = "";
  const auto log_in = [&](const std::string& body) { return ask("POST", "/session", body, nobody).status; };
  BOOST_TEST(log_in(R"({"name":"alice","password":"guess"})") == 401u);
  BOOST_TEST(log_in(R"({"name":"correct horse","password":"alice"})") == 401u);
  BOOST_TEST(log_in(R"({"token":"mga_x"})") == 401u);
  BOOST_TEST(log_in(R"({"name":"alice","password":"guess"})") == 401u);
  BOOST_TEST(log_in(R"({"name":"alice","password":"correct horse"})") == 429u);
  BOOST_TEST(log_in("{}") == 422u);
  BOOST_TEST(newest(6)
             == "alice POST session 429\nalice POST session 401\n POST session 401\n POST session 401\n"
                "alice POST session 401\nadmin POST users/alice 201\n");
  BOOST_TEST(get("/audit-events?user=alice").items("credential") == "password, password, password");
  BOOST_TEST(get("/audit-events").body.find("horse") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(keep_only_so_many_refused_logins_of_a_minute) {
  ask_options nobody;
  nobody.token = "";
  // Sixty of each minute that they reach into: it would take eight of them.
  for (int i = 0; i < 500; ++i) static_cast<void>(ask("POST", "/session", R"({"token":"mga_x"})", nobody));
  const auto kept = get("/audit-events?resource=session&pageSize=500").at("/items").as_array().size();
  BOOST_TEST(kept >= 60u);
  BOOST_TEST(kept < 480u);
}

BOOST_AUTO_TEST_CASE(tell_of_each_deployment_that_goes_with_its_group) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(deploy("iris-2").status == 201u);
  BOOST_TEST(remove("/groups/research?confirm=iris-1,iris-2").status == 202u);
  BOOST_TEST(newest(3)
             == "admin DELETE deployments/iris-2 202\nadmin DELETE deployments/iris-1 202\n"
                "admin DELETE groups/research 202\n");
  const reply page = get("/audit-events?pageSize=3");
  BOOST_TEST(page.text("/items/2/path") == "/groups/research?confirm=iris-1,iris-2");
  BOOST_TEST(page.text("/items/0/requestId") == page.text("/items/2/requestId"));
  BOOST_TEST(get("/audit-events?resource=deployments/iris-1").items("method") == "DELETE, POST");
}

BOOST_AUTO_TEST_CASE(that_were_never_answered_can_be_asked_for) {
  const auto begun = database.write([](auto& within) -> modelgate::result<std::uint64_t> {
    modelgate::control::domain::audit_event event;
    event.user = "alice";
    event.path = "/users/bob";
    return modelgate::control::store::audit_store{within}.add(event);
  });
  BOOST_TEST(begun.has_value());
  const reply page = get("/audit-events?result=unknown");
  BOOST_TEST(page.items("path") == "/users/bob");
  BOOST_TEST(page.items("result") == "unknown");
}

BOOST_AUTO_TEST_CASE(hold_no_secrets) {
  const std::string token = new_token("user-1");
  BOOST_TEST(ask("POST", "/users", R"({"name":"alice","password":"correct horse"})").status == 201u);
  BOOST_TEST(remove("/tokens/" + token).status == 404u);  // meant well
  BOOST_TEST(remove("/deployments/iris-1?token=" + token).status == 400u);
  const std::string all = get("/audit-events").body;
  BOOST_TEST(all.find(token.substr(0, 12)) == std::string::npos, all);
  BOOST_TEST(all.find("horse") == std::string::npos);
  BOOST_TEST(all.find("tokens/" + token.substr(0, 8) + "...") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_found_by_what_they_tell_page_by_page) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(deploy("iris-10").status == 201u);
  BOOST_TEST(as(member_token, "POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(as(member_token, "PATCH", "/deployments/iris-1", R"({"replicas":0})").status == 422u);
  BOOST_TEST(get("/audit-events?resource=deployments/iris-1").items("path")
             == "/deployments/iris-1, /deployments/iris-1/clients, /deployments");
  BOOST_TEST(get("/audit-events?resource=deployments/iris-1&result=refused").items("status") == "422");
  BOOST_TEST(get("/audit-events?result=failed").items("status") == "");
  BOOST_TEST(get("/audit-events?user=user-1").items("status") == "422, 201");
  BOOST_TEST(get("/audit-events?user=user-1&until=2000-01-01T00:00:00Z").items("status") == "");
  BOOST_TEST(get("/audit-events?user=user-1&since=2000-01-01T00:00:00Z").items("status") == "422, 201");
  BOOST_TEST(get("/audit-events?result=bad&since=x&pageSize=0").status == 400u);

  std::string seen;
  std::string token;
  do {
    const reply page = get("/audit-events?pageSize=4" + (token.empty() ? "" : "&pageToken=" + token));
    seen += page.items("id") + ", ";
    token = page.text("/nextPageToken");
  } while (!token.empty());
  BOOST_TEST(seen == get("/audit-events?pageSize=500").items("id") + ", ");
}

BOOST_AUTO_TEST_CASE(are_for_administrators) {
  BOOST_TEST(get("/audit-events", member_token).status == 403u);
  BOOST_TEST(ask("DELETE", "/audit-events").status == 405u);
}

BOOST_AUTO_TEST_CASE(go_when_they_are_old_or_too_many_and_not_before) {
  const std::string before = get("/audit-events?pageSize=500").body;
  do_chores();
  BOOST_TEST(get("/audit-events?pageSize=500").body == before);
  audit.events = 3;
  do_chores();
  BOOST_TEST(get("/audit-events").at("/items").as_array().size() == 3u);
  BOOST_TEST(newest(1).find("POST tokens/") != std::string::npos);
  audit.keep = std::chrono::milliseconds{-60'000};
  do_chores();
  BOOST_TEST(get("/audit-events").at("/items").as_array().size() == 0u);
}

BOOST_AUTO_TEST_CASE(are_there_before_the_change_is_begun) {
  std::size_t open = 0;
  reconciler.on_publish = [&] {
    const auto found = database.read([](auto& within) -> modelgate::result<modelgate::control::domain::audit_event> {
      return modelgate::control::store::audit_store{within}.list({}).front();
    });
    if (!found->status && found->path == "/deployments/iris-1/clients") ++open;
  };
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(open == 1u);
  BOOST_TEST(newest(1) == "admin POST deployments/iris-1/clients/app 201\n");
}

BOOST_AUTO_TEST_CASE(are_never_changed_once_they_are_closed) {
  const auto changed = database.write([](auto& within) -> modelgate::result<void> {
    modelgate::control::store::audit_store{within}.close(1, "other", 500);
    return {};
  });
  BOOST_TEST(changed.has_error());
  BOOST_TEST(get("/audit-events").body.find("other") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(resources_of_paths)

BOOST_AUTO_TEST_CASE(are_the_things_and_not_what_is_done_with_them) {
  using modelgate::control::rest::resource_of;
  BOOST_TEST(resource_of("/api/v1/deployments") == "deployments");
  BOOST_TEST(resource_of("/deployments/iris") == "deployments/iris");
  BOOST_TEST(resource_of("/deployments/iris/stop") == "deployments/iris");
  BOOST_TEST(resource_of("/deployments/iris/clients/app") == "deployments/iris/clients/app");
  BOOST_TEST(resource_of("/deployments/iris/clients/app/rotate") == "deployments/iris/clients/app");
  BOOST_TEST(resource_of("/") == "");
  BOOST_TEST(resource_of("/tokens/mga_abcdefgh/x") == "tokens/mga_abcd...");
}

BOOST_AUTO_TEST_CASE(hold_no_half_of_a_character) {
  using modelgate::control::rest::resource_of;
  BOOST_TEST(resource_of("/tokens/mga_ab\u00e4\u00e4\u00e4") == "tokens/mga_ab\u00e4...");
  BOOST_TEST(resource_of("/tokens/mga_abc\u00e4\u00e4") == "tokens/mga_abc...");
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "\u00e4";
  BOOST_TEST(resource_of("/a/" + many).size() == 1'024u);
  BOOST_TEST(resource_of("/ab/" + many).size() == 1'023u);
}

BOOST_AUTO_TEST_SUITE_END()
