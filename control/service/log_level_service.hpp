#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/base/log.hpp"

#include <boost/json/fwd.hpp>

namespace modelgate::control::service {

/// How much the program says, changed while it runs: until the config file is read again, or the program is started
/// again. For platform administrators.
///
/// Shape: any-thread, without state: the level is the process's own.
class log_level_service {
 public:
  [[nodiscard]] static answer<log::level> get(const domain::principal& who);
  /// `document` is {"level": "debug"}.
  [[nodiscard]] static answer<log::level> set(const domain::principal& who, const boost::json::value& document);
};

}  // namespace modelgate::control::service
