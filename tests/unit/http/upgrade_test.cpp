#include "modelgate/http/upgrade.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::http {
namespace {

const std::string host = "Host: a\r\n";
const std::string named = "Connection: Upgrade\r\n";
const std::string socket = "Upgrade: websocket\r\n";
const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string version = "Sec-WebSocket-Version: 13\r\n";

std::string text_of(const websocket_accept& accept) {
  return {accept.data(), accept.size()};
}

/// The accept that is expected, or nothing when the request asks for no WebSocket.
std::string asked(const std::string& fields, const std::string& line = "GET /x HTTP/1.1") {
  const std::string bytes = line + "\r\n" + fields + "\r\n";
  request_head head;
  BOOST_REQUIRE(parse_request_head(bytes, {}, head).has_value());
  const auto framing = frame_request(head);
  BOOST_REQUIRE(framing.has_value());
  const auto accept = asks_for_websocket(head, *framing);
  return accept ? text_of(*accept) : "";
}

bool switched(const std::string& fields, const std::string& line = "HTTP/1.1 101 Switching Protocols") {
  const std::string bytes = line + "\r\n" + fields + "\r\n";
  response_head head;
  BOOST_REQUIRE(parse_response_head(bytes, {}, head).has_value());
  return switches_to_websocket(head, accept_of("dGhlIHNhbXBsZSBub25jZQ=="));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upgrade)

// The example of RFC 6455 section 1.3.
BOOST_AUTO_TEST_CASE(the_accept_is_made_from_the_key) {
  BOOST_TEST(text_of(accept_of("dGhlIHNhbXBsZSBub25jZQ==")) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(a_request_for_websocket_qualifies) {
  const std::string accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  BOOST_TEST(asked(host + named + socket + key + version) == accept);
  BOOST_TEST(asked(host + "connection: keep-alive , uPGRADE\r\nupgrade: WebSocket\r\n" + key + version) == accept);
  BOOST_TEST(asked(host + "Connection: keep-alive\r\n" + named + socket + key + version) == accept);
  BOOST_TEST(asked(host + named + socket + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + version
                   + "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: permessage-deflate\r\n")
             == accept);
}

BOOST_AUTO_TEST_CASE(what_is_short_of_it_is_an_ordinary_request) {
  const std::string whole = named + socket + key + version;
  BOOST_TEST(asked(whole, "GET /x HTTP/1.0") == "");
  BOOST_TEST(asked(host + whole, "POST /x HTTP/1.1") == "");
  BOOST_TEST(asked(host + whole, "HEAD /x HTTP/1.1") == "");
  BOOST_TEST(asked(host + whole + "Content-Length: 0\r\n") == "");
  BOOST_TEST(asked(host + whole + "Content-Length: 5\r\n") == "");
  BOOST_TEST(asked(host + whole + "Transfer-Encoding: chunked\r\n") == "");
  BOOST_TEST(asked(host + socket + key + version) == "");
  BOOST_TEST(asked(host + named + key + version) == "");
  BOOST_TEST(asked(host + named + socket + version) == "");
  BOOST_TEST(asked(host + named + socket + key) == "");
  for (const char* connection : {"close", "keep-alive", "Upgraded", "Upgrade, Sec-WebSocket-Key",
                                 "Upgrade, sec-websocket-version", "websocket"}) {
    BOOST_TEST(asked(host + "Connection: " + connection + "\r\n" + socket + key + version) == "", connection);
  }
  for (const char* protocol :
       {"h2c", "h2c, websocket", "websocket, h2c", "websocket/13", "websocket,", "TLS/1.0", ""}) {
    BOOST_TEST(asked(host + named + "Upgrade: " + protocol + "\r\n" + key + version) == "", protocol);
  }
  BOOST_TEST(asked(host + named + socket + socket + key + version) == "");
  BOOST_TEST(asked(host + named + "Upgrade: h2c\r\n" + socket + key + version) == "");
  for (const char* other : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                            "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j_Q==", "dGhlIHNhbXBsZSBub25jZWE=",
                            "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBu b25jQ=="}) {
    BOOST_TEST(asked(host + named + socket + "Sec-WebSocket-Key: " + other + "\r\n" + version) == "", other);
  }
  BOOST_TEST(asked(host + named + socket + key + key + version) == "");
  BOOST_TEST(asked(host + named + socket + "Sec_WebSocket_Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + version) == "");
  for (const char* other : {"", "12", "8", "13, 8", "013"}) {
    BOOST_TEST(asked(host + named + socket + key + "Sec-WebSocket-Version: " + other + "\r\n") == "", other);
  }
  BOOST_TEST(asked(host + named + socket + key + version + version) == "");
}

BOOST_AUTO_TEST_CASE(the_101_that_was_asked_for_is_told_from_every_other) {
  const std::string accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
  BOOST_TEST(switched(named + socket + accept));
  BOOST_TEST(switched("connection: upgrade\r\nupgrade: WEBSOCKET\r\n" + accept + "Sec-WebSocket-Protocol: a\r\n"));
  BOOST_TEST(!switched(named + socket + accept, "HTTP/1.1 200 OK"));
  BOOST_TEST(!switched(named + socket + accept, "HTTP/1.0 101 Switching Protocols"));
  BOOST_TEST(!switched(named + socket));
  BOOST_TEST(!switched(named + accept));
  BOOST_TEST(!switched(socket + accept));
  BOOST_TEST(!switched(named + "Upgrade: foo\r\n" + accept));
  BOOST_TEST(!switched(named + "Upgrade: websocket, foo\r\n" + accept));
  BOOST_TEST(!switched(named + socket + socket + accept));
  BOOST_TEST(!switched(named + socket + accept + accept));
  BOOST_TEST(!switched(named + socket + "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  BOOST_TEST(!switched(named + socket + "Sec-WebSocket-Accept: \r\n"));
  BOOST_TEST(!switched("Connection: Upgrade, Sec-WebSocket-Accept\r\n" + socket + accept));
  BOOST_TEST(!switched(named + socket + accept + "Content-Length: 5\r\n"));
  BOOST_TEST(!switched(named + socket + accept + "Transfer-Encoding: chunked\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
