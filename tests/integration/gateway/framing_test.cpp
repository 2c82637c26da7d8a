#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <utility>

namespace modelgate::test {
namespace {

struct public_deployment {
  public_deployment() { fixture.deploy("pub", {&replica}); }

  scripted_upstream replica;
  gateway_fixture fixture;
};

const std::string line = "POST /deployment/pub/x HTTP/1.1\r\nHost: gw.test\r\n";

const std::vector<std::string> faults{"malformed",   "framing",   "host",    "target",    "version",
                                      "expectation", "too_large", "timeout", "overloaded"};

double rejected(const gateway_fixture& fixture, const std::string& reason) {
  return fixture.metric("modelgate_requests_rejected_total{reason=\"" + reason + "\"}");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(framing, public_deployment)

// Every one is answered with an error, the connection is closed, and no complete request reaches the replica.
BOOST_AUTO_TEST_CASE(refuses_what_is_ambiguous) {
  const std::string chunked_body = "5\r\nhello\r\n0\r\n\r\n";
  const std::vector<std::string> ambiguous{
      line + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
      line + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunked_body,
      line + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhelloX",
      line + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
      line + "Content-Length: 5, 5\r\n\r\nhello",
      line + "Content-Length: +5\r\n\r\nhello",
      line + "Content-Length: -5\r\n\r\nhello",
      line + "Content-Length: 5a\r\n\r\nhello",
      line + "Content-Length: 0x5\r\n\r\nhello",
      line + "Content-Length: \r\n\r\nhello",
      line + "Content-Length: 5 5\r\n\r\nhello",
      line + "Content-Length: 18446744073709551621\r\n\r\nhello",
      line + "Content-Length: \xd9\xa5\r\n\r\nhello",
      line + "Content-Length: 5\x0b\r\n\r\nhello",
      line + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: identity\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: chunked, gzip\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: xchunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: chunked;a=b\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: \x0b" "chunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: chun\r\n ked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked_body,
      line + "Transfer-Encoding : chunked\r\n\r\n" + chunked_body,
      line + "Content-Length\t: 5\r\n\r\nhello",
      "POST /deployment/pub/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n" + chunked_body,
      line + "X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
      "POST /deployment/pub/x HTTP/1.1\r\n Host: x\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      line + "X-A: b\rX-Forwarded-User: root\r\nContent-Length: 0\r\n\r\n",
      line + std::string("X-A: b") + std::string(1, 0) + "c\r\nContent-Length: 0\r\n\r\n",
      line + "XBogus\r\nContent-Length: 0\r\n\r\n",
      line + ": v\r\nContent-Length: 0\r\n\r\n",
      line + "X(Foo): v\r\nContent-Length: 0\r\n\r\n",
      line + "X-\xc3\xa9: v\r\nContent-Length: 0\r\n\r\n",
      "POST /deployment/pub/x HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
      // Host
      "GET /deployment/pub/x HTTP/1.1\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a\r\nHost: evil\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a/b\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a,b\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a:b\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: [::1\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: a\\b\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1\r\nHost: \r\n\r\n",
      // request line and target
      "GET /deployment/pub/x\r\n\r\n",
      "GET  /deployment/pub/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET\t/deployment/pub/x\tHTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/a b HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/x http/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.1x\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/x HTTP/1.10\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/x#y HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET gw.test:80 HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GE\"T /deployment/pub/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/\xff HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/../x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/..;/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/%252e/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub%2fx HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment//pub/x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub\\x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /deployment/pub/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\n\r\nGET /deployment/pub/x HTTP/1.1\r\nHost: a\r\n\r\n",
      line + "Expect: foo\r\nContent-Length: 0\r\n\r\n",
      "GET /deployment/pub/x HTTP/2.0\r\nHost: a\r\n\r\n",
  };
  for (const std::string& bytes : ambiguous) {
    const std::string answer = fixture.exchange(bytes);  // ends only when the gateway has closed
    BOOST_TEST(status_of(answer) >= 400, bytes);
    BOOST_TEST(status_of(answer) != 502, bytes);
    BOOST_TEST(answer.find("FAILURE") != std::string::npos, bytes);
  }
  BOOST_TEST(replica.requests().empty());
  double all = 0;
  for (const std::string& reason : faults) all += rejected(fixture, reason);
  BOOST_TEST(all == static_cast<double>(ambiguous.size()));
}

BOOST_AUTO_TEST_CASE(counts_what_it_refuses_by_what_is_wrong_with_it) {
  const std::string path = "GET /deployment/pub/x HTTP/1.1\r\n";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"malformed", path + "Host: a\r\nX Y: 1\r\n\r\n"},
      {"malformed", path + "Host: a\r\nX: 1\r\n folded\r\n\r\n"},
      {"malformed", path + "Host: a\n\r\n"},
      {"framing", line + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"framing", line + "Content-Length: 5a\r\n\r\nhello"},
      {"framing", line + "Transfer-Encoding: gzip\r\n\r\n"},
      {"framing", "POST /deployment/pub/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"host", path + "\r\n"},
      {"host", path + "Host: a\r\nHost: b\r\n\r\n"},
      {"target", "GET /deployment/pub/%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"target", "GET gw.test:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"version", "GET /deployment/pub/x HTTP/2.0\r\nHost: a\r\n\r\n"},
      {"version", "GET /deployment/pub/x HTTP/1.1x\r\nHost: a\r\n\r\n"},
      {"expectation", line + "Expect: foo\r\nContent-Length: 0\r\n\r\n"},
      {"too_large", "GET /deployment/pub/" + std::string(8'200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"timeout", "GET /deployment/pub/x HTT"}};
  std::map<std::string, double> expected;
  for (const std::string& reason : faults) {
    BOOST_TEST(rejected(fixture, reason) == 0, reason);  // there before the first one
    expected[reason] = 0;
  }
  for (const auto& [reason, bytes] : wrong) {
    BOOST_TEST(status_of(fixture.exchange(bytes)) >= 400, bytes);
    expected[reason] += 1;
    BOOST_TEST(rejected(fixture, reason) == expected[reason], reason << ": " << bytes);
  }
  for (const std::string& reason : faults) BOOST_TEST(rejected(fixture, reason) == expected[reason], reason);
}

BOOST_AUTO_TEST_CASE(says_which_status_fits) {
  BOOST_TEST(status_of(fixture.exchange("GET /deployment/pub/x HTTP/2.0\r\nHost: a\r\n\r\n")) == 505);
  BOOST_TEST(status_of(fixture.exchange(line + "Transfer-Encoding: gzip\r\n\r\n")) == 501);
  BOOST_TEST(status_of(fixture.exchange(line + "Expect: foo\r\nContent-Length: 0\r\n\r\n")) == 417);
  BOOST_TEST(
      status_of(fixture.exchange("GET /deployment/pub/" + std::string(8'200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"))
      == 431);
  BOOST_TEST(status_of(fixture.exchange(line + "X: " + std::string(5'000, 'a') + "\r\n\r\n")) == 431);
  std::string many = line;
  for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  BOOST_TEST(status_of(fixture.exchange(many + "\r\n")) == 431);
}

// The body's coding breaks after the head was forwarded: the replica never sees a complete request.
BOOST_AUTO_TEST_CASE(broken_chunks_are_cut_off) {
  std::vector<std::string> broken{
      "0x5\r\nhello\r\n0\r\n\r\n",    "5\nhello\r\n0\r\n\r\n",
      "5\r\nhello\n0\r\n\r\n",        "10000000000000005\r\nhello\r\n0\r\n\r\n",
      "\r\nhello\r\n0\r\n\r\n",       "3\r\nhello\r\n0\r\n\r\n",
      "5;\nxx\r\nhello\r\n0\r\n\r\n", "5\rX\nhello\r\n0\r\n\r\n",
      "-5\r\nhello\r\n0\r\n\r\n",     "5;" + std::string(70'000, 'a') + "\r\nhello\r\n0\r\n\r\n"};
  for (const std::string& body : broken) {
    const std::string answer = fixture.exchange(line + "Transfer-Encoding: chunked\r\n\r\n" + body);
    BOOST_TEST(status_of(answer) == 400, body.substr(0, 40));
  }
  for (const std::string& seen : replica.requests()) BOOST_TEST(!seen.ends_with("0\r\n\r\n"), seen);
}

BOOST_AUTO_TEST_CASE(accepted_bodies_are_framed_anew) {
  BOOST_TEST(status_of(fixture.ask(
                 line + "Transfer-Encoding: Chunked\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n"))
             == 200);
  std::string seen = replica.requests().back();
  BOOST_TEST(field_of(seen, "Transfer-Encoding") == "chunked");
  BOOST_TEST(seen.find("X-Trailer") == std::string::npos);
  BOOST_TEST(body_of(seen) == "5\r\nhello\r\n0\r\n\r\n");

  BOOST_TEST(status_of(fixture.ask(line + "Content-Length: 5\r\n\r\nhello")) == 200);
  seen = replica.requests().back();
  BOOST_TEST(field_of(seen, "Content-Length") == "5");
  BOOST_TEST(body_of(seen) == "hello");
}

BOOST_AUTO_TEST_CASE(answers_pipelined_requests_in_order) {
  raw_socket client = fixture.connect();
  client.send("\r\n" + line + "Content-Length: 5\r\n\r\nhello" + get("/deployment/pub/second") + get("/ping") + line
              + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" + get("/deployment/none/x"));
  BOOST_TEST(body_of(client.receive_message()) == "ok");
  BOOST_TEST(body_of(client.receive_message()) == "ok");
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  BOOST_TEST(body_of(client.receive_message()) == "ok");
  BOOST_TEST(status_of(client.receive_message()) == 404);
  BOOST_TEST(replica.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(accepted_requests_mean_the_same_in_any_pieces) {
  const std::vector<std::string> accepted{
      line + "Content-Length: 5\r\n\r\nhello",
      line + "Transfer-Encoding: chunked\r\n\r\n3;e\r\nhel\r\n2\r\nlo\r\n0\r\nT: 1\r\n\r\n",
      get("/deployment/pub/x?y=1")};
  for (const std::string& request : accepted) {
    BOOST_TEST(status_of(fixture.ask(request)) == 200);
    const std::string whole = body_of(replica.requests().back());
    for (std::size_t split = 1; split < request.size(); ++split) {
      raw_socket client = fixture.connect();
      client.send(request.substr(0, split));
      client.send(request.substr(split));
      BOOST_TEST(status_of(client.receive_message()) == 200);
    }
    raw_socket dripping = fixture.connect();
    for (const char byte : request) dripping.send({&byte, 1});
    BOOST_TEST(status_of(dripping.receive_message()) == 200);
    std::string payload = body_of(replica.requests().back());
    if (payload.ends_with("0\r\n\r\n")) {  // chunk boundaries may differ, the payload may not
      std::string joined;
      for (std::size_t at = 0; at < payload.size();) {
        const std::size_t size = std::stoul(payload.substr(at), nullptr, 16);
        at = payload.find("\r\n", at) + 2;
        joined += payload.substr(at, size);
        at += size + 2;
      }
      BOOST_TEST(joined == "hello");
    } else {
      BOOST_TEST(payload == whole);
    }
  }
}

BOOST_AUTO_TEST_CASE(absolute_targets_name_the_host) {
  BOOST_TEST(status_of(fixture.ask("GET http://real.test/deployment/pub/x HTTP/1.1\r\nHost: other.test\r\n\r\n"))
             == 200);
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-Host") == "real.test");
  BOOST_TEST(replica.requests().back().starts_with("GET /x HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(serves_old_clients_right) {
  // Without keep-alive the connection is closed after the answer.
  const std::string closed = fixture.exchange("GET /deployment/pub/x HTTP/1.0\r\n\r\n");
  BOOST_TEST(status_of(closed) == 200);
  BOOST_TEST(field_of(closed, "Connection") == "close");
  raw_socket keeping = fixture.connect();
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET /deployment/pub/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string answer = keeping.receive_message();
    BOOST_TEST(field_of(answer, "Connection") == "keep-alive");
    BOOST_TEST(body_of(answer) == "ok");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
