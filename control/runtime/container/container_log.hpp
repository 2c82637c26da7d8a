#pragma once

#include "control/runtime/container/engine_api.hpp"
#include "control/runtime/container/log_frames.hpp"
#include "control/runtime/log_file.hpp"
#include "control/runtime/log_rate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace modelgate::control::runtime::container {

/// Up to where a log has been read: the time of the last line, and how many lines of that very time were read. Engines
/// are asked from a whole second on (Podman knows no parts of one), and what is known already is left out.
///
/// Shape: pure.
class log_position {
 public:
  /// Whether this line is a new one. Lines come in the engine's order, from the beginning of a second on.
  [[nodiscard]] bool take(system_time at) noexcept;
  /// Lines are about to come again, from `since_seconds` on.
  void begin_again() noexcept { repeated_ = 0; }
  /// Where to go on, seconds since 1970; 0: from the beginning.
  [[nodiscard]] std::int64_t since_seconds() const noexcept;

 private:
  system_time last_{};
  std::uint64_t count_ = 0;     ///< lines of that time that were taken
  std::uint64_t repeated_ = 0;  ///< of these, seen again since `begin_again`
};

/// Keeps a copy of a container's log in a replica's folder, as the log of a process is kept: same files, same bounds.
///
/// Shape: the driver's thread; kept alive by what is under way.
class container_log : public std::enable_shared_from_this<container_log> {
 public:
  struct bounds {
    std::size_t file_bytes = 0;
    std::size_t rate_bytes = 0;  ///< a second; more waits at the engine
  };

  container_log(boost::asio::io_context& loop, engine_api& engine, std::filesystem::path folder, bounds most,
                std::function<void()> rotated);

  /// What was logged until now becomes the previous instance's.
  void begin_instance();
  /// What an earlier modelgate has read already is found in the file.
  void resume();
  /// Reads until the container's end, however often the connection breaks. One at a time.
  boost::asio::awaitable<void> follow(std::string container);
  /// Ends the reading, now; what the container says from then on is not read.
  void stop();
  /// Everything that the container has said before its end stands in the file, or never will.
  [[nodiscard]] bool is_complete() const noexcept { return complete_; }

  void set_rotate_bytes(std::size_t bytes) noexcept { file_.set_rotate_bytes(bytes); }
  [[nodiscard]] const std::string& last_line() const noexcept { return last_line_; }

 private:
  boost::asio::awaitable<bool> read_stream(std::string container, std::uint64_t turn);
  void take(const engine_line& line);

  boost::asio::steady_timer pause_;
  engine_api& engine_;
  std::filesystem::path folder_;
  log_file file_;
  log_rate rate_;
  log_position position_;
  std::string pending_;  ///< records of one read, written together
  std::string last_line_;
  std::shared_ptr<engine_connection> over_;
  std::uint64_t turn_ = 0;  ///< of `follow`
  bool complete_ = true;
};

}  // namespace modelgate::control::runtime::container
