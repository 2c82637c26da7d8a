#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace modelgate::control::primehub {

/// How many GraphQL requests are answered at a time, of one user and of everybody: each keeps a thread for as long as it
/// takes, and other requests need some as well.
///
/// Shape: one per program, any-thread; outlives its turns.
class query_turns {
 public:
  /// Held while a request is answered.
  class turn {
   public:
    turn(query_turns& of, std::string user) : of_{&of}, user_{std::move(user)} {}
    turn(turn&& other) noexcept : of_{std::exchange(other.of_, nullptr)}, user_{std::move(other.user_)} {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (of_ != nullptr) of_->give_back(user_);
    }

   private:
    query_turns* of_;
    std::string user_;
  };

  /// Absent: as many as may be are being answered.
  [[nodiscard]] std::optional<turn> take(const std::string& user, std::size_t most_of_user, std::size_t most);

 private:
  void give_back(const std::string& user) noexcept;

  std::mutex mutex_;  ///< guards what follows
  std::map<std::string, std::size_t> taken_;
  std::size_t all_ = 0;
};

}  // namespace modelgate::control::primehub
