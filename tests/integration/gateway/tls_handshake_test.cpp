#include "tests/support/tls_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/ssl.h>

#include <thread>

namespace modelgate::test {
namespace {

/// Waits for a metric that a worker counts a moment after the client has seen what it is about.
double awaited(const gateway_fixture& of, const std::string& series, double wanted) {
  const steady_time due = steady_clock::now() + patience;
  double seen = of.metric(series);
  while (seen != wanted && steady_clock::now() < due) {
    std::this_thread::yield();
    seen = of.metric(series);
  }
  return seen;
}

double failures(const gateway_fixture& of, const std::string& reason, double wanted) {
  return awaited(of, "modelgate_tls_handshake_failures_total{reason=\"" + reason + "\"}", wanted);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_handshake)

BOOST_AUTO_TEST_CASE(versions_1_2_and_1_3_are_spoken_and_no_older_ones) {
  const tls_fixture fixture;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_wishes wishes = fixture.to("gate.test");
    wishes.version = version;
    BOOST_TEST(body_of(fixture.ask(wishes, get("/ping"))) == "pong");
  }
  BOOST_TEST(awaited(*fixture.served, "modelgate_tls_handshakes_total", 2) == 2);
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    tls_wishes wishes = fixture.to("gate.test");
    wishes.version = version;
    BOOST_TEST(fixture.refusal(wishes) != "");
  }
  BOOST_TEST(failures(*fixture.served, "protocol", 2) == 2);
}

BOOST_AUTO_TEST_CASE(the_oldest_version_can_be_1_3) {
  const tls_fixture fixture{
      [](config::settings& settings) { settings.tls.minimum_version = config::tls_version::tls_1_3; }};
  tls_wishes wishes = fixture.to("gate.test");
  BOOST_TEST(fixture.refusal(wishes) == "");
  wishes.version = TLS1_2_VERSION;
  BOOST_TEST(fixture.refusal(wishes) != "");
}

BOOST_AUTO_TEST_CASE(the_name_that_is_asked_for_chooses_the_certificate) {
  const tls_fixture fixture;
  const auto shown_to = [&](const std::string& name) {
    tls_wishes wishes;
    wishes.server_name = name;
    return fixture.connect(wishes).tls().shown_name();
  };
  BOOST_TEST(shown_to("gate.test") == "gate.test");
  BOOST_TEST(shown_to("other.test") == "other.test");
  BOOST_TEST(shown_to("OTHER.Test") == "other.test");
  BOOST_TEST(shown_to("a.wild.test") == "other.test");
  BOOST_TEST(shown_to("a.b.wild.test") == "gate.test");
  BOOST_TEST(shown_to("unknown.test") == "gate.test");
  BOOST_TEST(shown_to("") == "gate.test");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_rejected_where_that_is_configured) {
  const tls_fixture fixture{[](config::settings& settings) { settings.tls.prediction.reject_unknown_names = true; }};
  tls_wishes unknown;
  unknown.server_name = "unknown.test";
  BOOST_TEST(fixture.refusal(unknown).find("unrecognized name") != std::string::npos);
  BOOST_TEST(fixture.refusal({}) == "");
  BOOST_TEST(fixture.refusal(fixture.to("a.wild.test")) == "");
}

