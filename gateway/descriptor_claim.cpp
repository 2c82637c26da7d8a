#include "gateway/descriptor_claim.hpp"

#include "modelgate/base/log.hpp"

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

namespace modelgate {

bool claim_file_descriptors(config::settings& settings) {
  constexpr rlim_t others = 512;  // store, replicas, control and metrics
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  // Each request in flight may need one to its replica too.
  const rlim_t possible = files.rlim_max > 2 * others ? (files.rlim_max - others) / 2 : others / 2;
  if (files.rlim_max == RLIM_INFINITY || settings.limits.connections <= possible) return false;
  settings.limits.connections = static_cast<std::size_t>(possible);
  return true;
}

void say_that_fewer_connect(const config::settings& settings) {
  log::warning("program", "the limit of open files is too low for limits.connections; fewer are accepted",
               {{"connections", std::uint64_t{settings.limits.connections}}});
}

}  // namespace modelgate
