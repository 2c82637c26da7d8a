#include "control/store/user_store.hpp"
#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_people : control_port {
  with_people() {
    furnish();
    BOOST_REQUIRE(ask("POST", "/users", R"({"name":"alice","password":"correct horse"})").status == 201u);
  }

  [[nodiscard]] reply log_in(const std::string& body, const ask_options& more = {}) const {
    ask_options options = more;
    options.token = "";
    return ask("POST", "/session", body, options);
  }
  [[nodiscard]] reply log_in(const std::string& name, const std::string& password) const {
    return log_in(R"({"name":")" + name + R"(","password":")" + password + R"("})");
  }
  /// What a browser would send back.
  static std::string cookie_of(const reply& answer) {
    const std::string set = answer.field("Set-Cookie");
    return set.substr(0, set.find(';'));
  }
  [[nodiscard]] reply with_cookie(const std::string& cookie, const char* method, const std::string& path,
                                  const std::string& body = {}, const std::string& site = "same-origin") const {
    ask_options options;
    options.token = "";
    options.fields = {{"Cookie", "theme=dark; " + cookie}};
    if (!site.empty()) options.fields.emplace_back("Sec-Fetch-Site", site);
    return ask(method, path, body, options);
  }
  [[nodiscard]] reply as(const std::string& token, const char* method, const std::string& path,
                         const std::string& body = {}) const {
    ask_options options;
    options.token = token;
    return ask(method, path, body, options);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sign_in, with_people)

BOOST_AUTO_TEST_CASE(a_person_logs_in_and_out) {
  const reply opened = log_in("alice", "correct horse");
  BOOST_TEST(opened.status == 201u, opened.body);
  BOOST_TEST(opened.text("/user") == "alice");
  BOOST_TEST(opened.field("Cache-Control") == "no-store");
  const std::string set = opened.field("Set-Cookie");
  BOOST_TEST(set.starts_with("modelgate-session=mgs_"), set);
  BOOST_TEST(set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"), set);
  const std::string cookie = cookie_of(opened);
  BOOST_TEST(opened.body.find("mgs_") == std::string::npos);

  BOOST_TEST(with_cookie(cookie, "GET", "/me").text("/name") == "alice");
  BOOST_TEST(with_cookie(cookie, "GET", "/users").status == 403u);
  const reply left = with_cookie(cookie, "DELETE", "/session");
  BOOST_TEST(left.status == 204u);
  BOOST_TEST(left.field("Set-Cookie").find("modelgate-session=;") == 0u);
  BOOST_TEST(left.field("Set-Cookie").find("Max-Age=0") != std::string::npos);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);
}

BOOST_AUTO_TEST_CASE(wrong_names_and_passwords_are_told_alike) {
  const reply wrong = log_in("alice", "incorrect horse");
  BOOST_TEST(wrong.status == 401u);
  BOOST_TEST(wrong.text("/code") == "AUTH_FAILED");
  for (const reply& other : {log_in("nobody", "correct horse"), log_in("user-1", "correct horse")}) {
    BOOST_TEST(other.status == 401u);
    BOOST_TEST(other.text("/detail") == wrong.text("/detail"));
    BOOST_TEST(other.field("Set-Cookie") == "");
  }
  BOOST_TEST(log_in(R"({"name":"alice"})").errors() == "/password REQUIRED");
  BOOST_TEST(log_in(R"({"name":"alice","password":"x","token":"mga_x","x":1})").errors()
             == "/token EXACTLY_ONE, /x UNKNOWN_MEMBER");
  BOOST_TEST(log_in("{}").errors() == "/name REQUIRED, /password REQUIRED");
}

BOOST_AUTO_TEST_CASE(guessing_has_to_wait_also_with_the_right_password) {
  people.login_failures = 3;
  people.login_lock = std::chrono::minutes{1};
  for (int i = 0; i < 3; ++i) BOOST_TEST(log_in("alice", "guess").status == 401u);
  const reply locked = log_in("alice", "correct horse");
  BOOST_TEST(locked.status == 429u);
  BOOST_TEST(locked.text("/code") == "LOGIN_LOCKED");
  BOOST_TEST(std::stoi(locked.field("Retry-After")) > 30);
  // One that is not there is no different.
  for (int i = 0; i < 3; ++i) BOOST_TEST(log_in("nobody", "guess").status == 401u);
  BOOST_TEST(log_in("nobody", "guess").status == 429u);
  // Others come in, and the token of the same user holds.
  BOOST_TEST(ask("POST", "/users", R"({"name":"bob","password":"correct horse"})").status == 201u);
  BOOST_TEST(log_in("bob", "correct horse").status == 201u);
  BOOST_TEST(as(new_token("alice"), "GET", "/me").status == 200u);
}

