#pragma once

#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// A log that is followed as people are to see it: without the empty lines by which the server shows that it is still
/// there. It is asked for with timestamps, so that a replica's own empty lines can be told from these.
///
/// Shape: one per command; holds the start of a line whose end has not come.
class followed_log {
 public:
  struct form {
    bool prefixed = false;    ///< each line begins with "[replica] "
    bool timestamps = false;  ///< they are wanted
  };
  explicit followed_log(form asked) noexcept : asked_{asked} {}

  /// What to print of the next piece.
  [[nodiscard]] std::string take(std::string_view piece);
  /// What is left when nothing more comes.
  [[nodiscard]] std::string finish();

 private:
  void take_line(std::string_view line, std::string& to) const;

  form asked_;
  std::string held_;
};

}  // namespace modelgate::control::cli
