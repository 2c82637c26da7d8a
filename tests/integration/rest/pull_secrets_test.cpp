#include "control/store/pull_secret_store.hpp"
#include "tests/integration/rest/fixture.hpp"

#include "modelgate/crypto/key_ring.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <thread>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_secrets : control_port {
  with_secrets() {
    furnish();
    BOOST_REQUIRE(ask("POST", "/users", R"({"name":"lead"})").status == 201u);
    BOOST_REQUIRE(patch("/groups/research", R"({"admins":["lead"]})").status == 200u);
    lead_token = new_token("lead");
  }

  [[nodiscard]] reply make(const std::string& more, const std::string& token = {}) const {
    ask_options options;
    if (!token.empty()) options.token = token;
    return ask("POST", "/pull-secrets",
               R"({"registry":"ghcr.io","user":"robot","password":"hunter2secret",)" + more + "}", options);
  }
  [[nodiscard]] reply as(const std::string& token, const char* method, const std::string& path,
                         const std::string& body = {}) const {
    ask_options options;
    options.token = token;
    return ask(method, path, body, options);
  }
  /// The credentials that are kept under a name, as whoever has the key file reads them.
  [[nodiscard]] std::string kept(const std::string& name) {
    const auto ring = modelgate::crypto::key_ring::load_or_create(folder.path() / "secret.key").value();
    const auto all = database.read([](auto& within) -> modelgate::result<std::vector<store_type>> {
      return modelgate::control::store::pull_secret_store{within}.list_sealed();
    });
    for (const auto& each : all.value()) {
      if (each.record.name != name) continue;
      const auto text = ring.open(each.sealed);
      return text ? std::string{text->reveal()} : "does not open";
    }
    return "is not there";
  }
  using store_type = modelgate::control::store::sealed_pull_secret;

  std::string lead_token;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pull_secrets, with_secrets)

BOOST_AUTO_TEST_CASE(are_made_and_never_shown_again) {
  const reply made = make(R"("name":"regcred")");
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.field("Location") == "/api/v1/pull-secrets/regcred");
  BOOST_TEST(made.text("/registries") == R"(["ghcr.io"])");
  BOOST_TEST(made.text("/user") == "robot");
  BOOST_TEST(made.at("/group").is_null());
  BOOST_TEST(made.text("/createdBy") == "admin");
  for (const reply& shown : {made, get("/pull-secrets/regcred"), get("/pull-secrets"), get("/audit-events")}) {
    BOOST_TEST(shown.body.find("hunter2") == std::string::npos);
  }
  BOOST_TEST(kept("regcred") == "regcred\n" R"({"auths":{"ghcr.io":{"username":"robot","password":"hunter2secret"}}})");
  for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
    std::ifstream file{entry.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    BOOST_TEST(bytes.find("hunter2") == std::string::npos, entry.path());
  }
  BOOST_TEST(make(R"("name":"regcred")").status == 409u);
}

BOOST_AUTO_TEST_CASE(are_taken_as_a_docker_config) {
  const char* config = R"({"auths":{"b.example":{"auth":"cm9ib3Q6aHVudGVyMg=="},)"
                       R"("a.example:5000":{"username":"u","password":"p"}},"HttpHeaders":{"User-Agent":"Docker"}})";
  const reply made = ask("POST", "/pull-secrets", std::string{R"({"name":"two","dockerConfigJson":)"} + config + "}");
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.text("/registries") == R"(["a.example:5000","b.example"])");
  BOOST_TEST(made.at("/user").is_null());
  BOOST_TEST(kept("two").find("HttpHeaders") == std::string::npos);
  const reply text =
      ask("POST", "/pull-secrets", R"({"name":"text","dockerConfigJson":"{\"auths\":{\"a\":{\"auth\":\"eDp5\"}}}"})");
  BOOST_TEST(text.status == 201u, text.body);
  BOOST_TEST(kept("text") == "text\n" R"({"auths":{"a":{"auth":"eDp5"}}})");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_and_no_secret_with_it) {
  BOOST_TEST(ask("POST", "/pull-secrets", R"({"name":"Reg_Cred"})").errors()
             == "/name MALFORMED, /password REQUIRED, /registry REQUIRED, /user REQUIRED");
  BOOST_TEST(ask("POST", "/pull-secrets", R"({"name":"a","registry":"u:p@x y","user":"u","password":"p"})").errors()
             == "/registry MALFORMED");
  for (const char* config : {"1", "{}", R"({"auths":{}})", R"("not json")", R"({"auths":[]})"}) {
    BOOST_TEST(ask("POST", "/pull-secrets", std::string{R"({"name":"a","dockerConfigJson":)"} + config + "}").errors()
                   == "/dockerConfigJson MALFORMED",
               config);
  }
  const reply empty =
      ask("POST", "/pull-secrets", R"({"name":"a","dockerConfigJson":{"auths":{"x":{},"y":{"username":"hunter2"}}}})");
  BOOST_TEST(empty.errors() == "/dockerConfigJson/auths/x REQUIRED, /dockerConfigJson/auths/y REQUIRED");
  BOOST_TEST(empty.body.find("hunter2") == std::string::npos);
  BOOST_TEST(make(R"("name":"a","dockerConfigJson":{"auths":{"x":{"auth":"eDp5"}}})").errors()
             == "/dockerConfigJson EXACTLY_ONE");
  BOOST_TEST(make(R"("name":"a","group":"nowhere")").errors() == "/group UNKNOWN_GROUP");
  BOOST_TEST(get("/pull-secrets").items("name") == "");
}

