#include "gateway/http_io/request_reader.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using modelgate::http_io::request_reader;

constexpr std::size_t head_limit = 512;
constexpr std::uint64_t body_limit = 256;

/// What a peer's bytes amount to, cut into pieces of a given size.
std::vector<std::string> read_all(std::string_view bytes, std::size_t piece) {
  request_reader reader{head_limit, body_limit};
  std::vector<std::string> story;
  while (!bytes.empty()) {
    reader.append(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      const request_reader::step step = reader.advance();
      if (step == request_reader::step::needs_more) break;
      if (step == request_reader::step::needs_continue)
        continue;  // whether it is asked for depends on how the bytes are cut
      if (step == request_reader::step::refused) {
        require(reader.why().status >= 400 && reader.why().status < 600, "a refusal has a status");
        story.emplace_back("refused");
        return story;
      }
      const auto taken = reader.take();
      require(taken.message.body.size() <= body_limit, "the body keeps to its limit");
      require(!taken.message.path.empty() && !taken.message.method.empty(), "a request has method and path");
      story.push_back(taken.message.method + " " + taken.message.path + " " + taken.message.body);
    }
  }
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  require(read_all(text, text.size() + 1) == read_all(text, 1), "how the bytes are cut changes nothing");
  return 0;
}
