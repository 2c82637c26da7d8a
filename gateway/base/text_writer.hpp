#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace modelgate {

/// Appends many short pieces to a text: room is made once for about as many bytes as there will be, so that a piece is a
/// comparison and a copy. std::string::append takes three times as long (benchmarks/micro: head_rewrite).
///
/// Shape: the text is whole again when the writer is destroyed; nobody else touches it until then.
class text_writer {
 public:
  text_writer(std::string& out, std::size_t expected) : out_{out}, size_{out.size()} { out_.resize(size_ + expected); }
  ~text_writer() { out_.resize(size_); }
  text_writer(const text_writer&) = delete;
  text_writer& operator=(const text_writer&) = delete;

  text_writer& put(std::string_view piece) {
    std::memcpy(room(piece.size()), piece.data(), piece.size());
    size_ += piece.size();
    return *this;
  }
  /// Of known size: without a call.
  template <std::size_t Size>
  text_writer& put(const char (&literal)[Size]) {
    std::memcpy(room(Size - 1), &literal[0], Size - 1);
    size_ += Size - 1;
    return *this;
  }
  text_writer& put(char c) {
    *room(1) = c;
    ++size_;
    return *this;
  }
  text_writer& number(std::uint64_t value) {
    constexpr std::size_t most_digits = 20;
    char* const at = room(most_digits);
    size_ += static_cast<std::size_t>(std::to_chars(at, at + most_digits, value).ptr - at);
    return *this;
  }
  /// With exactly so many digits, the highest ones zero where it has fewer.
  template <unsigned Digits>
  text_writer& padded(std::uint64_t value) {
    char* const at = room(Digits);
    for (unsigned place = Digits; place-- > 0; value /= 10) at[place] = static_cast<char>('0' + value % 10);
    size_ += Digits;
    return *this;
  }

 private:
  char* room(std::size_t bytes) {
    if (out_.size() - size_ < bytes) out_.resize(2 * out_.size() + bytes);
    return out_.data() + size_;
  }

  std::string& out_;
  std::size_t size_;
};

}  // namespace modelgate
