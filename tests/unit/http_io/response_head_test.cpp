#include "gateway/http_io/response_head.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http_io {
namespace {

constexpr system_time epoch{};

bool has_line(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

struct silent_stream final : body_stream {
  part next() override { return {"", true}; }
};

BOOST_AUTO_TEST_SUITE(response_head_suite)

BOOST_AUTO_TEST_CASE(puts_in_what_every_answer_carries) {
  response answer;
  answer.body = "four";
  const std::string head = write_response_head(answer, choose_framing(answer, false), true, epoch).value();
  BOOST_TEST(head.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(head.ends_with("\r\n\r\n"));
  for (const char* line : {"Date: Thu, 01 Jan 1970 00:00:00 GMT", "X-Content-Type-Options: nosniff",
                           "Cache-Control: no-store", "Content-Length: 4", "Connection: keep-alive"}) {
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(has_line(head, line));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handlers_own_fields_win_but_for_framing) {
  response answer;
  answer.fields.add("cache-control", "max-age=60");
  answer.fields.add("content-length", "99");
  answer.fields.add("Connection", "upgrade");
  const std::string head = write_response_head(answer, choose_framing(answer, false), false, epoch).value();
  BOOST_TEST(has_line(head, "cache-control: max-age=60"));
  BOOST_TEST(head.find("no-store") == std::string::npos);
  BOOST_TEST(head.find("99") == std::string::npos);
  BOOST_TEST(head.find("upgrade") == std::string::npos);
  BOOST_TEST(has_line(head, "Content-Length: 0"));
  BOOST_TEST(has_line(head, "Connection: close"));
}

BOOST_AUTO_TEST_CASE(frames_by_status_stream_and_version) {
  response answer;
  BOOST_CHECK(choose_framing(answer, false) == body_framing::content_length);
  answer.status = 204;
  BOOST_CHECK(choose_framing(answer, false) == body_framing::none);
  answer.status = 304;
  BOOST_CHECK(choose_framing(answer, false) == body_framing::none);
  answer.status = 200;
  answer.stream = std::make_shared<silent_stream>();
  BOOST_CHECK(choose_framing(answer, false) == body_framing::chunked);
  BOOST_CHECK(choose_framing(answer, true) == body_framing::until_close);
}

BOOST_AUTO_TEST_CASE(fields_that_would_split_the_head_are_not_written) {
  for (const auto& [name, value] : {std::pair{"X", "a\r\nSet-Cookie: b"}, std::pair{"X", "a\nb"}, std::pair{"X Y", "a"},
                                    std::pair{"X:", "a"}, std::pair{"", "a"}, std::pair{"X", "\x01"}}) {
    response answer;
    answer.fields.add(name, value);
    BOOST_TEST(!write_response_head(answer, body_framing::content_length, true, epoch).has_value());
  }
}

BOOST_AUTO_TEST_CASE(chunk_sizes_are_hexadecimal) {
  BOOST_TEST(write_chunk_size(26) == "1a\r\n");
  BOOST_TEST(write_chunk_size(0) == "0\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io