BOOST_AUTO_TEST_CASE(a_request_for_the_host_of_another_certificate_is_421_and_the_connection_goes_on) {
  const tls_fixture fixture;
  raw_socket client = fixture.connect();
  client.send(for_host("other.test:8443", get("/ping")));
  const std::string misdirected = client.receive_message();
  BOOST_TEST(status_of(misdirected) == 421);
  BOOST_TEST(body_of(misdirected).find("MISDIRECTED") != std::string::npos);
  for (const char* host : {"gate.test", "gate.test:8443", "GATE.test", "unknown.test", "127.0.0.1:80", "[::1]:80"}) {
    client.send(for_host(host, get("/ping")));
    BOOST_TEST(status_of(client.receive_message()) == 200, host);
  }
  client.send(for_host("b.wild.test", get("/ping")));
  BOOST_TEST(status_of(client.receive_message()) == 421);
  raw_socket nameless = fixture.connect({});
  nameless.send(for_host("other.test", get("/ping")));
  BOOST_TEST(status_of(nameless.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(http_1_1_is_the_one_protocol) {
  const tls_fixture fixture;
  tls_wishes wishes = fixture.to("gate.test");
  BOOST_TEST(fixture.connect(wishes).tls().protocol() == "");
  wishes.protocols = {"h2", "http/1.1"};
  BOOST_TEST(fixture.connect(wishes).tls().protocol() == "http/1.1");
  wishes.protocols = {"h2"};
  BOOST_TEST(fixture.refusal(wishes).find("no application protocol") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tickets_resume_also_after_certificates_were_read_again) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_fixture fixture{[](config::settings& settings) { settings.prediction.workers = 1; }};
    tls_wishes wishes = fixture.to("gate.test");
    wishes.version = version;
    {
      raw_socket first = fixture.connect(wishes);
      BOOST_TEST(!first.tls().was_resumed());
      first.send(get("/ping"));
      BOOST_TEST(status_of(first.receive_message()) == 200);
      wishes.session = first.tls().session();
      first.tls().send_close_notify();  // or OpenSSL would not resume it
    }
    BOOST_REQUIRE(wishes.session != nullptr);
    fixture.settings.tls.prediction.certificates = {
        fixture.authority.issue("newer", {"newer", {"gate.test"}}).certificate};
    fixture.settings.tls.prediction.keys = {fixture.folder.path() / "newer.key"};
    BOOST_REQUIRE(fixture.served->gateway->reload_tls(fixture.settings.tls).has_value());
    BOOST_TEST(fixture.connect().tls().shown_name() == "newer");
    raw_socket resumed = fixture.connect(wishes);
    BOOST_TEST(resumed.tls().was_resumed());
    resumed.send(get("/ping"));
    BOOST_TEST(status_of(resumed.receive_message()) == 200);
    BOOST_TEST(awaited(*fixture.served, "modelgate_tls_resumed_total", 1) == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_reload_that_cannot_be_done_changes_nothing) {
  tls_fixture fixture;
  config::tls_settings wrong = fixture.settings.tls;
  wrong.prediction.keys.front() = fixture.other.key;
  const auto mismatched = fixture.served->gateway->reload_tls(wrong);
  BOOST_REQUIRE(mismatched.has_error());
  BOOST_TEST(mismatched.error().find("is not the key of") != std::string::npos);
  wrong.prediction = {};
  BOOST_TEST(fixture.served->gateway->reload_tls(wrong).has_error());
  BOOST_TEST(fixture.refusal(fixture.to("gate.test")) == "");
}

BOOST_AUTO_TEST_CASE(a_handshake_that_does_not_come_is_cut_at_its_deadline) {
  const tls_fixture fixture{[](config::settings& settings) { settings.timeouts.handshake = milliseconds{200}; }};
  raw_socket silent = fixture.served->connect();
  raw_socket half = fixture.served->connect();
  half.send(std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11});
  BOOST_TEST(silent.receive_all() == "");
  BOOST_TEST(half.receive_all() == "");
  BOOST_TEST(failures(*fixture.served, "timeout", 2) == 2);
  BOOST_TEST(awaited(*fixture.served, "modelgate_connections", 0) == 0);
}

BOOST_AUTO_TEST_CASE(who_leaves_during_the_handshake_or_speaks_plainly_is_counted) {
  const tls_fixture fixture;
  {
    raw_socket leaves = fixture.served->connect();
    leaves.send("\x16");
  }
  BOOST_TEST(failures(*fixture.served, "closed", 1) == 1);
  raw_socket plain = fixture.served->connect();
  plain.send(get("/ping"));
  BOOST_TEST(plain.receive_all().find("HTTP/1.1") == std::string::npos);
  BOOST_TEST(failures(*fixture.served, "protocol", 1) == 1);
}

BOOST_AUTO_TEST_CASE(the_expiry_of_every_certificate_is_a_metric) {
  const tls_fixture fixture;
  const std::string series = "modelgate_certificate_expiry_timestamp_seconds{port=\"prediction\",file=\""
                             + fixture.other.certificate.string() + "\",name=\"other.test\"}";
  const double expires = fixture.served->metric(series);
  const double now = std::chrono::duration<double>(system_clock::now().time_since_epoch()).count();
  BOOST_TEST(expires > now + 3'000);
  BOOST_TEST(expires < now + 3'700);
}

BOOST_AUTO_TEST_CASE(certificates_that_cannot_be_used_end_the_start) {
  const auto with_other_key = [](config::settings& settings) {
    std::swap(settings.tls.prediction.keys[0], settings.tls.prediction.keys[1]);
  };
  BOOST_CHECK_THROW(tls_fixture{with_other_key}, std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_certificates)

namespace {

/// "alice" may use the private deployment by her token, and so by her certificate.
struct private_deployment {
  explicit private_deployment(config::client_certificate_use use)
      : fixture{[use, this](config::settings& settings) {
          settings.tls.prediction.client_certificates = use;
          settings.tls.prediction.client_ca = clients.file();
        }} {
    config::deployment_config made = gateway_fixture::make("priv", {&replica});
    made.access = config::access_type::clients;
    made.clients.push_back(fixture.served->credential("alice", "alice-token"));
    config::client_credential expired = fixture.served->credential("bob", "bob-token");
    expired.expires_at = system_clock::now() - std::chrono::hours{1};
    made.clients.push_back(expired);
    fixture.served->deploy(made);
  }

  [[nodiscard]] tls_wishes as(const certificate_files& own) const {
    tls_wishes wishes = fixture.to("gate.test");
    wishes.own = own;
    return wishes;
  }

  tests::temporary_folder folder;
  certificate_authority clients{folder.path(), "clients"};
  scripted_upstream replica;
  tls_fixture fixture;
};

const std::string request = post("/deployment/priv/x", "{}");

}  // namespace

BOOST_AUTO_TEST_CASE(the_name_in_a_certificate_is_the_client) {
  const private_deployment served{config::client_certificate_use::optional};
  const auto alice = served.clients.issue("alice", {"alice", {}});
  BOOST_TEST(status_of(served.fixture.ask(served.as(alice), request)) == 200);
  BOOST_TEST(field_of(served.replica.requests().back(), "X-Forwarded-User") == "alice");
  const auto by_other_name = served.clients.issue("alice2", {"", {"alice"}});
  BOOST_TEST(status_of(served.fixture.ask(served.as(by_other_name), request)) == 200);
  for (const char* name : {"mallory", "bob", ""}) {
    const auto own = served.clients.issue("own", {name, {}});
    BOOST_TEST(status_of(served.fixture.ask(served.as(own), request)) == 401, name);
  }
  BOOST_TEST(status_of(served.fixture.ask(served.as({}), request)) == 401);
  BOOST_TEST(served.replica.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_brought_counts_and_not_the_certificate) {
  const private_deployment served{config::client_certificate_use::optional};
  const tls_wishes alice = served.as(served.clients.issue("alice", {"alice", {}}));
  const auto with = [](const std::string& credentials) {
    return post("/deployment/priv/x", "{}", "Authorization: Basic " + base64(credentials) + "\r\n");
  };
  BOOST_TEST(status_of(served.fixture.ask(alice, with("alice:wrong"))) == 401);
  BOOST_TEST(status_of(served.fixture.ask(served.as({}), with("alice:alice-token"))) == 200);
}

BOOST_AUTO_TEST_CASE(expired_and_unknown_certificates_are_refused_in_the_handshake) {
  const private_deployment served{config::client_certificate_use::optional};
  const auto expired =
      served.clients.issue("old", {"alice", {}, std::chrono::seconds{-7'200}, std::chrono::seconds{-3'600}});
  BOOST_TEST(served.fixture.refusal(served.as(expired)) != "");
  const auto unknown = served.fixture.authority.issue("alice", {"alice", {}});
  BOOST_TEST(served.fixture.refusal(served.as(unknown)) != "");
  BOOST_TEST(failures(*served.fixture.served, "certificate", 2) == 2);
}

BOOST_AUTO_TEST_CASE(without_one_nobody_comes_in_where_they_are_required) {
  const private_deployment served{config::client_certificate_use::required};
  BOOST_TEST(served.fixture.refusal(served.as({})) != "");
  BOOST_TEST(failures(*served.fixture.served, "certificate", 1) == 1);
  BOOST_TEST(served.fixture.refusal(served.as(served.clients.issue("alice", {"alice", {}}))) == "");
}

BOOST_AUTO_TEST_CASE(a_resumed_session_is_still_the_same_client) {
  const private_deployment served{config::client_certificate_use::required};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_wishes alice = served.as(served.clients.issue("alice", {"alice", {}}));
    alice.version = version;
    {
      raw_socket first = served.fixture.connect(alice);
      first.send(request);
      BOOST_TEST(status_of(first.receive_message()) == 200);
      alice.session = first.tls().session();
      first.tls().send_close_notify();  // or OpenSSL would not resume it
    }
    raw_socket resumed = served.fixture.connect(alice);
    BOOST_TEST(resumed.tls().was_resumed());
    resumed.send(request);
    BOOST_TEST(status_of(resumed.receive_message()) == 200);
    BOOST_TEST(field_of(served.replica.requests().back(), "X-Forwarded-User") == "alice");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
