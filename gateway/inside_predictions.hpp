#pragma once

#include "control/service/prediction_call.hpp"
#include "control/service/service_error.hpp"
#include "gateway/reload.hpp"

#include "modelgate/gateway.hpp"

#include <atomic>
#include <cstddef>

namespace modelgate {

/// Sends what people try on the control port through the gateway, as applications do.
///
/// Shape:  any-thread; keeps the calling thread until the answer is there or `timeouts.try_it` has passed, at most
///         `limits.try_it_requests` of them. What it refers to outlives it.
class inside_predictions {
 public:
  inside_predictions(gateway& through, const live_settings& live) : through_{through}, live_{live} {}

  [[nodiscard]] control::service::answer<control::service::prediction_reply> run(
      const control::service::prediction_call& call);

 private:
  gateway& through_;
  const live_settings& live_;
  std::atomic<std::size_t> under_way_{0};
};

}  // namespace modelgate