BOOST_AUTO_TEST_CASE(guessing_many_names_from_one_address_has_to_wait) {
  people.login_failures_address = 4;
  for (const char* name : {"a", "b", "c", "d"}) BOOST_TEST(log_in(name, "guess").status == 401u);
  BOOST_TEST(log_in("alice", "correct horse").status == 429u);
}

BOOST_AUTO_TEST_CASE(a_right_password_ends_the_count) {
  people.login_failures = 3;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 2; ++i) BOOST_TEST(log_in("alice", "guess").status == 401u);
    BOOST_TEST(log_in("alice", "correct horse").status == 201u);
  }
}

BOOST_AUTO_TEST_CASE(a_session_ends_by_itself) {
  people.session_life = std::chrono::milliseconds{1};
  const std::string short_one = cookie_of(log_in("alice", "correct horse"));
  while (with_cookie(short_one, "GET", "/me").status != 401u) {
  }
  people.session_life = std::chrono::hours{1};
  const std::string idle = cookie_of(log_in("alice", "correct horse"));
  BOOST_TEST(with_cookie(idle, "GET", "/me").status == 200u);
  people.session_idle = std::chrono::milliseconds{0};
  BOOST_TEST(with_cookie(idle, "GET", "/me").status == 401u);
  do_chores();
  people.session_idle = std::chrono::hours{1};
  BOOST_TEST(with_cookie(idle, "GET", "/me").status == 401u);  // it is gone, not asleep
}

BOOST_AUTO_TEST_CASE(the_oldest_session_makes_room) {
  people.sessions = 2;
  const std::string first = cookie_of(log_in("alice", "correct horse"));
  const auto before = context().now();
  while (context().now() == before) {
  }
  const std::string second = cookie_of(log_in("alice", "correct horse"));
  const std::string third = cookie_of(log_in("alice", "correct horse"));
  BOOST_TEST(with_cookie(first, "GET", "/me").status == 401u);
  BOOST_TEST(with_cookie(second, "GET", "/me").status == 200u);
  BOOST_TEST(with_cookie(third, "GET", "/me").status == 200u);
}

BOOST_AUTO_TEST_CASE(pages_of_other_sites_change_nothing) {
  const std::string cookie = cookie_of(log_in("alice", "correct horse"));
  const auto change = [&](const std::string& site, const std::string& origin) {
    ask_options options;
    options.token = "";
    options.fields = {{"Cookie", cookie}, {"Host", "models.example.com:8081"}};
    if (!site.empty()) options.fields.emplace_back("Sec-Fetch-Site", site);
    if (!origin.empty()) options.fields.emplace_back("Origin", origin);
    return ask("POST", "/tokens", R"({"name":"x"})", options).status;
  };
  BOOST_TEST(change("same-origin", "https://models.example.com:8081") == 201u);
  BOOST_TEST(change("", "https://MODELS.example.com:8081") == 201u);
  BOOST_TEST(change("none", "") == 201u);
  for (const char* site : {"cross-site", "same-site"}) {
    BOOST_TEST(change(site, "") == 403u);
    BOOST_TEST(change(site, "https://models.example.com:8081") == 403u);
  }
  for (const char* origin :
       {"https://evil.example.com", "null", "https://models.example.com:8081.evil.com", "https://models.example.com"}) {
    BOOST_TEST(change("", origin) == 403u, origin);
    BOOST_TEST(change("same-origin", origin) == 403u, origin);
  }
  BOOST_TEST(change("", "") == 403u);                                              // no browser of today
  BOOST_TEST(with_cookie(cookie, "GET", "/me", "", "cross-site").status == 200u);  // nobody else can read it

  ask_options foreign;
  foreign.fields = {{"Sec-Fetch-Site", "cross-site"}};
  BOOST_TEST(log_in(R"({"name":"alice","password":"correct horse"})", foreign).status == 403u);
  foreign.fields = {{"Sec-Fetch-Site", "cross-site"}, {"Cookie", cookie}};
  BOOST_TEST(ask("POST", "/tokens", R"({"name":"x"})", foreign).status == 201u);  // a token comes from no page
}

