// What a replica says: whatever is accepted has one meaning, and its body ends where the framing says.
#include "tests/fuzz/require.hpp"

#include "modelgate/http/body_decoder.hpp"
#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http = modelgate::http;

namespace {

bool stays_on_its_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

/// How many bytes of `rest` belong to the body.
std::size_t body_size(const http::body_framing& framing, std::string_view rest) {
  http::body_decoder decoder{framing};
  std::size_t consumed = 0;
  while (consumed < rest.size() && !decoder.finished() && !decoder.failed()) {
    const std::uint64_t readable = decoder.readable();
    const auto step = decoder.next(rest.substr(consumed));
    require(step.consumed <= readable, "a body is not read past its end");
    consumed += step.consumed;
  }
  decoder.on_end_of_input();
  require(decoder.finished() || decoder.failed() || framing.kind == http::body_kind::sized
              || framing.kind == http::body_kind::chunked,
          "a body without a length ends with the connection");
  return consumed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto found = http::find_head(bytes, 16'384);
  if (!found || !*found) return 0;
  http::response_head head;
  if (!http::parse_response_head(bytes.substr((*found)->skipped, (*found)->size), {}, head)) return 0;
  require(head.status >= 100 && head.status <= 999, "a status has three digits");
  require(stays_on_its_line(head.reason_phrase), "a phrase stays on its line");
  for (const http::field& field : head.fields) {
    require(http::is_token(field.name), "names are tokens");
    require(stays_on_its_line(field.value), "values stay on their line");
  }
  const std::string_view rest = bytes.substr((*found)->skipped + (*found)->size);
  for (const bool to_head : {false, true}) {
    const auto framing = http::frame_response(head, to_head);
    if (!framing) continue;
    const bool without_body = to_head || head.status < 200 || head.status == 204 || head.status == 304;
    require(!without_body || framing->body.kind == http::body_kind::none, "some answers never have a body");
    require(framing->body.kind != http::body_kind::until_close || !framing->keep_alive,
            "what the close ends is not kept");
    const std::size_t used = body_size(framing->body, rest);
    if (framing->body.kind == http::body_kind::none) require(used == 0, "no body has no bytes");
    if (framing->body.kind == http::body_kind::sized)
      require(used == std::min<std::uint64_t>(framing->body.size, rest.size()), "a sized body is as long as it says");
  }
  return 0;
}
