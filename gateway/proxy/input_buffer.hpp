#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace modelgate::proxy {

/// Bytes that were read from a client and not used yet: a head that is still coming, the start of a body, pipelined
/// requests.
///
/// Shape: fixed capacity; worker-local.
class input_buffer {
 public:
  explicit input_buffer(std::size_t capacity) : bytes_{std::make_unique<char[]>(capacity)}, capacity_{capacity} {}

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Free space for the next read; moves what is there to the front first. Invalidates views.
  [[nodiscard]] std::span<char> space() noexcept {
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) noexcept { end_ += count; }

  /// Replaces the contents; `text` must fit.
  void assign(std::string_view text) noexcept {
    std::memmove(bytes_.get(), text.data(), text.size());
    begin_ = 0;
    end_ = text.size();
  }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace modelgate::proxy
