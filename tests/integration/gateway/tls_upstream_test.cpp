#include "tests/support/tls_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::test {
namespace {

/// A replica that speaks TLS with these files; `answer` gets each request.
class secure_upstream {
 public:
  explicit secure_upstream(certificate_files files)
      : upstream{[files = std::move(files), this](raw_socket& connection, scripted_upstream& self) {
          connection.secure_as_server(files);
          for (;;) {
            const std::string request = connection.receive_message();
            if (request.empty()) return;
            asked = connection.tls().asked_name();
            self.note(request);
            const std::string body = body_of(request);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
          }
        }} {}

  std::string asked;  ///< the name in the last request's handshake; to be read after `upstream.requests()`
  scripted_upstream upstream;
};

struct upstream_fixture {
  explicit upstream_fixture(bool trusts = true) {
    config::settings settings = gateway_fixture::short_settings();
    settings.timeouts.connect = milliseconds{2'000};
    settings.prediction.workers = 1;  // each would keep a connection of its own
    if (trusts) settings.external_runtime.ca_file = authority.file();
    served = std::make_unique<gateway_fixture>(settings);
  }

  void deploy(const scripted_upstream& replica, const std::string& name) {
    config::deployment_config made = gateway_fixture::make("pub", {&replica});
    made.endpoints.front().tls_server_name = name;
    served->deploy(made);
  }
  void is_refused() {
    const std::string answer = served->ask(post("/deployment/pub/x", "{}"));
    BOOST_TEST(status_of(answer) == 502);
    BOOST_TEST(body_of(answer).find("UPSTREAM_CONNECT") != std::string::npos);
    BOOST_TEST(served->metric("modelgate_upstream_tls_failures_total") >= 1);
  }

  tests::temporary_folder folder;
  certificate_authority authority{folder.path()};
  std::unique_ptr<gateway_fixture> served;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_upstream, upstream_fixture)

BOOST_AUTO_TEST_CASE(a_replica_that_proves_its_name_is_used_and_its_connection_kept) {
  secure_upstream replica{authority.issue_for("model", "model.test")};
  deploy(replica.upstream, "model.test");
  const std::string body(200'000, 'x');
  for (int i = 0; i < 3; ++i) BOOST_TEST((body_of(served->ask(post("/deployment/pub/x", body))) == body));
  BOOST_TEST(replica.upstream.connections() == 1U);
  const std::string host = field_of(replica.upstream.requests().back(), "Host");
  BOOST_TEST(replica.asked == "model.test");
  BOOST_TEST(host == "model.test:" + std::to_string(replica.upstream.address().port));
}

BOOST_AUTO_TEST_CASE(a_replica_may_be_known_by_its_address) {
  secure_upstream replica{authority.issue_for("model", "127.0.0.1")};
  deploy(replica.upstream, "127.0.0.1");
  BOOST_TEST(status_of(served->ask(post("/deployment/pub/x", "{}"))) == 200);
  BOOST_TEST(replica.upstream.requests().size() == 1U);
  BOOST_TEST(replica.asked == "");
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_refused) {
  secure_upstream replica{authority.issue_for("model", "another.test")};
  deploy(replica.upstream, "model.test");
  is_refused();
  BOOST_TEST(replica.upstream.requests().empty());
}

BOOST_AUTO_TEST_CASE(a_certificate_of_an_unknown_authority_is_refused) {
  const certificate_authority stranger{folder.path(), "stranger"};
  secure_upstream replica{stranger.issue_for("model", "model.test")};
  deploy(replica.upstream, "model.test");
  is_refused();
  BOOST_TEST(replica.upstream.requests().empty());
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_is_refused) {
  secure_upstream replica{authority.issue(
      "model", {"model.test", {"model.test"}, std::chrono::seconds{-7'200}, std::chrono::seconds{-3'600}})};
  deploy(replica.upstream, "model.test");
  is_refused();
}

BOOST_AUTO_TEST_CASE(a_replica_that_speaks_plainly_is_refused) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_some());
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  }};
  deploy(replica, "model.test");
  is_refused();
}

BOOST_AUTO_TEST_CASE(a_replica_that_never_shakes_hands_is_given_up) {
  scripted_upstream replica{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_all()); }};
  deploy(replica, "model.test");
  const std::string answer = served->ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 502);
}

BOOST_AUTO_TEST_CASE(an_answer_until_close_that_is_cut_off_never_looks_complete) {
  const certificate_files files = authority.issue_for("model", "model.test");
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    connection.secure_as_server(files);
    const bool properly = self.requests().empty();
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\n\r\nuntil close");
    if (properly) connection.tls().send_close_notify();
  }};
  deploy(replica, "model.test");
  const std::string whole = served->ask(get("/deployment/pub/x"));
  BOOST_TEST(whole.find("until close") != std::string::npos);
  BOOST_TEST(whole.ends_with("0\r\n\r\n"));
  const std::string cut = served->ask(get("/deployment/pub/x"));
  BOOST_TEST(!cut.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tls_upstream_authorities)

BOOST_AUTO_TEST_CASE(can_be_read_again_in_the_running_program) {
  upstream_fixture fixture{false};
  secure_upstream replica{fixture.authority.issue_for("model", "model.test")};
  fixture.deploy(replica.upstream, "model.test");
  fixture.is_refused();
  BOOST_TEST(fixture.served->gateway->reload_upstream_authorities(fixture.authority.file()).has_value());
  const steady_time due = steady_clock::now() + patience;
  int status = 0;
  while (status != 200 && steady_clock::now() < due) {
    status = status_of(fixture.served->ask(post("/deployment/pub/x", "{}")));
  }
  BOOST_TEST(status == 200);
  BOOST_TEST(fixture.served->gateway->reload_upstream_authorities(fixture.folder.path() / "none.pem").has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
