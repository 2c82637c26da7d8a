#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::test {
namespace {

/// A public deployment "pub" whose replica answers what the test says.
struct one_replica {
  explicit one_replica(std::string reply)
      : replica{[text = std::move(reply)](raw_socket& connection, scripted_upstream& self) {
          for (;;) {
            std::string request = connection.receive_message();
            if (request.empty()) return;
            self.note(std::move(request));
            if (!connection.try_send(text)) return;
          }
        }} {
    fixture.deploy("pub", {&replica});
  }

  scripted_upstream replica;
  gateway_fixture fixture;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarding)

BOOST_AUTO_TEST_CASE(drops_hop_by_hop_and_named_fields_both_ways) {
  one_replica setup{
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Private\r\nX-Private: 1\r\nKeep-Alive: "
      "timeout=5\r\nX-Public: 2\r\n\r\nok"};
  const std::string answer =
      setup.fixture.ask(post("/deployment/pub/x", "{}",
                             "Connection: keep-alive, X-Foo\r\nX-Foo: 1\r\nX-Bar: 2\r\nKeep-Alive: "
                             "timeout=9\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\n"
                             "Proxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\ntraceparent: "
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"));
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(count_of(answer, "X-Private") == 0);
  BOOST_TEST(count_of(answer, "Keep-Alive") == 0);
  BOOST_TEST(field_of(answer, "X-Public") == "2");
  BOOST_TEST(field_of(answer, "Via") == "1.1 modelgate");
  BOOST_TEST(!field_of(answer, "Date").empty());
  const std::string seen = setup.replica.requests().back();
  for (const char* gone :
       {"X-Foo", "Keep-Alive", "Proxy-Connection", "TE", "Proxy-Authorization", "Connection", "Upgrade"}) {
    BOOST_TEST(count_of(seen, gone) == 0, gone);
  }
  BOOST_TEST(field_of(seen, "X-Bar") == "2");
  BOOST_TEST(!field_of(seen, "traceparent").empty());
  BOOST_TEST(field_of(seen, "Via") == "1.1 modelgate");
  BOOST_TEST(field_of(seen, "Host") == net::to_string(setup.replica.address()));
}

BOOST_AUTO_TEST_CASE(replaces_what_a_client_says_about_the_edge) {
  one_replica setup{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  const std::string lies =
      "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nForwarded: for=1.2.3.4\r\n";
  BOOST_TEST(status_of(setup.fixture.ask(post("/deployment/pub/x", "{}", lies))) == 200);
  const std::string seen = setup.replica.requests().back();
  BOOST_TEST(field_of(seen, "X-Forwarded-For") == "127.0.0.1");
  BOOST_TEST(field_of(seen, "X-Forwarded-Proto") == "http");
  BOOST_TEST(field_of(seen, "X-Forwarded-Host") == "gw.test");
  BOOST_TEST(field_of(seen, "Forwarded") == "for=127.0.0.1;proto=http;host=\"gw.test\"");
  BOOST_TEST(count_of(seen, "X-Forwarded-For") == 1);
}

BOOST_AUTO_TEST_CASE(appends_for_a_trusted_proxy) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.trusted_proxies = {"127.0.0.1"};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(
                 post("/deployment/pub/x", "{}", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n")))
             == 200);
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-For") == "1.2.3.4, 127.0.0.1");
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-Proto") == "https");
}

BOOST_AUTO_TEST_CASE(honours_well_formed_ids_and_makes_missing_ones) {
  one_replica setup{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: model\r\nSeldon-Puid: model\r\n\r\nok"};
  const std::string kept = setup.fixture.ask(
      post("/deployment/pub/x", "{}", "X-Request-Id: abc.1_2-3\r\nSeldon-Puid: p1\r\nX_Request_Id: no\r\n"));
  BOOST_TEST(field_of(kept, "X-Request-Id") == "abc.1_2-3");
  BOOST_TEST(field_of(kept, "Seldon-Puid") == "p1");
  BOOST_TEST(count_of(kept, "X-Request-Id") == 1);
  BOOST_TEST(field_of(setup.replica.requests().back(), "X-Request-Id") == "abc.1_2-3");
  BOOST_TEST(field_of(setup.replica.requests().back(), "Seldon-Puid") == "p1");
  BOOST_TEST(count_of(setup.replica.requests().back(), "X_Request_Id") == 0);

  const std::string made = setup.fixture.ask(post("/deployment/pub/x", "{}", "X-Request-Id: not ok\r\n"));
  BOOST_TEST(field_of(made, "X-Request-Id").size() == 36U);
  BOOST_TEST(field_of(made, "Seldon-Puid").size() == 36U);
  BOOST_TEST(field_of(setup.replica.requests().back(), "X-Request-Id") == field_of(made, "X-Request-Id"));
}

BOOST_AUTO_TEST_CASE(a_models_answer_passes_untouched) {
  const std::string body = "{\"a\":\"<b>&\"}\r\n\r\n\x01\x7f";
  one_replica setup{"HTTP/1.1 418 I'm a teapot\r\nX-Model: yes\r\nContent-Type: text/odd\r\nContent-Length: "
                    + std::to_string(body.size()) + "\r\n\r\n" + body};
  const std::string answer = setup.fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(answer.starts_with("HTTP/1.1 418 I'm a teapot\r\n"));
  BOOST_TEST(field_of(answer, "X-Model") == "yes");
  BOOST_TEST(body_of(answer) == body);
}

BOOST_AUTO_TEST_CASE(answers_without_a_body_keep_the_connection_in_step) {
  one_replica not_modified{"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"x\"\r\n\r\n"};
  raw_socket client = not_modified.fixture.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(get("/deployment/pub/x"));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 304);
    BOOST_TEST(field_of(answer, "Content-Length") == "1000");
  }
  one_replica no_content{"HTTP/1.1 204 No Content\r\n\r\n"};
  BOOST_TEST(status_of(no_content.fixture.ask(get("/deployment/pub/x"))) == 204);

  scripted_upstream replica{"four"};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket header = fixture.connect();
  header.send("HEAD /deployment/pub/x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/deployment/pub/x"));
  const std::string head = header.receive_message(true);
  BOOST_TEST(status_of(head) == 200);
  BOOST_TEST(field_of(head, "Content-Length") == "4");
  BOOST_TEST(body_of(header.receive_message()) == "four");
}

BOOST_AUTO_TEST_CASE(passes_informational_answers_on) {
  one_replica setup{
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  raw_socket client = setup.fixture.connect();
  client.send(get("/deployment/pub/x"));
  BOOST_TEST(client.receive_message().starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n"));
  BOOST_TEST(body_of(client.receive_message()) == "ok");
}

BOOST_AUTO_TEST_CASE(accepts_a_status_line_without_a_phrase) {
  one_replica setup{"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"};
  BOOST_TEST(body_of(setup.fixture.ask(get("/deployment/pub/x"))) == "ok");
}

BOOST_AUTO_TEST_CASE(invalid_answers_of_a_replica_become_502) {
  for (const char* reply :
       {"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nok", "garbage that is not HTTP\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-N: a\rSet-Cookie: evil=1\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"}) {
    one_replica setup{reply};
    const std::string answer = setup.fixture.ask(get("/deployment/pub/x"));
    BOOST_TEST(status_of(answer) == 502, reply);
    BOOST_TEST(body_of(answer).find("UPSTREAM_INVALID") != std::string::npos, answer);
  }
}

BOOST_AUTO_TEST_CASE(bytes_after_an_answer_are_never_another_answer) {
  one_replica setup{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON"};
  raw_socket client = setup.fixture.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get("/deployment/pub/x"));
    BOOST_TEST(body_of(client.receive_message()) == "ok");
  }
  BOOST_TEST(setup.replica.connections() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