BOOST_AUTO_TEST_CASE(are_their_groups_or_everybodys) {
  BOOST_TEST(make(R"("name":"global")").status == 201u);
  BOOST_TEST(make(R"("name":"ours","group":"research")", lead_token).status == 201u);
  BOOST_TEST(make(R"("name":"theirs","group":"sales")").status == 201u);
  BOOST_TEST(make(R"("name":"x","group":"sales")", lead_token).status == 403u);
  BOOST_TEST(make(R"("name":"x","group":"nowhere")", lead_token).status == 403u);
  BOOST_TEST(make(R"("name":"x")", lead_token).status == 403u);
  BOOST_TEST(make(R"("name":"x","group":"research")", member_token).status == 403u);
  BOOST_TEST(get("/pull-secrets", member_token).items("name") == "global, ours");
  BOOST_TEST(get("/pull-secrets/theirs", member_token).status == 404u);
  BOOST_TEST(as(member_token, "DELETE", "/pull-secrets/ours").status == 403u);
  BOOST_TEST(as(lead_token, "PATCH", "/pull-secrets/theirs", R"({"password":"x"})").status == 404u);
  BOOST_TEST(as(lead_token, "DELETE", "/pull-secrets/global").status == 403u);
  BOOST_TEST(as(lead_token, "DELETE", "/pull-secrets/ours").status == 204u);
}

BOOST_AUTO_TEST_CASE(get_other_credentials) {
  BOOST_TEST(make(R"("name":"regcred")").status == 201u);
  const reply changed = patch("/pull-secrets/regcred", R"({"password":"another"})", "");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(kept("regcred").find(R"("ghcr.io":{"username":"robot","password":"another"})") != std::string::npos);
  // A password never goes to another place unseen.
  BOOST_TEST(patch("/pull-secrets/regcred", R"({"registry":"evil.example"})", "").errors() == "/password REQUIRED");
  BOOST_TEST(patch("/pull-secrets/regcred", R"({"user":"x"})", "").errors() == "/password REQUIRED");
  BOOST_TEST(patch("/pull-secrets/regcred", R"({"name":"x","group":"sales","createdBy":"x"})", "").errors()
             == "/createdBy READ_ONLY_MEMBER, /group IMMUTABLE_MEMBER, /name IMMUTABLE_MEMBER");
  BOOST_TEST(patch("/pull-secrets/regcred", R"({"name":"regcred","group":null})", "").status == 200u);
  const reply whole = patch("/pull-secrets/regcred", R"({"dockerConfigJson":{"auths":{"x":{"auth":"eDp5"}}}})", "");
  BOOST_TEST(whole.text("/registries") == R"(["x"])");
  BOOST_TEST(whole.at("/user").is_null());
  BOOST_TEST(patch("/pull-secrets/regcred", R"({"password":"alone"})", "").errors()
             == "/registry REQUIRED, /user REQUIRED");
  BOOST_TEST(patch("/pull-secrets/nothing", "{}", "").status == 404u);
}

BOOST_AUTO_TEST_CASE(are_used_by_name) {
  const reply unknown = deploy("iris-1", R"("imagePullSecret":"regcred")");
  BOOST_TEST(unknown.errors() == "/imagePullSecret UNKNOWN_PULL_SECRET");
  BOOST_TEST(make(R"("name":"theirs","group":"sales")").status == 201u);
  BOOST_TEST(deploy("iris-1", R"("imagePullSecret":"theirs")").errors() == "/imagePullSecret UNKNOWN_PULL_SECRET");
  BOOST_TEST(make(R"("name":"regcred","group":"research")").status == 201u);
  BOOST_TEST(deploy("iris-1", R"("imagePullSecret":"regcred","stop":true)").status == 201u);
  const reply refused = remove("/pull-secrets/regcred");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail") == "the pull secret is in use by iris-1");
  BOOST_TEST(patch("/deployments/iris-1", R"({"imagePullSecret":"gone"})").errors()
             == "/imagePullSecret UNKNOWN_PULL_SECRET");
  BOOST_TEST(patch("/deployments/iris-1", R"({"imagePullSecret":null})").status == 200u);
  BOOST_TEST(remove("/pull-secrets/regcred").status == 204u);
  // What the history names may be gone.
  const reply back = ask("POST", "/deployments/iris-1/rollback", R"({"revision":1})");
  BOOST_TEST(back.status == 409u);
  BOOST_TEST(back.text("/detail") == "Image pull secret not found: regcred");
}

