// A request's head and target: whatever is accepted has one meaning, however its bytes come.
#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/http/target.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http = modelgate::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto found = http::find_head(bytes, 16'384);
  if (!found || !*found) return 0;
  const std::string_view head_bytes = bytes.substr((*found)->skipped, (*found)->size);
  require(head_bytes.ends_with("\r\n\r\n"), "a head ends in an empty line");
  // Fewer bytes never make another head, only a wait for more.
  const auto shorter = http::find_head(bytes.substr(0, (*found)->skipped + (*found)->size - 1), 16'384);
  require(shorter && !*shorter, "a head that is not whole is waited for");

  http::request_head head;
  if (!http::parse_request_head(head_bytes, {}, head)) return 0;
  for (const http::field& field : head.fields) {
    require(http::is_token(field.name), "names are tokens");
    require(field.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos, "values stay on their line");
  }
  const auto framing = http::frame_request(head);
  if (!framing) return 0;
  require(framing->body.kind != http::body_kind::until_close, "a request never ends with the connection");
  require(framing->host.empty() || http::is_valid_authority(framing->host), "the host is valid");

  std::string once;
  const auto target = http::normalise_target(framing->origin_form, once);
  if (!target) return 0;
  require(target->path.starts_with('/'), "paths start at the root");
  require(target->path.find("/../") == std::string_view::npos && target->path.find("//") == std::string_view::npos,
          "no segment leads elsewhere");
  std::string twice;
  const auto again = http::normalise_target(target->path, twice);
  require(again && again->path == target->path, "the normal form is its own normal form");
  return 0;
}
