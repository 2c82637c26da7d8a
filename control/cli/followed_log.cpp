#include "control/cli/followed_log.hpp"

#include "modelgate/base/clock.hpp"

#include <utility>

namespace modelgate::control::cli {

std::string followed_log::take(std::string_view piece) {
  std::string shown;
  for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    held_.append(piece.substr(0, end));
    take_line(held_, shown);
    held_.clear();
    piece.remove_prefix(end + 1);
  }
  held_.append(piece);
  return shown;
}

std::string followed_log::finish() {
  std::string shown;
  if (!held_.empty()) take_line(std::exchange(held_, {}), shown);
  return shown;
}

void followed_log::take_line(std::string_view line, std::string& to) const {
  if (line.empty()) return;
  if (!asked_.timestamps) {
    constexpr std::string_view prefix_end = "] ";
    const auto prefix = asked_.prefixed ? line.find(prefix_end) : std::string_view::npos;
    const std::size_t start = prefix == std::string_view::npos ? 0 : prefix + prefix_end.size();
    const auto time_end = line.find(' ', start);
    // Whatever has no time before it is passed on as it is.
    if (time_end != std::string_view::npos && parse_rfc3339(line.substr(start, time_end - start))) {
      to.append(line.substr(0, start)).append(line.substr(time_end + 1)).push_back('\n');
      return;
    }
  }
  to.append(line).push_back('\n');
}

}  // namespace modelgate::control::cli