BOOST_AUTO_TEST_CASE(of_everybody_tell_no_names_of_other_groups) {
  BOOST_TEST(make(R"("name":"global")").status == 201u);
  BOOST_TEST(deploy("iris-1", R"("imagePullSecret":"global")").status == 201u);
  BOOST_TEST(remove("/pull-secrets/global").text("/detail") == "the pull secret is in use by iris-1");
}

BOOST_AUTO_TEST_CASE(go_with_their_group) {
  BOOST_TEST(make(R"("name":"ours","group":"sales")").status == 201u);
  BOOST_TEST(remove("/groups/sales").status == 204u);
  BOOST_TEST(get("/pull-secrets/ours").status == 404u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_key_of_pull_secrets, with_secrets)

BOOST_AUTO_TEST_CASE(is_changed_while_secrets_stay) {
  for (const char* name : {"one", "two"}) BOOST_TEST(make(std::string{R"("name":")"} + name + "\"").status == 201u);
  const auto old = modelgate::crypto::key_ring::load_or_create(folder.path() / "secret.key").value();
  const std::string before = kept("one");
  const reply changed = ask("POST", "/secret-key/rotate");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(changed.text("/pullSecrets") == "2");
  BOOST_TEST(std::filesystem::file_size(folder.path() / "secret.key") == 32u);
  BOOST_TEST(kept("one") == before);
  const auto sealed = database.read([](auto& within) -> modelgate::result<std::vector<store_type>> {
    return modelgate::control::store::pull_secret_store{within}.list_sealed();
  });
  for (const auto& each : sealed.value()) BOOST_TEST(old.open(each.sealed).has_error());
  BOOST_TEST(as(lead_token, "POST", "/secret-key/rotate").status == 403u);
}

BOOST_AUTO_TEST_CASE(that_was_half_changed_is_changed_to_the_end) {
  // As a crash leaves it: the file has a new key, and no secret is sealed under it yet.
  BOOST_TEST(make(R"("name":"one")").status == 201u);
  const std::string before = kept("one");
  const auto file = folder.path() / "secret.key";
  BOOST_TEST(!modelgate::crypto::key_ring::load_or_create(file)->with_new_key().save(file));
  modelgate::control::service::secret_vault next{file};
  const auto done = next.change_key(database);
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST(std::filesystem::file_size(file) == 32u);
  BOOST_TEST(kept("one") == before);
}

BOOST_AUTO_TEST_CASE(stays_when_a_secret_does_not_open) {
  BOOST_TEST(make(R"("name":"one")").status == 201u);
  BOOST_TEST(make(R"("name":"two")").status == 201u);
  const std::string before = kept("one");
  // The credentials of one put into the row of the other.
  const auto swapped = database.write([](auto& within) -> modelgate::result<void> {
    modelgate::control::store::pull_secret_store secrets{within};
    auto all = secrets.list_sealed();
    all[1].sealed = all[0].sealed;
    secrets.update(all[1]);
    return {};
  });
  BOOST_REQUIRE(swapped.has_value());
  const reply refused = ask("POST", "/secret-key/rotate");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail").find("\"two\"") != std::string::npos);
  BOOST_TEST(kept("one") == before);
  BOOST_TEST(patch("/pull-secrets/two", R"({"password":"again"})", "").status == 200u);
  BOOST_TEST(ask("POST", "/secret-key/rotate").status == 200u);
  BOOST_TEST(kept("one") == before);
}

BOOST_AUTO_TEST_CASE(is_changed_under_writers) {
  int made = 0;
  std::thread writer{[&] {
    for (int i = 0; i < 20; ++i) made += make(R"("name":"s)" + std::to_string(i) + "\"").status == 201u ? 1 : 0;
  }};
  for (int i = 0; i < 5; ++i) BOOST_TEST(ask("POST", "/secret-key/rotate").status == 200u);
  writer.join();
  BOOST_TEST(made == 20);
  for (int i = 0; i < 20; ++i) {
    const std::string name = "s" + std::to_string(i);
    BOOST_TEST(kept(name).starts_with(name + "\n{"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
