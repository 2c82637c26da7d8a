#pragma once

#include "gateway/handover.hpp"

#include "modelgate/base/result.hpp"

#include <chrono>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace modelgate {

/// Somebody who asked for an upgrade, and hears how it goes: lines "progress ...", then one "done ..." or "failed ...".
class upgrade_request {
 public:
  upgrade_request(file_handle client, std::filesystem::path binary)
      : client_{std::move(client)}, binary_{std::move(binary)} {}

  /// What to start; empty: what this process was started from.
  [[nodiscard]] const std::filesystem::path& binary() const noexcept { return binary_; }
  /// Never waits: who does not listen misses it.
  void tell(std::string_view word, std::string_view text) const;

 private:
  file_handle client_;
  std::filesystem::path binary_;
};

/// Where `modelgate upgrade` asks: a Unix socket in the data folder, for modelgate's own user and root, and for no
/// replica even if it runs as that user.
///
/// Shape:  one thread of its own takes requests and raises SIGUSR2 in this process for each; whoever takes the signal
///         takes them from here.
/// Errors: the constructor throws std::runtime_error.
class upgrade_port {
 public:
  static constexpr std::size_t most_waiting = 8;  ///< more are told to come again
  static constexpr std::chrono::seconds patience_with_request{5};

  /// `handed`: the socket as the process before this one held it. -1: it is to be made.
  upgrade_port(const std::filesystem::path& data_folder, int handed);
  ~upgrade_port();
  upgrade_port(const upgrade_port&) = delete;
  upgrade_port& operator=(const upgrade_port&) = delete;

  /// From here on the file is this one's, to remove at the end.
  void start();
  [[nodiscard]] std::optional<upgrade_request> take();

  /// For the process that takes over.
  [[nodiscard]] int listening_socket() const noexcept { return socket_.get(); }
  /// Another process listens there now: the file is its, and so is who asks from now on.
  void leave() noexcept;

 private:
  void run();
  void end_thread() noexcept;
  void read_request(file_handle client);

  file_handle folder_;
  file_handle socket_;
  file_handle ending_;  ///< an eventfd
  bool is_ours_;
  std::mutex mutex_;
  std::deque<upgrade_request> waiting_;
  std::thread thread_;
};

/// The other end: asks the modelgate of a data folder, and shows what it says. Answers the exit code of
/// `modelgate upgrade`.
[[nodiscard]] int ask_for_upgrade(const std::filesystem::path& data_folder, const std::filesystem::path& binary,
                                  std::chrono::milliseconds patience);

}  // namespace modelgate
