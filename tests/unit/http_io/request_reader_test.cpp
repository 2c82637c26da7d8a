#include "gateway/http_io/request_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

namespace modelgate::http_io {

std::ostream& operator<<(std::ostream& out, request_reader::step value) {
  return out << static_cast<int>(value);
}

namespace {

using namespace std::string_view_literals;
using step = request_reader::step;

constexpr std::size_t head_limit = 1'024;
constexpr std::uint64_t body_limit = 32;

struct fresh_reader {
  request_reader reader{head_limit, body_limit};

  step feed(std::string_view bytes) {
    reader.append(bytes);
    return reader.advance();
  }
};

unsigned refused_with(std::string_view bytes) {
  fresh_reader fresh;
  return fresh.feed(bytes) == step::refused ? fresh.reader.why().status : 0;
}

BOOST_FIXTURE_TEST_SUITE(request_reader_suite, fresh_reader)

BOOST_AUTO_TEST_CASE(reads_a_request_without_body) {
  BOOST_TEST(reader.is_idle());
  BOOST_TEST(feed("GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\n\r\n") == step::complete);
  const auto taken = reader.take();
  BOOST_TEST(taken.message.method == "GET");
  BOOST_TEST(taken.message.path == "/a");
  BOOST_TEST(taken.message.query_value("b").value() == "c");
  BOOST_TEST(taken.message.fields.get("x-y") == "z");
  BOOST_TEST(taken.keep_alive);
  BOOST_TEST(!taken.http_1_0);
  BOOST_TEST(reader.is_idle());
}

BOOST_AUTO_TEST_CASE(reads_the_same_however_the_bytes_are_cut) {
  const std::string_view bytes =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: "
      "x\r\n\r\n";
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) BOOST_REQUIRE(feed(bytes.substr(i, 1)) == step::needs_more);
  BOOST_REQUIRE(feed(bytes.substr(bytes.size() - 1)) == step::complete);
  const auto taken = reader.take();
  BOOST_TEST(taken.message.body == "hello!");
  BOOST_TEST(!taken.message.fields.contains("Trailer"));
}

BOOST_AUTO_TEST_CASE(reads_an_empty_chunked_body_byte_by_byte) {
  BOOST_TEST(feed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") == step::needs_more);
  for (const char* byte : {"0", "\r", "\n", "\r"}) BOOST_TEST(feed(byte) == step::needs_more);
  BOOST_TEST(feed("\n") == step::complete);
  BOOST_TEST(reader.take().message.body.empty());
}

BOOST_AUTO_TEST_CASE(keeps_the_bytes_of_the_next_request) {
  BOOST_TEST(feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nokGET /next HTTP/1.1\r\nHost: h\r\n")
             == step::complete);
  BOOST_TEST(reader.take().message.body == "ok");
  BOOST_TEST(!reader.is_idle());
  BOOST_TEST(reader.advance() == step::needs_more);
  BOOST_TEST(feed("\r\n") == step::complete);
  BOOST_TEST(reader.take().message.path == "/next");
}

BOOST_AUTO_TEST_CASE(skips_one_leading_empty_line) {
  BOOST_TEST(feed("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == step::complete);
  BOOST_TEST(reader.take().message.path == "/");
  BOOST_TEST(feed("\r") == step::needs_more);
  BOOST_TEST(feed("\n") == step::needs_more);
  BOOST_TEST(feed("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n") == step::complete);
  BOOST_TEST(refused_with("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == 400U);
}

BOOST_AUTO_TEST_CASE(asks_once_for_a_body_that_waits_to_be_asked_for) {
  BOOST_TEST(feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
             == step::needs_continue);
  BOOST_TEST(reader.advance() == step::needs_more);
  BOOST_TEST(feed("ok") == step::complete);
}

BOOST_AUTO_TEST_CASE(does_not_ask_for_a_body_that_comes_anyway_or_is_too_large) {
  BOOST_TEST(feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\no")
             == step::needs_more);
  BOOST_TEST(refused_with("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 33\r\nExpect: 100-continue\r\n\r\n") == 413U);
  BOOST_TEST(refused_with("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: tea\r\n\r\n") == 417U);
}

BOOST_AUTO_TEST_CASE(knows_whether_the_connection_goes_on) {
  feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  BOOST_TEST(!reader.take().keep_alive);
  feed("GET / HTTP/1.0\r\n\r\n");
  const auto old = reader.take();
  BOOST_TEST(!old.keep_alive);
  BOOST_TEST(old.http_1_0);
  feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(reader.take().keep_alive);
}

BOOST_AUTO_TEST_CASE(refuses_a_wrong_host) {
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\n\r\n") == 400U);
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400U);
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400U);
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 400U);
}

BOOST_AUTO_TEST_CASE(refuses_framing_in_doubt) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const char* fields : {
           "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
           "Content-Length: 2\r\nContent-Length: 2\r\n",
           "Content-Length: 2, 2\r\n",
           "Content-Length: +2\r\n",
           "Content-Length: 0x2\r\n",
           "Content-Length:\r\n",
           "Content-Length: 99999999999999999999\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding:\r\n chunked\r\n",
           "X: a\r\n folded\r\n",
           "X : a\r\n",
           " X: a\r\n",
           "X: a\nY: b\r\n",
           "X: a\rb\r\n",
           "X\r\n",
           ": a\r\n",
           "X: a\x01\r\n",
       }) {
    BOOST_TEST_CONTEXT(fields) {
      BOOST_TEST(refused_with(head + fields + "\r\nok") == 400U);
    }
  }
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"sv) == 400U);
  BOOST_TEST(refused_with("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400U);
}

BOOST_AUTO_TEST_CASE(knows_no_transfer_coding_but_one_chunked) {
  for (const char* value : {"chunked, chunked", "gzip, chunked", "identity", "xchunked", "\"chunked\"", ""}) {
    const std::string head = std::string{"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "} + value;
    BOOST_TEST_CONTEXT(value) {
      BOOST_TEST(refused_with(head + "\r\n\r\n0\r\n\r\n") == 501U);
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_the_absolute_form_of_a_target) {
  BOOST_TEST(feed("GET http://control.example:8081/livez?a=b HTTP/1.1\r\nHost: h\r\n\r\n") == step::complete);
  const auto taken = reader.take();
  BOOST_TEST(taken.message.path == "/livez");
  BOOST_TEST(taken.message.query_value("a").value() == "b");
}

BOOST_AUTO_TEST_CASE(an_empty_line_after_a_body_is_no_beginning_of_a_request) {
  BOOST_TEST(feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok\r\n") == step::complete);
  BOOST_TEST(reader.take().message.body == "ok");
  BOOST_TEST(reader.is_idle());
  BOOST_TEST(feed("G") == step::needs_more);
  BOOST_TEST(!reader.is_idle());
}

BOOST_AUTO_TEST_CASE(refuses_a_broken_request_line) {
  for (const char* line : {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "G@T / HTTP/1.1", "/ HTTP/1.1",
                           "GET / http/1.1", "GET nowhere HTTP/1.1", "GET /%zz HTTP/1.1"}) {
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(refused_with(std::string{line} + "\r\nHost: h\r\n\r\n") == 400U);
    }
  }
  BOOST_TEST(refused_with("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == 505U);
}

BOOST_AUTO_TEST_CASE(refuses_broken_chunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"x\r\n", "-1\r\nh\r\n", "5\nhello\r\n", "2\r\nhello\r\n", "ffffffffffffffffff\r\n"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(refused_with(head + body) != 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(limits_the_head) {
  const std::string most(head_limit - std::string_view{"GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n"}.size(), 'x');
  BOOST_TEST(feed("GET / HTTP/1.1\r\nHost: h\r\nX: " + most + "\r\n\r\n") == step::complete);
  BOOST_TEST(refused_with("GET / HTTP/1.1\r\nHost: h\r\nX: " + most + "x\r\n\r\n") == 431U);
  BOOST_TEST(refused_with("GET /" + std::string(head_limit, 'x')) == 431U);
}

BOOST_AUTO_TEST_CASE(limits_the_body_and_what_surrounds_chunks) {
  BOOST_TEST(refused_with("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 33\r\n\r\n") == 413U);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  BOOST_TEST(refused_with(chunked + "21\r\n" + std::string(33, 'x')) == 413U);
  BOOST_TEST(refused_with(chunked + "20\r\n" + std::string(32, 'x') + "\r\n1\r\nx") == 413U);
  BOOST_TEST(refused_with(chunked + "1;" + std::string(5'000, 'x')) == 400U);
  BOOST_TEST(refused_with(chunked + "0\r\nX: " + std::string(9'000, 'x')) == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io
