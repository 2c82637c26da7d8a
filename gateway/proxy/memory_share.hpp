#pragma once

#include "gateway/proxy/worker_context.hpp"

#include <cstddef>

namespace modelgate::proxy {

/// Memory that counts as in use for as long as this lives.
///
/// Shape: worker-local.
class memory_share {
 public:
  explicit memory_share(worker_context& of) noexcept : context_{of} {}
  ~memory_share() { context_.memory_in_use -= bytes_; }
  memory_share(const memory_share&) = delete;
  memory_share& operator=(const memory_share&) = delete;

  void grow_to(std::size_t size) noexcept {
    if (size <= bytes_) return;
    context_.memory_in_use += size - bytes_;
    bytes_ = size;
  }

 private:
  worker_context& context_;
  std::size_t bytes_ = 0;
};

}  // namespace modelgate::proxy
