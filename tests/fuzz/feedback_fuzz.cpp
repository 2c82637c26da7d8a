// A feedback message: what is taken is finite and bounded, and a refusal says why.
#include "gateway/proxy/feedback.hpp"
#include "tests/fuzz/require.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto said = modelgate::proxy::read_feedback({reinterpret_cast<const char*>(data), size});
  if (!said) {
    require(!said.error().empty(), "a refusal says why");
    return 0;
  }
  require(std::isfinite(said->reward), "a reward is finite");
  require(said->has_reward || said->reward == 0, "no reward is none");
  require(said->puid.size() < 256 && said->image.size() < 256, "what is kept is short");
  require(said->rows <= size, "no row takes less than a byte");
  require(size >= 2 && data[0] != '[', "it is an object");
  return 0;
}
