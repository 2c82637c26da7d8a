#include "control/cli/confirmation.hpp"

#include <istream>
#include <ostream>

namespace modelgate::control::cli {

outcome<void> confirm_deletion(const session& now, const std::string& question) {
  now.around.err << question << " [y/N] " << std::flush;
  std::string reply;
  std::getline(now.around.in, reply);
  if (reply != "y" && reply != "Y" && reply != "yes") return failure{exit_code::failed, "nothing was deleted", {}};
  return outcome<void>{};
}

}  // namespace modelgate::control::cli
