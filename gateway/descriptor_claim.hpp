#pragma once

#include "modelgate/config/settings.hpp"

namespace modelgate {

/// Every connection is a file descriptor, and so is much else: takes what the system gives. Answers whether
/// limits.connections had to be lowered to fit.
[[nodiscard]] bool claim_file_descriptors(config::settings& settings);

void say_that_fewer_connect(const config::settings& settings);

}  // namespace modelgate
