#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// A request's body as it is written to a replica, its chunk sizes included, kept so that it can be written to another.
///
/// A body that grows over the limit is not kept at all: it goes on its way, and only cannot be sent again.
///
/// Shape: one per exchange, worker-local; `bytes` is lent by the caller so that its memory is reused.
/// Units: bytes.
class body_copy {
 public:
  body_copy(std::string& bytes, std::size_t limit) noexcept : bytes_{bytes}, limit_{limit} { bytes_.clear(); }

  void append(std::string_view piece) {
    if (!whole_) return;
    if (piece.size() > limit_ - bytes_.size())
      give_up();
    else
      bytes_.append(piece);
  }
  void give_up() noexcept {
    whole_ = false;
    release();
  }
  /// The copy is not needed any more: large memory goes back.
  void release() noexcept {
    if (bytes_.capacity() > most_spare)
      std::string{}.swap(bytes_);
    else
      bytes_.clear();
  }

  /// Whether everything that was written so far is in it.
  [[nodiscard]] bool is_whole() const noexcept { return whole_; }
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

 private:
  static constexpr std::size_t most_spare = 65'536;

  std::string& bytes_;
  std::size_t limit_;
  bool whole_ = true;
};

}  // namespace modelgate::proxy
