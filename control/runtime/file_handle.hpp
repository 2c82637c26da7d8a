#pragma once

#include <unistd.h>

#include <utility>

namespace modelgate::control::runtime {

/// Owns a file descriptor. Move-only; closes it when destroyed.
class file_handle {
 public:
  file_handle() = default;
  explicit file_handle(int descriptor) noexcept : descriptor_{descriptor} {}
  file_handle(file_handle&& other) noexcept : descriptor_{other.release()} {}
  file_handle& operator=(file_handle&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~file_handle() { reset(); }

  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
  void reset(int descriptor = -1) noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
  }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

}  // namespace modelgate::control::runtime
