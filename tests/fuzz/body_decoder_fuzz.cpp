// A chunked body: the same payload and the same end, whether its bytes come at once or one by one.
#include "modelgate/http/body_decoder.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http = modelgate::http;

namespace {

struct outcome {
  std::string payload;
  std::size_t consumed = 0;
  bool finished = false;
  bool failed = false;
};

outcome decode(std::string_view bytes, std::size_t piece) {
  http::body_decoder decoder{{http::body_kind::chunked, 0}};
  outcome result;
  while (result.consumed < bytes.size() && !decoder.finished() && !decoder.failed()) {
    const auto step = decoder.next(bytes.substr(result.consumed, piece));
    require(step.payload.size() <= step.consumed, "payload is part of what was consumed");
    result.payload += step.payload;
    result.consumed += step.consumed;
  }
  result.finished = decoder.finished();
  result.failed = decoder.failed();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const outcome whole = decode(bytes, bytes.size() + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    const outcome pieces = decode(bytes, piece);
    require(pieces.finished == whole.finished && pieces.failed == whole.failed, "pieces end alike");
    require(pieces.payload == whole.payload && pieces.consumed == whole.consumed, "pieces mean the same");
  }
  return 0;
}
