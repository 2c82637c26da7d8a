#pragma once

#include "control/runtime/log_file.hpp"
#include "control/runtime/log_line.hpp"
#include "control/runtime/log_rate.hpp"

#include "modelgate/base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace modelgate::control::runtime::process {

/// Of one replica's log.
struct log_bounds {
  std::size_t file_bytes = 0;  ///< of one file
  std::size_t rate_bytes = 0;  ///< a second
};

/// Takes what a replica prints from its two FIFOs into its log file, line by line, stamped when it was read.
///
/// A FIFO, unlike a pipe, can be opened again by a later modelgate. The replica holds both ends itself, so it never
/// meets a closed one; it waits only while the FIFO is full: when modelgate is away or busy, or when the replica writes
/// more than its rate.
///
/// Shape:  the driver's thread; kept alive by its pending reads until `finish` or `let_go`.
class log_capture : public std::enable_shared_from_this<log_capture> {
 public:
  /// `rotated` is called after each rotation.
  log_capture(boost::asio::io_context& context, std::filesystem::path folder, log_bounds bounds,
              std::function<void()> rotated);

  void set_rotate_bytes(std::size_t bytes) noexcept { file_.set_rotate_bytes(bytes); }

  [[nodiscard]] std::filesystem::path fifo(log_stream stream) const;

  /// Makes the FIFOs for a new instance and starts to read. Errors: what the system says.
  [[nodiscard]] result<void> begin_instance();
  /// Goes on with those of an instance that an earlier modelgate started. Errors: what the system says.
  [[nodiscard]] result<void> resume();
  /// The instance has ended: takes what is still in the FIFOs, and closes them.
  void finish();
  /// Another process reads on: writes down the line that has been read in part, and closes the FIFOs.
  void let_go();

  /// The last line that was not blank, safe to show and to store: shortened, without control characters, UTF-8.
  [[nodiscard]] const std::string& last_line() const noexcept { return last_line_; }

 private:
  struct source {
    explicit source(boost::asio::io_context& context) : descriptor{context}, pause{context} {}
    boost::asio::posix::stream_descriptor descriptor;
    boost::asio::steady_timer pause;  ///< while it has had its share
    line_splitter lines;
  };

  result<void> open(log_stream stream);
  void wait(log_stream stream);
  bool take(log_stream stream, std::size_t at_most);
  void record(log_stream stream, std::string_view text, bool partial);
  void close(log_stream stream, bool ends_line);
  source& of(log_stream stream) { return sources_[stream == log_stream::standard_output ? 0 : 1]; }

  std::filesystem::path folder_;
  log_file file_;
  log_rate rate_;
  std::array<source, 2> sources_;
  std::string pending_;  ///< records of one read, written together
  std::string last_line_;
};

}  // namespace modelgate::control::runtime::process
