#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// What an engine says while it pulls an image: one JSON object a line, about one layer each, or an error.
///
/// Shape:  one per pull; remembers a bounded number of layers, and one line of a bounded length.
/// Errors: an engine answers 200 before it knows whether there is such an image: `error` is to be asked at the end.
class pull_progress {
 public:
  void feed(std::string_view bytes);
  /// The stream has ended: what stands there without a line's end counts too.
  void finish();

  /// What went wrong, in the engine's words; empty: nothing did.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  /// "2 of 5 layers, 12 of 40 MiB"; empty before the first layer is known.
  [[nodiscard]] std::string text() const;

 private:
  struct layer {
    std::uint64_t done = 0;
    std::uint64_t whole = 0;
    bool complete = false;
  };

  void take(std::string_view line);

  std::string held_;
  bool too_long_ = false;  ///< the line that is being read, and so skipped
  std::string error_;
  std::map<std::string, layer, std::less<>> layers_;
};

}  // namespace modelgate::control::runtime::container
