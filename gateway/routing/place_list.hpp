#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace modelgate::routing {

/// What is kept for each place of a table, in chunks that a list shares with the one that it was copied from: so a copy in
/// which a few places differ costs these, and a pointer for each chunk.
///
/// Shape: a value; no place of a list changes once it is shared with other threads. Reading is two loads.
template <class Value>
class place_list {
 public:
  place_list() = default;
  place_list(const place_list& from) : chunks_{from.chunks_}, own_(from.chunks_.size(), nullptr), size_{from.size_} {}
  place_list(place_list&&) noexcept = default;
  place_list& operator=(place_list from) noexcept {
    chunks_ = std::move(from.chunks_);
    own_ = std::move(from.own_);
    size_ = from.size_;
    return *this;
  }
  ~place_list() = default;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const Value& operator[](std::size_t place) const noexcept {
    return (*chunks_[place / chunk_size])[place % chunk_size];
  }

  /// New places hold a value that is empty. It does not shrink.
  void grow_to(std::size_t size) {
    while (chunks_.size() * chunk_size < size) {
      chunks_.emplace_back();
      own_.push_back(nullptr);
      adopt(chunks_.size() - 1, std::make_shared<chunk>());
    }
    if (size > size_) size_ = size;
  }
  void set(std::size_t place, Value value) {
    const std::size_t part = place / chunk_size;
    if (own_[part] == nullptr) adopt(part, std::make_shared<chunk>(*chunks_[part]));
    (*own_[part])[place % chunk_size] = std::move(value);
  }

 private:
  static constexpr std::size_t chunk_size = 64;
  using chunk = std::array<Value, chunk_size>;

  void adopt(std::size_t part, std::shared_ptr<chunk> made) {
    own_[part] = made.get();
    chunks_[part] = std::move(made);
  }

  std::vector<std::shared_ptr<const chunk>> chunks_;
  std::vector<chunk*> own_;  ///< of the same chunks: those that this list has made; null: perhaps shared
  std::size_t size_ = 0;
};

}  // namespace modelgate::routing
