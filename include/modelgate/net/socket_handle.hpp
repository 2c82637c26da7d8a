#pragma once

#include <unistd.h>

#include <utility>

namespace modelgate::net {

/// Owns a socket's descriptor.
class socket_handle {
 public:
  socket_handle() = default;
  explicit socket_handle(int descriptor) noexcept : descriptor_{descriptor} {}
  ~socket_handle() { reset(); }
  socket_handle(socket_handle&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  socket_handle& operator=(socket_handle&& other) noexcept {
    if (this != &other) {
      reset();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }

  /// -1: none.
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  /// The caller's from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
  void reset() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_ = -1;
};

}  // namespace modelgate::net
