// An X-Request-Timeout value: what is taken is above zero, within bounds, and made of digits, one point and a unit.
#include "gateway/filter/request_timeout.hpp"
#include "tests/fuzz/require.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using modelgate::filter::longest_request_timeout;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto time = modelgate::filter::parse_request_timeout(text);
  if (!time) return 0;
  require(time->count() > 0, "no time is nothing");
  require(*time <= longest_request_timeout, "no time is longer than the longest");
  const std::size_t digits = text.find_last_of("0123456789");
  require(digits != std::string_view::npos, "a time has digits");
  const std::string_view unit = text.substr(digits + 1);
  require(unit.empty() || unit == "s" || unit == "ms", "a unit is one that is known");
  require(text.substr(0, digits + 1).find_first_not_of("0123456789.") == std::string_view::npos,
          "only digits and a point");
  return 0;
}
