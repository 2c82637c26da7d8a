#include "control/runtime/log_line.hpp"

#include "control/domain/names.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace modelgate::control::runtime {

void append_log_record(std::string& to, system_time at, log_stream stream, bool partial, std::string_view text) {
  const auto since_second = at - std::chrono::floor<std::chrono::seconds>(at);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since_second).count();
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), "%09d", static_cast<int>(nanos));
  const std::string millis = format_rfc3339(at);
  to.append(millis, 0, millis.size() - 4).append(fraction.data()).append("Z ");
  to.append(stream == log_stream::standard_output ? "stdout " : "stderr ").append(partial ? "P " : "F ");
  to.append(text).push_back('\n');
}

std::optional<log_record> parse_log_record(std::string_view line) {
  const auto time_end = line.find(' ');
  if (time_end == std::string_view::npos || time_end < 20 || line[time_end - 1] != 'Z') return std::nullopt;
  const std::string_view rest = line.substr(time_end + 1);
  constexpr std::size_t mark = 7;  // after "stdout " or "stderr "
  if (!rest.starts_with("stdout ") && !rest.starts_with("stderr ")) return std::nullopt;
  if (rest.size() < mark + 2 || rest[mark + 1] != ' ') return std::nullopt;
  if (rest[mark] != 'P' && rest[mark] != 'F') return std::nullopt;
  const log_stream stream = rest.starts_with("stdout ") ? log_stream::standard_output : log_stream::standard_error;
  return log_record{line.substr(0, time_end), rest.substr(mark + 2), rest[mark] == 'P', stream};
}

void line_splitter::feed(std::string_view bytes, const sink& line) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    std::size_t taken = 0;
    while (held_.size() + (piece.size() - taken) > longest_log_line) {
      const std::size_t more = longest_log_line + 1 - held_.size();
      held_.append(piece.substr(taken, more));
      taken += more;
      const std::string_view record = domain::cut(held_, longest_log_line);
      line(record, true);
      held_.erase(0, record.size());
    }
    held_.append(piece.substr(taken));
    if (end == std::string_view::npos) return;
    line(held_, false);
    held_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void line_splitter::finish(const sink& line) {
  if (held_.empty()) return;
  line(held_, false);
  held_.clear();
}

}  // namespace modelgate::control::runtime
