// A traceparent, and what follows its first line as tracestate: what is taken has ids that are not zero and says the same when it
// is written again.
#include "tests/fuzz/require.hpp"

#include "modelgate/base/trace_context.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view parent = text.substr(0, line);
  const std::array<std::string_view, 2> state{text.substr(line), text.substr(std::min(line + 1, text.size()))};

  if (const auto read = modelgate::parse_traceparent(parent)) {
    require(read->trace.high != 0 || read->trace.low != 0, "a trace id is not zero");
    require(read->parent != 0, "a span id is not zero");
    const modelgate::traceparent_text written = modelgate::format_traceparent(*read);
    const std::string_view again{written.data(), written.size()};
    require(modelgate::parse_traceparent(again) == read, "what is written is read as the same");
    require(again.substr(2, 50) == parent.substr(2, 50), "the ids are passed on as they came");
  }
  if (modelgate::is_valid_tracestate(std::span{state}.last(1))) {
    require(state[1].find_first_of("\r\n") == std::string_view::npos, "no line ends in what is passed on");
    require(std::count(state[1].begin(), state[1].end(), '=') <= 32, "at most 32 entries");
  }
  return 0;
}
