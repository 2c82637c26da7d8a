#include "control/cli/confirmation.hpp"

#include <istream>
#include <ostream>

namespace modelgate::control::cli {

failure nobody_to_ask() {
  return {exit_code::usage, "deleting needs --yes where nobody can be asked", {}};
}

outcome<void> confirm_deletion(const session& now, const std::string& question) {
  if (!now.around.in_is_terminal) return nobody_to_ask();
  now.around.err << question << " [y/N] " << std::flush;
  std::string reply;
  std::getline(now.around.in, reply);
  if (reply != "y" && reply != "Y" && reply != "yes") return failure{exit_code::failed, "nothing was deleted", {}};
  return outcome<void>{};
}

}  // namespace modelgate::control::cli
