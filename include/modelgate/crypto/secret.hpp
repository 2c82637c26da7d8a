#pragma once

#include <string>
#include <string_view>

namespace modelgate::crypto {

/// Text that must not outlive its use: wiped when destroyed, never printable.
///
/// Shape: any-thread; move-only. There is deliberately no operator<< and no implicit conversion.
class secret {
 public:
  secret() = default;
  explicit secret(std::string text) noexcept;
  secret(secret&& other) noexcept;
  secret& operator=(secret&& other) noexcept;
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  ~secret();

  /// The text itself, valid while this object lives. The name makes every use visible in review.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace modelgate::crypto
