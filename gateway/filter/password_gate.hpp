#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/secret.hpp"
#include "modelgate/crypto/unproven_password.hpp"
#include "modelgate/metrics/gauge_reading.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/wake_signal.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace modelgate::filter {

/// A request that waits until a password has been compared with a foreign hash.
///
/// Shape: owned by its session and, while a notification is under way, by that. `signal` belongs to its worker, all else
///        to the gate's mutex.
class password_check {
 public:
  password_check(std::string deployment, crypto::unproven_password_ptr password, const crypto::token_digest& digest,
                 std::string_view shown, net::event_loop& loop, net::wake_signal& signal);

  /// On its worker, when the session goes on: it is not woken any more.
  void detach() noexcept { signal_ = nullptr; }

 private:
  friend class password_gate;
  enum class state : std::uint8_t { outside, waiting, right, wrong, busy };

  const std::string deployment_;
  const crypto::unproven_password_ptr password_;
  const crypto::token_digest digest_;
  const crypto::secret shown_;
  net::event_loop& loop_;
  net::wake_signal* signal_;
  state state_ = state::outside;
};
using password_check_ptr = std::shared_ptr<password_check>;

/// Where passwords are compared with the slow hashes that were brought along from another server: off the workers, a few
/// at a time, in fair turns, and never more than some that wait. So whoever floods one client with wrong passwords takes
/// the time of the gate's own threads, which give way to everything else, and the places of that client.
///
/// Requests that show the same password of the same client share one check. Deployments take turns, and within one its
/// clients, however many passwords one of them is shown. Of the places, one deployment gets half, one client a quarter,
/// and half of that for different passwords, at least one each.
///
/// Shape:  any-thread; one per gateway. Threads of its own, of low priority, until `stop`. Only requests that show a
///         password which was never proven come here: everybody else's are decided on their worker.
/// Errors: `busy` when there is no place, or no answer in time.
class password_gate {
 public:
  struct limits {
    std::size_t checks = 1;                    ///< at a time, each on a thread of its own; fixed once made
    std::size_t waiting = 64;                  ///< requests that wait, all together
    std::chrono::milliseconds longest{5'000};  ///< that one waits
  };
  enum class verdict : std::uint8_t { waiting, right, wrong, busy };
  /// Whether a hash is of a password; takes as long as it takes.
  using compare_function = std::function<bool(const std::string& hash, std::string_view password)>;

  explicit password_gate(const limits& bounds, compare_function compare);
  ~password_gate();
  password_gate(const password_gate&) = delete;
  password_gate& operator=(const password_gate&) = delete;

  void set_limits(const limits& bounds);
  /// Called on a thread of the gate whenever a password was proven. Set once, before the first request.
  void set_proof_listener(std::function<void()> listener) { proof_listener_ = std::move(listener); }
  [[nodiscard]] std::chrono::milliseconds longest_wait() const;

  /// Takes a place, or answers at once.
  [[nodiscard]] verdict join(const password_check_ptr& check);
  [[nodiscard]] verdict look(const password_check& check) const;
  /// For the last time: who still waits gives its place back.
  [[nodiscard]] verdict leave(password_check& check);

  /// Ends the threads; who waits is not told. Nothing is notified after it.
  void stop();
  [[nodiscard]] std::vector<metrics::gauge_reading> read() const;

 private:
  /// One password of one client, and everybody who shows it.
  struct job {
    crypto::unproven_password_ptr password;
    crypto::token_digest digest;
    std::vector<password_check_ptr> waiters;
    bool running = false;
  };
  using jobs_of_client = std::list<std::shared_ptr<job>>;

  [[nodiscard]] static verdict verdict_of(password_check::state state) noexcept;
  [[nodiscard]] bool has_place(const password_check& check, bool needs_check) const;
  void queue_up(const std::string& deployment, const crypto::unproven_password* client);
  [[nodiscard]] const crypto::unproven_password* next_client();
  void run();
  void settle(job& done, password_check::state how, std::vector<password_check_ptr>& told);
  void forget(const password_check& check);
  static void notify(const std::vector<password_check_ptr>& told);

  const compare_function compare_;
  std::function<void()> proof_listener_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  limits bounds_;
  std::map<const crypto::unproven_password*, jobs_of_client> jobs_;  ///< running ones included
  std::deque<std::string> turns_;                                    ///< deployments with clients in `clients_in_turn_`
  /// Those with a job that does not run yet.
  std::map<std::string, std::deque<const crypto::unproven_password*>, std::less<>> clients_in_turn_;
  std::size_t waiting_ = 0;
  std::map<std::string, std::size_t, std::less<>> waiting_of_deployment_;
  std::array<std::uint64_t, 5> outcomes_{};  ///< right, wrong, known, full, timeout
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace modelgate::filter
