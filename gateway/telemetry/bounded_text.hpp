#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace modelgate::telemetry {

/// A text of at most `Most` bytes in place; what is longer is cut.
///
/// Shape: trivially copyable; bytes that no text uses stay as they are.
template <std::size_t Most>
class bounded_text {
 public:
  static_assert(Most <= 255);
  bounded_text() noexcept {}  // the bytes on purpose not

  void assign(std::string_view text) noexcept {
    size_ = static_cast<std::uint8_t>(std::min(text.size(), Most));
    std::memcpy(bytes_.data(), text.data(), size_);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::uint8_t size_ = 0;
  std::array<char, Most> bytes_;
};

}  // namespace modelgate::telemetry
