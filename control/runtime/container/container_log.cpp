#include "control/runtime/container/container_log.hpp"

#include "control/runtime/end_text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

using std::chrono::milliseconds;

/// A log may be silent for ever; so long after its last line the connection is made anew, in case it died unseen.
constexpr milliseconds longest_silence{600'000};
constexpr milliseconds pause_before_again{500};
/// So much later than a piece of the one stream, by its time, an older one of the other may still be written: an engine gives
/// the time first, and waits for its turn to write then.
constexpr milliseconds most_between_streams{5'000};

constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

constexpr std::uint32_t most_of_file = 262'144;

/// The end of the last file of a log.
std::string end_of_file(const std::filesystem::path& file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return {};
  struct stat found {};
  std::string text;
  if (::fstat(opened, &found) == 0) {
    const off_t size = std::min<off_t>(found.st_size, off_t{most_of_file});
    text.resize(static_cast<std::size_t>(size));
    const ssize_t got = ::pread(opened, text.data(), text.size(), found.st_size - size);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  ::close(opened);
  return text;
}

}  // namespace

bool log_position::take(log_stream stream, system_time at) noexcept {
  place& of = places_[stream == log_stream::standard_output ? 0 : 1];
  if (of.repeats) {
    if (at == of.last && of.again < of.count) {
      ++of.again;
      of.repeats = of.again < of.count;
      return false;
    }
    if (at <= of.latest) return false;
    of.repeats = false;  // what was known is not in the engine's log any more
  }
  of.count = at == of.last ? of.count + 1 : 1;
  of.last = at;
  of.latest = std::max(of.latest, at);
  newest_ = at;
  return true;
}

void log_position::begin_again() noexcept {
  for (place& of : places_) {
    of.again = 0;
    of.repeats = of.latest != system_time{};
  }
}

void log_position::know_until(system_time at) noexcept {
  for (place& of : places_) {
    if (of.count == 0) of.latest = at;
  }
}

std::int64_t log_position::since_seconds() const noexcept {
  const auto from = std::chrono::floor<std::chrono::seconds>(newest_ - most_between_streams);
  return std::max<std::int64_t>(from.time_since_epoch().count(), 0);
}

container_log::container_log(boost::asio::io_context& loop, engine_api& engine, std::filesystem::path folder,
                             bounds most, std::function<void()> rotated)
    : pause_{loop},
      engine_{engine},
      folder_{std::move(folder)},
      file_{folder_, most.file_bytes, std::move(rotated)},
      rate_{most.rate_bytes, steady_clock::now()} {}

void container_log::begin_instance() {
  stop();
  file_.begin_instance();
  position_ = {};
  joiner_ = {};
  last_line_.clear();
  complete_ = true;
}

void container_log::resume() {
  position_ = {};
  joiner_ = {};  // half a line is not in the file, and comes again
  const std::string text = end_of_file(folder_ / "log");
  std::size_t from = 0;
  std::optional<system_time> first;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    const auto record = parse_log_record(std::string_view{text}.substr(from, end - from));
    from = end + 1;
    if (!record) continue;
    if (const auto at = parse_rfc3339(record->time)) {
      static_cast<void>(position_.take(record->stream, *at));
      if (!first) first = at;
    }
    if (record->text.find_first_not_of(" \t\r") != std::string_view::npos) last_line_ = presentable(record->text);
  }
  // A stream of which nothing stands here may have its lines in what is older.
  std::error_code problem;
  const bool is_whole = text.size() < most_of_file && !std::filesystem::exists(folder_ / "log.1", problem);
  if (first && !is_whole) position_.know_until(*first);
}

void container_log::stop() {
  ++turn_;
  pause_.cancel();
  if (over_) over_->cancel();
  over_.reset();
  file_.close();
}

boost::asio::awaitable<void> container_log::follow(std::string container) {
  const auto self = shared_from_this();
  const std::uint64_t turn = ++turn_;
  complete_ = false;
  while (turn == turn_) {
    const bool ended = co_await read_stream(container, turn);
    if (turn != turn_) co_return;
    if (ended) break;
    pause_.expires_after(pause_before_again);
    const auto [woken] = co_await pause_.async_wait(as_result);
    static_cast<void>(woken);
  }
  if (turn != turn_) co_return;
  joiner_.finish([this](const engine_line& line) { keep(line); });
  write_pending();
  complete_ = true;
  file_.close();
}

/// Whether nothing more can come: the stream has ended well and the container runs no more, or is gone.
boost::asio::awaitable<bool> container_log::read_stream(std::string container, std::uint64_t turn) {
  const auto over = engine_.connect();
  over_ = over;
  position_.begin_again();
  engine_call call = engine_.logs_call(container, position_.since_seconds());
  const steady_time patience = engine_.call_deadline();
  const auto status = co_await over->begin(std::move(call), patience);
  if (turn != turn_ || !status) co_return false;
  constexpr unsigned not_found = 404;
  constexpr unsigned ok = 200;
  if (*status == not_found) co_return true;
  if (*status != ok) co_return false;
  log_frames frames;
  const log_frames::sink whole = [this](const engine_line& line) { keep(line); };
  const log_frames::sink join = [this, &whole](const engine_line& piece) {
    if (!piece.at || position_.take(piece.stream, *piece.at)) joiner_.add(piece, whole);
  };
  for (;;) {
    const auto piece = co_await over->read_some(steady_clock::now() + longest_silence);
    if (turn != turn_ || !piece) co_return false;
    if (piece->empty()) break;
    const bool understood = frames.feed(*piece, join);
    rate_.spend(pending_.size(), steady_clock::now());
    write_pending();
    if (!understood) co_return false;
    for (auto wait = rate_.wait(steady_clock::now()); wait.count() > 0; wait = rate_.wait(steady_clock::now())) {
      pause_.expires_after(wait);
      const auto [woken] = co_await pause_.async_wait(as_result);
      if (turn != turn_ || woken) co_return false;
    }
  }
  const auto now = co_await engine_.inspect(container);
  if (turn != turn_) co_return false;
  co_return now ? !now->running : now.error().is_absent();
}

void container_log::write_pending() {
  file_.append(pending_);
  pending_.clear();
}

void container_log::keep(const engine_line& line) {
  const system_time at = line.at.value_or(system_clock::now());
  append_log_record(pending_, at, line.stream, line.partial, line.text);
  if (line.text.find_first_not_of(" \t\r") != std::string_view::npos) last_line_ = presentable(line.text);
}

}  // namespace modelgate::control::runtime::container