BOOST_AUTO_TEST_CASE(a_session_by_token_has_the_bounds_of_the_token) {
  const reply token = ask("POST", "/tokens", R"({"name":"narrow","readOnly":true,"groups":["sales"]})");
  BOOST_TEST(token.status == 201u, token.body);
  const reply opened = log_in(R"({"token":")" + token.text("/token") + R"("})");
  BOOST_TEST(opened.status == 201u, opened.body);
  const std::string cookie = cookie_of(opened);
  BOOST_TEST(with_cookie(cookie, "GET", "/groups").items("name") == "sales");
  BOOST_TEST(with_cookie(cookie, "POST", "/tokens", R"({"name":"wide"})").text("/code") == "NOT_AUTH");
  BOOST_TEST(remove("/tokens/" + token.text("/id")).status == 204u);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);
  const reply gone = log_in(R"({"token":")" + token.text("/token") + R"("})");
  BOOST_TEST(gone.status == 401u);
  BOOST_TEST(gone.text("/code") == "AUTH_FAILED");
}

BOOST_AUTO_TEST_CASE(a_read_only_session_can_be_left) {
  const reply token = ask("POST", "/tokens", R"({"name":"look","readOnly":true})");
  const std::string cookie = cookie_of(log_in(R"({"token":")" + token.text("/token") + R"("})"));
  BOOST_TEST(with_cookie(cookie, "DELETE", "/session").status == 204u);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);
}

BOOST_AUTO_TEST_CASE(what_is_no_session_is_none) {
  const std::string cookie = cookie_of(log_in("alice", "correct horse"));
  std::string changed = cookie;
  changed.back() = changed.back() == 'a' ? 'b' : 'a';
  for (const std::string& other : {changed, std::string{"modelgate-session="}, std::string{"modelgate-session=x"},
                                   "__Host-" + cookie, "modelgate-session=" + admin_token}) {
    BOOST_TEST(with_cookie(other, "GET", "/me").status == 401u, other);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(passwords, with_people)

BOOST_AUTO_TEST_CASE(are_never_shown_and_stored_as_hashes_only) {
  const reply made = ask("POST", "/users", R"({"name":"bob","password":"swordfish!"})");
  BOOST_TEST(made.body.find("swordfish") == std::string::npos);
  BOOST_TEST(made.at("/hasPassword").as_bool());
  BOOST_TEST(!get("/users/user-1").at("/hasPassword").as_bool());
  const auto hash = database.read([](modelgate::control::store::transaction& within) -> modelgate::result<std::string> {
    return modelgate::control::store::user_store{within}.password_hash("bob").value();
  });
  BOOST_TEST(hash.value().starts_with("$argon2id$"));
  for (const char* weak : {"short", "1234567", ""}) {
    BOOST_TEST(ask("POST", "/users", std::string{R"({"name":"x","password":")"} + weak + "\"}").errors()
                   == "/password OUT_OF_RANGE",
               weak);
  }
  BOOST_TEST(ask("POST", "/users", R"({"name":"long-name-of-one","password":"long-name-of-one"})").errors()
             == "/password NOT_ALLOWED");
  BOOST_TEST(ask("POST", "/users", R"({"name":"x","password":")" + std::string(1'025, 'x') + "\"}").errors()
             == "/password TOO_LONG");
}

BOOST_AUTO_TEST_CASE(are_changed_by_who_knows_the_old_one) {
  const std::string here = cookie_of(log_in("alice", "correct horse"));
  const std::string elsewhere = cookie_of(log_in("alice", "correct horse"));
  BOOST_TEST(with_cookie(here, "PATCH", "/users/alice", R"({"password":"battery staple"})").errors()
             == "/oldPassword REQUIRED");
  BOOST_TEST(
      with_cookie(here, "PATCH", "/users/alice", R"({"password":"battery staple","oldPassword":"wrong"})").errors()
      == "/oldPassword WRONG_PASSWORD");
  BOOST_TEST(with_cookie(here, "PATCH", "/users/alice", R"({"password":null})").errors() == "/oldPassword REQUIRED");
  BOOST_TEST(log_in("alice", "correct horse").status == 201u);

  const reply changed =
      with_cookie(here, "PATCH", "/users/alice", R"({"password":"battery staple","oldPassword":"correct horse"})");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(with_cookie(here, "GET", "/me").status == 200u);
  BOOST_TEST(with_cookie(elsewhere, "GET", "/me").status == 401u);
  BOOST_TEST(log_in("alice", "correct horse").status == 401u);
  BOOST_TEST(log_in("alice", "battery staple").status == 201u);
}

BOOST_AUTO_TEST_CASE(wrong_old_ones_are_counted_like_logins) {
  people.login_failures = 2;
  const std::string cookie = cookie_of(log_in("alice", "correct horse"));
  const char* guess = R"({"password":"battery staple","oldPassword":"guess"})";
  for (int i = 0; i < 2; ++i) BOOST_TEST(with_cookie(cookie, "PATCH", "/users/alice", guess).status == 422u);
  BOOST_TEST(with_cookie(cookie, "PATCH", "/users/alice", guess).status == 429u);
  BOOST_TEST(log_in("alice", "correct horse").status == 429u);
}

BOOST_AUTO_TEST_CASE(are_set_and_taken_away_by_administrators) {
  const std::string cookie = cookie_of(log_in("alice", "correct horse"));
  BOOST_TEST(patch("/users/alice", R"({"password":"battery staple"})", "").status == 200u);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);
  BOOST_TEST(log_in("alice", "battery staple").status == 201u);
  const reply taken = patch("/users/alice", R"({"password":null})", "");
  BOOST_TEST(!taken.at("/hasPassword").as_bool());
  BOOST_TEST(log_in("alice", "battery staple").status == 401u);
}

