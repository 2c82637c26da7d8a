#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"
#include "control/store/kept_answer_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::service {

/// What is called with what a use case did, in the transaction that did it; empty: nothing is to be remembered.
template <class Done>
using remember = std::function<void(store::transaction&, const Done&)>;

/// An answer as a repetition of its request gets it. Secrets must not be in it.
struct kept_reply {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  system_time kept_at{};  ///< set by who keeps it
};

struct idempotency_limits {
  std::chrono::milliseconds retention{std::chrono::hours{24}};
  std::size_t keys_per_user = 1'000;  ///< the oldest go first, here and in all
  std::uint64_t bytes = 67'108'864;   ///< of all users' answers together
};

class idempotency;

/// The turn of one request with a key: while it lives, nobody else has that key.
///
/// Shape: one per request, on its thread; moves, refers to its `idempotency`.
class keyed_turn {
 public:
  keyed_turn(keyed_turn&& other) noexcept;
  keyed_turn(const keyed_turn&) = delete;
  keyed_turn& operator=(const keyed_turn&) = delete;
  keyed_turn& operator=(keyed_turn&&) = delete;
  ~keyed_turn();

  /// What the same request was answered before. With it there is nothing left to do.
  [[nodiscard]] const std::optional<kept_reply>& earlier() const noexcept { return earlier_; }

  /// For a use case: keeps, with its change or not at all, what `show` makes of what was done.
  template <class Done>
  [[nodiscard]] remember<Done> remember_as(std::function<kept_reply(const Done&)> show) const {
    return [this, show = std::move(show)](store::transaction& within, const Done& done) { keep(within, show(done)); };
  }

 private:
  friend class idempotency;
  keyed_turn(idempotency& of, std::string user, std::string key) noexcept;
  void keep(store::transaction& within, kept_reply reply) const;

  idempotency* of_;
  std::string user_;
  std::string key_;
  crypto::token_digest request_;
  std::optional<kept_reply> earlier_;
};

/// Requests that may be sent again: whoever gives one a key of his own gets the first answer again instead of the change
/// a second time. An answer is kept in the transaction of its change; what was refused is not kept, for it changed nothing.
///
/// Shape:  one per program, any-thread. Turns are in memory: a request does not outlive its process.
/// Source: IETF draft "The Idempotency-Key HTTP Header Field".
class idempotency {
 public:
  idempotency(const service_context& context, std::function<idempotency_limits()> limits);

  /// `asked`: everything that makes the request what it is.
  /// Errors: key_in_use while another request has the key; key_reused when it was used for something else;
  ///         storage_unavailable.
  [[nodiscard]] answer<keyed_turn> begin(const domain::principal& who, const std::string& key, std::string_view asked);

  /// Lets go what has been kept for long enough; to be called now and then.
  void forget_old() const;

 private:
  friend class keyed_turn;
  void end(const std::string& user, const std::string& key) noexcept;

  const service_context& context_;
  std::function<idempotency_limits()> limits_;
  std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> under_way_;  ///< user and key; as many as the control port has requests
};

}  // namespace modelgate::control::service
