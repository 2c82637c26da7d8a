#include "control/runtime/process/exit_text.hpp"

#include <cstring>

namespace modelgate::control::runtime::process {

std::string describe_exit(const siginfo_t& info) {
  const std::string number = std::to_string(info.si_status);
  if (info.si_code == CLD_EXITED) return "exited with code " + number;
  const char* description = ::sigdescr_np(info.si_status);
  return "was ended by signal " + number + (description == nullptr ? "" : " (" + std::string{description} + ")");
}

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

}  // namespace modelgate::control::runtime::process
