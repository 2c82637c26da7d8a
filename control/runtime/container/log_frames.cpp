#include "control/runtime/container/log_frames.hpp"

#include "control/domain/names.hpp"

#include <algorithm>

namespace modelgate::control::runtime::container {

bool log_frames::feed(std::string_view bytes, const sink& line) {
  while (!broken_ && !bytes.empty()) {
    if (head_size_ < head_.size()) {
      const std::size_t part = std::min(bytes.size(), head_.size() - head_size_);
      std::copy_n(bytes.begin(), part, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
      head_size_ += part;
      bytes.remove_prefix(part);
      if (head_size_ < head_.size()) break;
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head_[i]); };
      broken_ = byte(0) > 2 || byte(1) != 0 || byte(2) != 0 || byte(3) != 0;
      stream_ = byte(0) == 2 ? log_stream::standard_error : log_stream::standard_output;
      left_ = (std::size_t{byte(4)} << 24U) | (std::size_t{byte(5)} << 16U) | (std::size_t{byte(6)} << 8U) | byte(7);
      begins_ = true;
      if (left_ == 0) head_size_ = 0;
      continue;
    }
    const std::size_t part = std::min(bytes.size(), left_);
    take(bytes.substr(0, part), line);
    left_ -= part;
    bytes.remove_prefix(part);
    if (left_ > 0) continue;
    if (!held_.empty() || begins_) give(false, line);
    head_size_ = 0;
  }
  return !broken_;
}

void log_frames::take(std::string_view bytes, const sink& line) {
  constexpr std::size_t most_held = longest_log_line + 64;  // the time stands before the line
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::size_t part = std::min({bytes.size(), end, most_held - held_.size()});
    held_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    if (part == end) {
      bytes.remove_prefix(1);
      give(true, line);
    } else if (held_.size() == most_held) {
      give(false, line);
    }
  }
}

void log_frames::give(bool line_ends, const sink& line) {
  std::string_view text = held_;
  if (begins_) {
    at_.reset();
    const auto space = text.find(' ');
    if (space != std::string_view::npos) at_ = parse_rfc3339(text.substr(0, space));
    if (at_) text.remove_prefix(space + 1);
  }
  begins_ = false;
  // A piece that fills a record exactly is cut as every long line is.
  while (text.size() > longest_log_line) {
    const std::string_view piece = domain::cut(text, longest_log_line);
    line({stream_, at_, piece, true});
    text.remove_prefix(piece.size());
  }
  line({stream_, at_, text, !line_ends});
  held_.clear();
}

void line_joiner::add(const engine_line& piece, const log_frames::sink& line) {
  held& of = held_[piece.stream == log_stream::standard_output ? 0 : 1];
  const std::size_t before = of.text.size();
  of.text.append(piece.text);
  if (before > 0 && of.text.size() > longest_log_line) {
    const std::string_view record = domain::cut(of.text, before);  // engines cut within characters
    if (!record.empty()) line({piece.stream, of.at, record, true});
    of.text.erase(0, record.size());
  }
  of.at = piece.at;
  of.any = true;
  if (piece.partial) return;
  line({piece.stream, of.at, of.text, false});
  of = {};
}

void line_joiner::finish(const log_frames::sink& line) {
  for (const log_stream stream : {log_stream::standard_output, log_stream::standard_error}) {
    held& of = held_[stream == log_stream::standard_output ? 0 : 1];
    if (of.any) line({stream, of.at, of.text, false});
    of = {};
  }
}

}  // namespace modelgate::control::runtime::container