BOOST_AUTO_TEST_CASE(are_hashed_anew_when_their_cost_is_another) {
  people.password_memory = 16'384;
  BOOST_TEST(log_in("alice", "correct horse").status == 201u);
  const auto hash = database.read([](modelgate::control::store::transaction& within) -> modelgate::result<std::string> {
    return modelgate::control::store::user_store{within}.password_hash("alice").value();
  });
  BOOST_TEST(hash.value().find("$m=16,") != std::string::npos, hash.value());
  BOOST_TEST(log_in("alice", "correct horse").status == 201u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(users_who_change, with_people)

BOOST_AUTO_TEST_CASE(everybody_changes_his_own_name_and_no_rights) {
  const std::string token = new_token("alice");
  BOOST_TEST(as(token, "PATCH", "/users/alice", R"({"displayName":"Alice"})").text("/displayName") == "Alice");
  BOOST_TEST(as(token, "PATCH", "/users/alice", R"({"role":"admin"})").status == 403u);
  BOOST_TEST(as(token, "PATCH", "/users/alice", R"({"disabled":true})").status == 403u);
  BOOST_TEST(as(token, "PATCH", "/users/user-1", R"({"displayName":"x"})").status == 403u);
  BOOST_TEST(patch("/users/alice", R"({"name":"bob","x":1,"createdAt":"now"})", "").errors()
             == "/createdAt READ_ONLY_MEMBER, /name IMMUTABLE_MEMBER, /x UNKNOWN_MEMBER");
  BOOST_TEST(patch("/users/nobody", "{}", "").status == 404u);
  BOOST_TEST(patch("/users/alice", R"({"role":"admin"})", "").text("/role") == "admin");
  BOOST_TEST(as(token, "GET", "/users").status == 200u);
}

BOOST_AUTO_TEST_CASE(a_disabled_one_cannot_get_in_by_any_way) {
  const std::string token = new_token("alice");
  const std::string cookie = cookie_of(log_in("alice", "correct horse"));
  BOOST_TEST(patch("/users/alice", R"({"disabled":true})", "").at("/disabled").as_bool());
  BOOST_TEST(as(token, "GET", "/me").status == 401u);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);
  BOOST_TEST(log_in("alice", "correct horse").status == 401u);
  BOOST_TEST(log_in(R"({"token":")" + token + R"("})").status == 401u);
  BOOST_TEST(patch("/users/alice", R"({"disabled":false})", "").status == 200u);
  BOOST_TEST(as(token, "GET", "/me").status == 200u);
  BOOST_TEST(with_cookie(cookie, "GET", "/me").status == 401u);  // that one has ended
}

BOOST_AUTO_TEST_CASE(somebody_who_can_administer_remains) {
  BOOST_TEST(patch("/users/admin", R"({"role":"member"})", "").status == 409u);
  BOOST_TEST(patch("/users/admin", R"({"disabled":true})", "").status == 409u);
  BOOST_TEST(get("/me").text("/role") == "admin");
  BOOST_TEST(ask("POST", "/users", R"({"name":"second","role":"admin"})").status == 201u);
  BOOST_TEST(ask("POST", "/tokens", R"({"name":"look","user":"second","readOnly":true})").status == 201u);
  BOOST_TEST(patch("/users/admin", R"({"disabled":true})", "").status == 409u);  // the second can only look
  BOOST_TEST(patch("/users/second", R"({"password":"correct horse"})", "").status == 200u);
  BOOST_TEST(patch("/users/admin", R"({"disabled":true})", "").status == 200u);
  BOOST_TEST(get("/me").status == 401u);
  BOOST_TEST(log_in("second", "correct horse").status == 201u);
}

BOOST_AUTO_TEST_SUITE_END()
