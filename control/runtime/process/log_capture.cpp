#include "control/runtime/process/log_capture.hpp"

#include "control/runtime/end_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

constexpr std::size_t read_size = 65'536;
constexpr std::size_t turn_size = 4 * read_size;     // one replica that prints much must not starve the others
constexpr std::size_t finish_size = 64 * read_size;  // a process that escaped must not keep us reading
constexpr int fifo_size = 1'048'576;                 // slack for the model while modelgate is busy, or is restarted

error_code last_error() {
  return {errno, boost::system::system_category()};
}

}  // namespace

log_capture::log_capture(boost::asio::io_context& context, std::filesystem::path folder, log_bounds bounds,
                         std::function<void()> rotated)
    : folder_{std::move(folder)},
      file_{folder_, bounds.file_bytes, std::move(rotated)},
      rate_{bounds.rate_bytes, steady_clock::now()},
      sources_{source{context}, source{context}} {}

std::filesystem::path log_capture::fifo(log_stream stream) const {
  return folder_ / (stream == log_stream::standard_output ? "stdout" : "stderr");
}

result<void> log_capture::begin_instance() {
  file_.begin_instance();
  last_line_.clear();
  for (const log_stream stream : {log_stream::standard_output, log_stream::standard_error}) {
    // Made anew each time: a process of the last instance that escaped holds the old one.
    const std::filesystem::path path = fifo(stream);
    std::error_code problem;
    std::filesystem::remove(path, problem);
    if (::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) != 0) return last_error();
    if (const auto opened = open(stream); !opened) return opened;
  }
  return {};
}

result<void> log_capture::resume() {
  for (const log_stream stream : {log_stream::standard_output, log_stream::standard_error}) {
    if (const auto opened = open(stream); !opened) return opened;
  }
  return {};
}

result<void> log_capture::open(log_stream stream) {
  // For writing as well: with a writer of our own, the FIFO has no end that would have to be waited for in a circle.
  const int descriptor = ::open(fifo(stream).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return last_error();
  [[maybe_unused]] const int granted =
      ::fcntl(descriptor, F_SETPIPE_SZ, fifo_size);  // refused: the default size will do
  of(stream).descriptor.assign(descriptor);
  wait(stream);
  return {};
}

void log_capture::wait(log_stream stream) {
  if (const auto pause = rate_.wait(steady_clock::now()); pause.count() > 0) {
    of(stream).pause.expires_after(pause);
    of(stream).pause.async_wait([self = shared_from_this(), stream](const error_code& problem) {
      if (!problem && self->of(stream).descriptor.is_open()) self->wait(stream);
    });
    return;
  }
  of(stream).descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                   [self = shared_from_this(), stream](const error_code& problem) {
                                     if (problem || !self->of(stream).descriptor.is_open()) return;
                                     if (self->take(stream, turn_size)) self->wait(stream);
                                   });
}

/// Reads until nothing is there or `at_most` is reached. False when the FIFO is broken.
bool log_capture::take(log_stream stream, std::size_t at_most) {
  std::array<char, read_size> block;
  source& from = of(stream);
  for (std::size_t taken = 0; taken < at_most;) {
    const ssize_t count = ::read(from.descriptor.native_handle(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) return false;
    taken += static_cast<std::size_t>(count);
    from.lines.feed({block.data(), static_cast<std::size_t>(count)},
                    [&](std::string_view text, bool partial) { record(stream, text, partial); });
    // By what is written, not by what was read: a record is far longer than an empty line.
    rate_.spend(pending_.size(), steady_clock::now());
    file_.append(pending_);
    pending_.clear();
  }
  return true;
}

void log_capture::record(log_stream stream, std::string_view text, bool partial) {
  append_log_record(pending_, system_clock::now(), stream, partial, text);
  if (text.find_first_not_of(" \t\r") != std::string_view::npos) last_line_ = presentable(text);
}

void log_capture::finish() {
  for (const log_stream stream : {log_stream::standard_output, log_stream::standard_error}) {
    if (of(stream).descriptor.is_open()) take(stream, finish_size);
    close(stream, true);
  }
  file_.close();
}

void log_capture::let_go() {
  for (const log_stream stream : {log_stream::standard_output, log_stream::standard_error}) close(stream, false);
  file_.close();
}

void log_capture::close(log_stream stream, bool ends_line) {
  source& from = of(stream);
  if (!from.descriptor.is_open()) return;
  from.lines.finish([&](std::string_view text, bool) { record(stream, text, !ends_line); });
  file_.append(pending_);
  pending_.clear();
  from.pause.cancel();
  error_code problem;
  from.descriptor.close(problem);
}

}  // namespace modelgate::control::runtime::process
