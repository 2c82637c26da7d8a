#pragma once

#include "control/domain/user.hpp"
#include "control/service/merged_log.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <memory>
#include <optional>
#include <string>

namespace modelgate::control::service {

struct log_request {
  std::optional<std::string> replica;             ///< absent: all, merged
  std::optional<std::size_t> tail_lines = 2'000;  ///< absent: everything there is
  std::optional<system_time> since;
  bool timestamps = false;
  bool previous = false;
  bool follow = false;
};

/// What replicas write.
///
/// Shape: any-thread; refers to the context. A log that is followed refers to it until it ends.
class log_service {
 public:
  explicit log_service(const service_context& context) noexcept : context_{context} {}

  /// Errors: not_found, for the deployment or for a replica that it does not have.
  [[nodiscard]] answer<std::unique_ptr<merged_log>> open(const domain::principal& who, const std::string& deployment,
                                                         const log_request& asked) const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
