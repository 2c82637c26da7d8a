#pragma once

#include "modelgate/base/clock.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

namespace modelgate::net {

/// One key of session tickets.
struct ticket_key {
  std::array<unsigned char, 16> name{};
  std::array<unsigned char, 32> cipher{};
  std::array<unsigned char, 32> mac{};
};

/// The keys under which session tickets are sealed: a new one every `rotation`, the one before it still opens tickets,
/// older ones are wiped, so that a key that is stolen opens no recording of long ago.
///
/// Shape: any-thread; shared by every context and kept over reloads of certificates, so that tickets outlive those. A
///        lock is taken once per handshake, never per request.
class ticket_keys {
 public:
  explicit ticket_keys(std::chrono::milliseconds rotation) : rotation_{rotation} {}
  ~ticket_keys();
  ticket_keys(const ticket_keys&) = delete;
  ticket_keys& operator=(const ticket_keys&) = delete;

  /// To seal a new ticket with. Errors: absent when the system gives no random bytes.
  [[nodiscard]] std::optional<ticket_key> current(steady_time now);

  struct found_key {
    ticket_key key;
    bool is_current = true;  ///< else the ticket should be renewed
  };
  /// The key with this name. Errors: absent when there is none, or none any more.
  [[nodiscard]] std::optional<found_key> find(const unsigned char* name, steady_time now);

  [[nodiscard]] std::chrono::milliseconds rotation() const noexcept { return rotation_; }

 private:
  bool rotate(steady_time now);

  const std::chrono::milliseconds rotation_;
  std::mutex mutex_;
  std::optional<ticket_key> current_;
  std::optional<ticket_key> previous_;
  steady_time made_{};
};

}  // namespace modelgate::net
