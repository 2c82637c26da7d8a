#include "modelgate/http/framing.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http {
namespace {

boost::system::result<request_framing, refusal> frame(const std::string& fields,
                                                      const std::string& line = "POST / HTTP/1.1") {
  static std::string bytes;
  static request_head head;
  bytes = line + "\r\n" + fields + "\r\n";
  const auto parsed = parse_request_head(bytes, {}, head);
  if (!parsed) return parsed.error();
  return frame_request(head);
}

response_framing frame_answer(const std::string& bytes, bool to_head = false) {
  response_head head;
  BOOST_REQUIRE(parse_response_head(bytes, {}, head).has_value());
  const auto framing = frame_response(head, to_head);
  BOOST_REQUIRE(framing.has_value());
  return *framing;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(one_length_or_one_chunked_or_nothing) {
  BOOST_TEST((frame("Host: a\r\n")->body == body_framing{body_kind::none, 0}));
  BOOST_TEST((frame("Host: a\r\nContent-Length: 12\r\n")->body == body_framing{body_kind::sized, 12}));
  BOOST_TEST((frame("Host: a\r\nTransfer-Encoding: CHUNKED\r\n")->body == body_framing{body_kind::chunked, 0}));
  for (const char* fields : {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n",
                             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                             "Content-Length: 99999999999999999999\r\n", "Content-Length: 1e3\r\n"}) {
    const auto framed = frame(std::string{"Host: a\r\n"} + fields);
    BOOST_REQUIRE(!framed);
    BOOST_TEST((framed.error().why == reason::bad_request), fields);
  }
  for (const char* coding :
       {"gzip", "chunked, chunked", "identity", "xchunked", "\"chunked\"", "gzip, chunked", "chunked;q=1"}) {
    const auto framed = frame(std::string{"Host: a\r\nTransfer-Encoding: "} + coding + "\r\n");
    BOOST_REQUIRE(!framed);
    BOOST_TEST((framed.error().why == reason::not_implemented || framed.error().why == reason::bad_request), coding);
  }
  BOOST_TEST(!frame("Host: a\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.0"));
}

BOOST_AUTO_TEST_CASE(one_valid_host) {
  BOOST_TEST(!frame(""));
  BOOST_TEST(!frame("Host: a\r\nHost: a\r\n"));
  BOOST_TEST(frame("", "GET / HTTP/1.0").has_value());
  for (const char* valid : {"a", "a.b-c_d:80", "127.0.0.1", "[::1]", "[::1]:8080", "a:0", "[2001:db8::ffff:192.0.2.1]"})
    BOOST_TEST(is_valid_authority(valid), valid);
  for (const char* invalid : {"", "a b", "a/b", "a,b", "a:b", "[::1", "[]", "a\\b", "%0d", "a:", "a:99999", "u@a",
                              "[g::]", "[1::2::3]", "[:::]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[1.2.3.4]", "[ffff]", "[::1.2.3.999]",
                               "[::1]x", "a:1:2"}) {
    BOOST_TEST(!is_valid_authority(invalid), invalid);
  }
}

BOOST_AUTO_TEST_CASE(keeps_alive_as_the_version_says) {
  BOOST_TEST(frame("Host: a\r\n")->keep_alive);
  BOOST_TEST(!frame("Host: a\r\nConnection: x, Close\r\n")->keep_alive);
  BOOST_TEST(!frame("Host: a\r\n", "GET / HTTP/1.0")->keep_alive);
  BOOST_TEST(frame("Host: a\r\nConnection: keep-alive\r\n", "GET / HTTP/1.0")->keep_alive);
  BOOST_TEST(!frame("Host: a\r\nConnection: keep-alive, close\r\n", "GET / HTTP/1.0")->keep_alive);
}

BOOST_AUTO_TEST_CASE(expects_continue_only_where_a_body_comes_from_a_new_client) {
  BOOST_TEST(frame("Host: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n")->expects_continue);
  BOOST_TEST(!frame("Host: a\r\nExpect: 100-continue\r\n")->expects_continue);
  BOOST_TEST(!frame("Host: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n", "POST / HTTP/1.0")->expects_continue);
  BOOST_TEST((frame("Host: a\r\nExpect: other\r\n").error().why == reason::expectation_failed));
}

BOOST_AUTO_TEST_CASE(absolute_targets_replace_the_host) {
  const auto framed = frame("Host: b\r\n", "GET HTTP://a:1/x?y HTTP/1.1");
  BOOST_REQUIRE(framed.has_value());
  BOOST_TEST(framed->host == "a:1");
  BOOST_TEST(framed->origin_form == "/x?y");
  BOOST_TEST(frame("Host: b\r\n", "GET http://a HTTP/1.1")->origin_form == "/");
  for (const char* target : {"a:80", "*", "ftp://a/", "http:///x", "http://a b/", "http://u@a/", "http://a?x"}) {
    BOOST_TEST(!frame("Host: b\r\n", std::string{"GET "} + target + " HTTP/1.1"), target);
  }
}

BOOST_AUTO_TEST_CASE(responses_end_as_their_head_says) {
  BOOST_TEST(
      (frame_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n") == response_framing{{body_kind::sized, 3}, true}));
  BOOST_TEST((frame_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true) == response_framing{{}, true}));
  BOOST_TEST((frame_answer("HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n") == response_framing{{}, true}));
  BOOST_TEST((frame_answer("HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\n") == response_framing{{}, true}));
  BOOST_TEST((frame_answer("HTTP/1.1 200 OK\r\n\r\n") == response_framing{{body_kind::until_close, 0}, false}));
  BOOST_TEST(
      (frame_answer("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n") == response_framing{{body_kind::sized, 3}, false}));
  BOOST_TEST((frame_answer("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
              == response_framing{{body_kind::chunked, 0}, false}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
