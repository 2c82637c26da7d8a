#include "control/service/client_service.hpp"
#include "tests/integration/rest/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_keys : control_port {
  with_keys() { furnish(); }

  reply post(const std::string& target, const std::string& body, const std::string& with_key,
             const std::string& token = {}) const {
    return send("POST", target, body, with_key, token);
  }
  reply send(const std::string& method, const std::string& target, const std::string& body, const std::string& with_key,
             const std::string& token = {}) const {
    ask_options options;
    options.fields = {{"Idempotency-Key", with_key}};
    if (!token.empty()) options.token = token;
    return ask(method, target, body, options);
  }
  static std::string document(const std::string& name) {
    return R"({"name":")" + name + R"(","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1"})";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, with_keys)

BOOST_AUTO_TEST_CASE(a_repeated_create_makes_one_deployment_and_gets_the_same_answer) {
  const reply first = post("/deployments", document("Iris"), "\"k-1\"");
  BOOST_TEST(first.status == 201u, first.body);
  BOOST_TEST(first.field("Idempotent-Replayed") == "");
  const reply second = post("/deployments", document("Iris"), "\"k-1\"");
  BOOST_TEST(second.status == 201u);
  BOOST_TEST(second.field("Idempotent-Replayed") == "true");
  BOOST_TEST(second.body == first.body);
  for (const char* name : {"Location", "ETag", "Content-Type"})
    BOOST_TEST(second.field(name) == first.field(name), name);
  BOOST_TEST(second.field("X-Request-Id") != first.field("X-Request-Id"));
  BOOST_TEST(get("/deployments").items("id") == first.text("/id"));
}

