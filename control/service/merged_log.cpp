#include "control/service/merged_log.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

/// A stream is asked every 100 ms; looking for other replicas needs no more than once a second.
constexpr unsigned rounds_between_looks = 10;

/// From `at` to behind the line's end. A log's last line may lack it while it is being written; readers give whole
/// lines.
std::string_view line_at(const std::string& piece, std::size_t at) {
  const auto end = piece.find('\n', at);
  return std::string_view{piece}.substr(at, end == std::string::npos ? std::string::npos : end + 1 - at);
}

/// The text before the first space. RFC 3339 in UTC with a fixed number of digits sorts as text.
std::string_view timestamp_of(std::string_view line) {
  const auto space = line.find(' ');
  return space == std::string_view::npos ? std::string_view{} : line.substr(0, space);
}

}  // namespace

merged_log::merged_log(std::vector<source> sources, merged_log_options options, discovery more)
    : options_{options},
      more_{std::move(more)},
      tail_taken_{!options.tail_lines},
      no_more_sources_{!options.follow || !more_} {
  for (source& each : sources) lanes_.push_back({std::move(each.replica), std::move(each.reader), {}, 0, false});
}

std::string merged_log::next() {
  if (finished_) return {};
  if (!no_more_sources_ && rounds_++ % rounds_between_looks == 0) look_for_more();
  for (lane& each : lanes_) each.drained = false;

  std::string text;
  if (!tail_taken_) {
    text = take_tail(*options_.tail_lines);
    tail_taken_ = true;
  } else {
    text = take(piece_bytes);
  }
  if (text.size() >= piece_bytes) return text;  // there may be more at once
  finished_ = no_more_sources_ && (!options_.follow || std::all_of(lanes_.begin(), lanes_.end(), [](lane& each) {
                return each.reader->finished();
              }));
  return text;
}

void merged_log::refill(lane& from) {
  if (from.has_line() || from.drained) return;
  from.piece = from.reader->read_more();
  from.at = 0;
  from.drained = from.piece.empty();
}

merged_log::lane* merged_log::oldest() {
  lane* found = nullptr;
  for (lane& each : lanes_) {
    refill(each);
    if (!each.has_line()) continue;
    if (found == nullptr
        || timestamp_of(line_at(each.piece, each.at)) < timestamp_of(line_at(found->piece, found->at))) {
      found = &each;
    }
  }
  return found;
}

void merged_log::append_line(lane& from, std::string& to) {
  const std::string_view line = line_at(from.piece, from.at);
  from.at += line.size();
  if (options_.prefixed) to.append("[").append(from.replica).append("] ");
  const std::string_view timestamp = timestamp_of(line);
  to.append(options_.timestamps || timestamp.empty() ? line : line.substr(timestamp.size() + 1));
  if (!line.ends_with('\n')) to.push_back('\n');
}

std::string merged_log::take(std::size_t most) {
  std::string text;
  while (text.size() < most) {
    lane* from = oldest();
    if (from == nullptr) break;
    append_line(*from, text);
  }
  return text;
}

std::string merged_log::take_tail(std::size_t lines) {
  std::deque<std::string> last;
  std::size_t bytes = 0;
  while (lane* from = oldest()) {
    std::string& added = last.emplace_back();
    append_line(*from, added);
    bytes += added.size();
    while (!last.empty() && (last.size() > lines || bytes > most_tail_bytes)) {
      bytes -= last.front().size();
      last.pop_front();
    }
  }
  std::string text;
  text.reserve(bytes);
  for (const std::string& each : last) text += each;
  return text;
}

void merged_log::look_for_more() {
  arrivals found = more_();
  for (source& each : found.sources) lanes_.push_back({std::move(each.replica), std::move(each.reader), {}, 0, false});
  no_more_sources_ = found.last;
}

}  // namespace modelgate::control::service
