#pragma once

#include <span>
#include <string_view>

namespace modelgate::control::console {

/// One file of the console, as it was when this program was built.
///
/// Shape: views of the program's own read-only bytes.
struct asset {
  std::string_view path;  ///< where it is asked for: "/assets/index-3f9c2d1a.js"
  std::string_view media_type;
  std::string_view bytes;
  std::string_view packed;  ///< the same as one gzip member; empty where that saves nothing
  std::string_view hash;    ///< of the bytes, in hexadecimal
};

/// All of them, sorted by path. There is always a "/index.html": without a built console it says how to build one.
[[nodiscard]] std::span<const asset> embedded_assets();

}  // namespace modelgate::control::console