BOOST_AUTO_TEST_CASE(another_key_is_another_request) {
  BOOST_TEST(post("/deployments", document("Iris"), "k-1").status == 201u);
  BOOST_TEST(post("/deployments", document("Iris"), "k-2").field("Idempotent-Replayed") == "");
  BOOST_TEST(get("/deployments").at("/items").as_array().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_key_with_another_payload_or_path_is_refused) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(deploy("iris-2").status == 201u);
  BOOST_TEST(post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1").status == 201u);
  for (const reply& other : {post("/deployments/iris-1/clients", R"({"name":"App2"})", "k-1"),
                             post("/deployments/iris-2/clients", R"({"name":"app"})", "k-1"),
                             post("/deployments?dryRun=true", document("Iris"), "k-1")}) {
    BOOST_TEST(other.status == 422u);
    BOOST_TEST(other.text("/code") == "IDEMPOTENCY_KEY_REUSED");
  }
  BOOST_TEST(get("/deployments/iris-2/clients").items("name") == "");
}

BOOST_AUTO_TEST_CASE(what_was_answered_of_a_deployment_that_is_gone_is_not_answered_again) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const auto add = [&] { return post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1"); };
  BOOST_TEST(add().status == 201u);
  BOOST_TEST(remove("/deployments/iris-1", "*").status == 204u);
  BOOST_TEST(add().status == 404u);
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply anew = add();
  BOOST_TEST(anew.status == 201u);
  BOOST_TEST(anew.field("Idempotent-Replayed") == "");
  BOOST_TEST(anew.text("/token") != "");
  BOOST_TEST(get("/deployments/iris-1/clients").items("name") == "app");
  BOOST_TEST(add().field("Idempotent-Replayed") == "true");
}

BOOST_AUTO_TEST_CASE(a_repeated_client_is_told_without_its_token) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply first = post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1");
  BOOST_TEST(first.status == 201u, first.body);
  const std::string token = first.text("/token");
  const reply second = post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1");
  BOOST_TEST(second.status == 201u);
  BOOST_TEST(second.field("Idempotent-Replayed") == "true");
  BOOST_TEST(second.field("Cache-Control") == "no-store");
  BOOST_TEST(second.at("/token").is_null());
  BOOST_TEST(second.at("/tokenShown").as_bool());
  BOOST_TEST(second.text("/prefix") == first.text("/prefix"));
  BOOST_TEST(second.text("/createdAt") == first.text("/createdAt"));
  BOOST_TEST(second.body.find(token) == std::string::npos);

  const auto kept = database.read([](modelgate::control::store::transaction& within) -> modelgate::result<std::string> {
    return modelgate::control::store::kept_answer_store{within}.find("admin", "k-1")->body;
  });
  BOOST_TEST(kept->find(token) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_repeated_client_is_live_when_it_is_answered_so) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  reconciler.live = false;
  BOOST_TEST(post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1").status == 202u);
  BOOST_TEST(post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1").status == 202u);
  reconciler.live = true;
  BOOST_TEST(post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1").status == 201u);
  BOOST_TEST(reconciler.publications == 3);
}

BOOST_AUTO_TEST_CASE(every_change_of_a_client_is_done_once) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const std::string clients = "/deployments/iris-1/clients";
  BOOST_TEST(post(clients, R"({"name":"app"})", "k-1").status == 201u);
  const struct {
    const char* method;
    std::string path;
    std::string body;
    unsigned status;
  } changes[] = {
      {"PATCH", clients + "/app", R"({"disabled":true})", 200},
      {"POST", clients + "/app/rotate", "{}", 200},
      {"POST", "/deployments/iris-1/client-imports", R"({"htpasswd":"old:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"})", 200},
      {"DELETE", clients + "/app", "", 204},
  };
  for (const auto& [method, path, body, status] : changes) {
    const std::string own = method + path;
    reconciler.live = false;
    const reply first = send(method, path, body, own);
    BOOST_TEST(first.status == 202u, first.body);
    reconciler.live = true;
    const reply again = send(method, path, body, own);
    BOOST_TEST(again.status == status, own);
    BOOST_TEST(again.field("Idempotent-Replayed") == "true", own);
    if (path.ends_with("rotate")) {
      BOOST_TEST(again.at("/token").is_null());
      BOOST_TEST(again.text("/prefix") == first.text("/prefix"));
    } else {
      BOOST_TEST(again.body == first.body, own);
    }
    BOOST_TEST(send(method, path + "?x=1", body, own).text("/code") == "IDEMPOTENCY_KEY_REUSED", own);
  }
  // Each of them was done once only: the same again under other keys is another change.
  BOOST_TEST(get(clients).items("name") == "old");
  BOOST_TEST(send("DELETE", clients + "/app", "", "k-2").status == 404u);
  BOOST_TEST(post("/deployments/iris-1/client-imports", changes[2].body, "k-3").status == 409u);
}

BOOST_AUTO_TEST_CASE(a_dry_import_leaves_its_key_free) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const std::string file = R"({"htpasswd":"old:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"})";
  BOOST_TEST(post("/deployments/iris-1/client-imports?dryRun=true", file, "k-1").status == 200u);
  BOOST_TEST(get("/deployments/iris-1/clients").items("name") == "");
  BOOST_TEST(post("/deployments/iris-1/client-imports", file, "k-1").field("Idempotent-Replayed") == "");
  BOOST_TEST(get("/deployments/iris-1/clients").items("name") == "old");
}

BOOST_AUTO_TEST_CASE(keys_are_each_users_own) {
  BOOST_TEST(post("/deployments", document("Iris"), "k-1").status == 201u);
  const reply others = post("/deployments", document("Iris"), "k-1", member_token);
  BOOST_TEST(others.status == 201u);
  BOOST_TEST(others.field("Idempotent-Replayed") == "");
  BOOST_TEST(others.text("/createdBy") == "user-1");
}

BOOST_AUTO_TEST_CASE(what_was_refused_or_only_tried_is_not_kept) {
  BOOST_TEST(post("/deployments", document("Iris") + " ", "k-0", other_token).status == 403u);
  const std::string body =
      R"({"id":"iris-1","name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1"})";
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(post("/deployments", body, "k-1").status == 409u);
  BOOST_TEST(remove("/deployments/iris-1", "*").status == 204u);
  const reply made = post("/deployments", body, "k-1");
  BOOST_TEST(made.status == 201u);
  BOOST_TEST(made.field("Idempotent-Replayed") == "");

  BOOST_TEST(post("/deployments?dryRun=true", document("Iris"), "k-2").status == 200u);
  BOOST_TEST(post("/deployments", document("Iris"), "k-2").status == 201u);
}

BOOST_AUTO_TEST_CASE(a_key_is_one_text_of_printable_characters) {
  const std::string longest(255, 'k');
  BOOST_TEST(post("/deployments", document("Iris"), longest).status == 201u);
  for (const std::string& wrong : {std::string{}, std::string{"\"\""}, longest + "k", std::string{"\"open"},
                                   std::string{"\"a\"b"}, std::string{"\"a\\n\""}}) {
    const reply refused = post("/deployments", document("Iris"), wrong);
    BOOST_TEST(refused.status == 400u, wrong);
    BOOST_TEST(refused.text("/detail").find("Idempotency-Key") != std::string::npos);
  }
  ask_options twice;
  twice.fields = {{"Idempotency-Key", "a"}, {"idempotency-key", "b"}};
  BOOST_TEST(ask("POST", "/deployments", document("Iris"), twice).status == 400u);
  BOOST_TEST(get("/deployments").at("/items").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(quotes_around_a_key_are_not_part_of_it) {
  const reply first = post("/deployments", document("Iris"), R"("a\"b\\c")");
  BOOST_TEST(first.status == 201u);
  BOOST_TEST(post("/deployments", document("Iris"), R"(a"b\c)").text("/id") == first.text("/id"));
}

BOOST_AUTO_TEST_CASE(routes_that_take_no_key_do_not_look_at_it) {
  ask_options options;
  options.fields = {{"Idempotency-Key", ""}};
  BOOST_TEST(ask("GET", "/deployments", {}, options).status == 200u);
  BOOST_TEST(ask("POST", "/groups", R"({"name":"more"})", options).status == 201u);
}

BOOST_AUTO_TEST_CASE(while_the_first_is_under_way_a_second_is_told_so) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  std::mutex mutex;
  std::condition_variable changed;
  bool is_inside = false;
  bool may_go_on = false;
  reconciler.on_publish = [&] {
    std::unique_lock lock{mutex};
    is_inside = true;
    changed.notify_all();
    changed.wait(lock, [&] { return may_go_on; });
  };
  reply first;
  std::thread asking{[&] { first = post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1"); }};
  {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return is_inside; });
  }
  const reply second = post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1");
  BOOST_TEST(second.status == 409u);
  BOOST_TEST(second.text("/code") == "IDEMPOTENCY_KEY_IN_USE");
  BOOST_TEST(second.field("Retry-After") == "1");
  BOOST_TEST(post("/deployments", document("Iris"), "k-1", member_token).status == 201u);  // another one's key
  {
    const std::lock_guard lock{mutex};
    may_go_on = true;
  }
  changed.notify_all();
  asking.join();
  BOOST_TEST(first.status == 201u);
  BOOST_TEST(post("/deployments/iris-1/clients", R"({"name":"app"})", "k-1").field("Idempotent-Replayed") == "true");
}

BOOST_AUTO_TEST_CASE(an_answer_is_kept_for_so_long) {
  const reply first = post("/deployments", document("Iris"), "k-1");
  idempotency.retention = std::chrono::milliseconds{0};
  const reply late = post("/deployments", document("Iris"), "k-1");
  BOOST_TEST(late.status == 201u);
  BOOST_TEST(late.text("/id") != first.text("/id"));
  idempotency.retention = std::chrono::hours{1};
  BOOST_TEST(post("/deployments", document("Iris"), "k-1").text("/id") == late.text("/id"));

  idempotency.retention = std::chrono::hours{-1};  // everything is older than that
  do_chores();
  idempotency.retention = std::chrono::hours{1};
  BOOST_TEST(post("/deployments", document("Iris"), "k-1").field("Idempotent-Replayed") == "");
}

BOOST_AUTO_TEST_CASE(kept_answers_are_bounded_and_the_oldest_go_first) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  idempotency.keys_per_user = 2;
  const auto add = [&](const char* name) {
    return post("/deployments/iris-1/clients", std::string{R"({"name":")"} + name + "\"}", name);
  };
  for (const char* name : {"a", "b", "c"}) BOOST_TEST(add(name).status == 201u);
  BOOST_TEST(add("c").field("Idempotent-Replayed") == "true");
  BOOST_TEST(add("b").field("Idempotent-Replayed") == "true");
  BOOST_TEST(add("a").status == 409u);  // a new request, and the client is there
}

BOOST_AUTO_TEST_CASE(what_is_not_committed_is_not_kept) {
  // The store refuses the answer (no such user), so the change it tells of must not stay either.
  const modelgate::control::service::service_context context{database, key, runtime, reconciler};
  modelgate::control::service::idempotency keys{context,
                                                [] { return modelgate::control::service::idempotency_limits{}; }};
  BOOST_TEST(deploy("iris-1").status == 201u);
  const modelgate::control::domain::principal stranger{"nobody", modelgate::control::domain::platform_role::admin, {}};
  const auto turn = keys.begin(stranger, "k-1", "asked");
  BOOST_REQUIRE(turn.has_value());
  using modelgate::control::domain::client;
  const auto made = modelgate::control::service::client_service{context}.add(
      stranger, "iris-1", boost::json::object{{"name", "app"}}, turn->remember_as<client>([](const client&) {
        return modelgate::control::service::kept_reply{201, {}, "{}"};
      }));
  BOOST_TEST(made.has_error());
  BOOST_TEST(get("/deployments/iris-1/clients").items("name") == "");
}

BOOST_AUTO_TEST_SUITE_END()
