#include "control/runtime/end_text.hpp"

#include <algorithm>

namespace modelgate::control::runtime {
namespace {

constexpr std::size_t shown_bytes = 500;

/// Length of the UTF-8 sequence that `text` starts with; 0 when it is broken.
/// Source: RFC 3629 section 4.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

}  // namespace

std::string describe_out_of_memory(std::int64_t limit, std::optional<std::uint64_t> used) {
  constexpr std::uint64_t mib = 1'048'576;
  std::string text = "OOMKilled: it needed more than the " + std::to_string(static_cast<std::uint64_t>(limit) / mib)
                     + " MiB of memory that its instance type has";
  if (used) text += ", " + std::to_string(*used / mib) + " MiB when it was ended";
  return text;
}

std::string with_last_line(std::string reason, std::string_view last_line) {
  if (!last_line.empty()) reason.append("; last log line: ").append(last_line);
  return reason;
}

std::string presentable(std::string_view line) {
  std::string shown;
  while (!line.empty()) {
    const std::size_t length = sequence_length(line);
    if (shown.size() + std::max<std::size_t>(length, 1) > shown_bytes) return shown + "...";
    const auto first = static_cast<unsigned char>(line.front());
    if (length == 0 || first == 0x7f || (first < 0x20 && first != '\t')) {
      shown.push_back('?');
      line.remove_prefix(1);
    } else {
      shown.append(line.substr(0, length));
      line.remove_prefix(length);
    }
  }
  return shown;
}

}  // namespace modelgate::control::runtime
