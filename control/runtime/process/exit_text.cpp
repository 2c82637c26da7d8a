#include "control/runtime/process/exit_text.hpp"

#include <cstring>

namespace modelgate::control::runtime::process {

std::string describe_exit(const siginfo_t& info) {
  const std::string number = std::to_string(info.si_status);
  if (info.si_code == CLD_EXITED) return "exited with code " + number;
  const char* description = ::sigdescr_np(info.si_status);
  return "was ended by signal " + number + (description == nullptr ? "" : " (" + std::string{description} + ")");
}

}  // namespace modelgate::control::runtime::process
