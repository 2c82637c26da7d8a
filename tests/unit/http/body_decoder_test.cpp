#include "modelgate/http/body_decoder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::http {
namespace {

struct decoded {
  std::string payload;
  std::string rest;
  bool finished = false;
  bool failed = false;
};

/// Feeds the bytes in pieces of that size.
decoded decode(body_framing framing, std::string_view bytes, std::size_t piece) {
  body_decoder decoder{framing};
  decoded result;
  while (!bytes.empty() && !decoder.finished() && !decoder.failed()) {
    std::string_view now = bytes.substr(0, piece);
    while (!now.empty() && !decoder.finished() && !decoder.failed()) {
      const body_decoder::step step = decoder.next(now);
      result.payload += step.payload;
      now.remove_prefix(step.consumed);
      bytes.remove_prefix(step.consumed);
    }
  }
  result.rest = bytes;
  result.finished = decoder.finished();
  result.failed = decoder.failed();
  return result;
}

const body_framing chunked{body_kind::chunked, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(body_decoder_suite)

BOOST_AUTO_TEST_CASE(takes_a_sized_body_and_no_more) {
  for (std::size_t piece = 1; piece < 12; ++piece) {
    const decoded result = decode({body_kind::sized, 5}, "helloNEXT", piece);
    BOOST_TEST(result.payload == "hello");
    BOOST_TEST(result.rest == "NEXT");
    BOOST_TEST(result.finished);
  }
  BOOST_TEST(decode({body_kind::sized, 0}, "NEXT", 4).rest == "NEXT");
}

BOOST_AUTO_TEST_CASE(takes_chunks_in_any_pieces) {
  const std::string body = "3;ext=\"a\"\r\nhel\r\n00002 \r\nlo\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\nNEXT";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const decoded result = decode(chunked, body, piece);
    BOOST_TEST(result.payload == "hello");
    BOOST_TEST(result.rest == "NEXT");
    BOOST_TEST(result.finished);
  }
}

BOOST_AUTO_TEST_CASE(refuses_broken_chunks) {
  for (const char* body :
       {"0x5\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "10000000000000005\r\nh",
        "\r\nhello", "3\r\nhello\r\n0\r\n\r\n", "5;\nxx\r\nhello\r\n", "5\rX\nhello", "+5\r\nhello", "g\r\n",
        "0\r\n folded\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\n\n", "8000000000000000\r\nh", "ffffffffffffffff\r\nh",
        "5;a\x01\r\nhello\r\n", "5;a\x7f\r\nhello\r\n", "0\r\nA: b\x01\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\n: b\r\n\r\n",
        "0\r\nA : b\r\n\r\n", "0\r\nA B: c\r\n\r\n", "0\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "0\r\n\x01: b\r\n\r\n",
        "0\r\nA\x7f: b\r\n\r\n"}) {
    BOOST_TEST(decode(chunked, body, 1).failed, body);
    BOOST_TEST(decode(chunked, body, 64).failed, body);
  }
}

BOOST_AUTO_TEST_CASE(bounds_extensions_and_trailers) {
  BOOST_TEST(decode(chunked, "1;" + std::string(4'000, 'a') + "\r\nx\r\n0\r\n\r\n", 100).finished);
  BOOST_TEST(decode(chunked, "1;" + std::string(5'000, 'a') + "\r\nx\r\n0\r\n\r\n", 100).failed);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "1;" + std::string(100, 'a') + "\r\nx\r\n";
  BOOST_TEST(decode(chunked, many + "0\r\n\r\n", 100).failed);
  std::string trailers;
  for (int i = 0; i < 5'000; ++i) trailers += "a:\r\n";
  BOOST_TEST(decode(chunked, "0\r\n" + trailers + "\r\n", 100).failed);
  BOOST_TEST(decode(chunked, "0\r\na:\r\nB-c: d\r\n\r\n", 100).finished);
  BOOST_TEST(decode(chunked, "0\r\n" + std::string(9'000, 'a') + ":\r\n\r\n", 100).failed);
  BOOST_TEST(decode(chunked, "5 x y\r\nhello\r\n0\r\n\r\n", 100).failed);
  BOOST_TEST(decode(chunked, "0\r\nT: " + std::string(9'000, 'a') + "\r\n\r\n", 100).failed);
}

BOOST_AUTO_TEST_CASE(many_small_chunks_are_fine) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "1\r\nx\r\n";
  BOOST_TEST(decode(chunked, body + "0\r\n\r\n", 4'096).payload.size() == 10'000U);
}

BOOST_AUTO_TEST_CASE(the_end_of_input_completes_only_a_body_until_close) {
  body_decoder until_close{{body_kind::until_close, 0}};
  BOOST_TEST(until_close.next("abc").payload == "abc");
  until_close.on_end_of_input();
  BOOST_TEST(until_close.finished());
  body_decoder sized{{body_kind::sized, 5}};
  static_cast<void>(sized.next("abc"));
  sized.on_end_of_input();
  BOOST_TEST(sized.failed());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
