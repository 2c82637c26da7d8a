#pragma once

#include "control/runtime/container/engine_api.hpp"
#include "control/runtime/container/log_frames.hpp"
#include "control/runtime/log_file.hpp"
#include "control/runtime/log_rate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace modelgate::control::runtime::container {

/// Up to where a log has been read: of each stream the time of the last piece, and how many pieces of that very time were
/// read. Only what comes again, after `begin_again` and up to there, is left out: engines do not sort the two streams by
/// time, and a clock that was set back makes no line an old one.
///
/// Shape: pure.
class log_position {
 public:
  /// Whether this piece is a new one. Those of one stream come in the engine's order.
  [[nodiscard]] bool take(log_stream stream, system_time at) noexcept;
  /// Pieces are about to come again, from `since_seconds` on.
  void begin_again() noexcept;
  /// What is not later is known, of a stream of which nothing has been taken.
  void know_until(system_time at) noexcept;
  /// Where to go on, seconds since 1970; 0: from the beginning. Earlier than the last piece, as one of the other stream may
  /// still come that is older.
  [[nodiscard]] std::int64_t since_seconds() const noexcept;

 private:
  struct place {
    system_time last{};
    system_time latest{};     ///< later than `last` where the clock was set back
    std::uint64_t count = 0;  ///< pieces of the time `last` that were taken, one after the other
    std::uint64_t again = 0;  ///< of these, seen since `begin_again`
    bool repeats = false;     ///< what comes is known, until `last` is passed
  };

  std::array<place, 2> places_;  ///< by stream
  system_time newest_{};         ///< of the piece that was taken last, of whichever stream
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
  void keep(const engine_line& line);
  void write_pending();

  boost::asio::steady_timer pause_;
  engine_api& engine_;
  std::filesystem::path folder_;
  log_file file_;
  log_rate rate_;
  log_position position_;  ///< of the pieces that `joiner_` was given
  line_joiner joiner_;     ///< keeps half a line when the connection breaks
  std::string pending_;    ///< records of one read, written together
  std::string last_line_;
  std::shared_ptr<engine_connection> over_;
  std::uint64_t turn_ = 0;  ///< of `follow`
  bool complete_ = true;
};

}  // namespace modelgate::control::runtime::container
