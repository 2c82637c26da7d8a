#include "tests/fuzz/require.hpp"

#include "modelgate/config/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto read = modelgate::config::parse_settings(text, "/etc/modelgate");
  if (read) {
    require(read->timeouts.head.count() > 0, "timeouts are above zero");
    require(read->limits.target_bytes <= read->limits.head_bytes, "a target fits into a head");
    return 0;
  }
  require(!read.error().empty(), "a refusal says why");
  for (const modelgate::diagnostic& mistake : read.error()) {
    require(mistake.where.find(':') != std::string::npos, "a mistake has its place");
    require(!mistake.detail.empty(), "a mistake has words");
    for (const char c : mistake.detail) require(static_cast<unsigned char>(c) >= 0x20U, "a mistake is one line");
  }
  return 0;
}
