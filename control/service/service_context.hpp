#pragma once

#include "control/reconcile/reconcile_link.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/service/client_ledger.hpp"
#include "control/service/gateway_health.hpp"
#include "control/service/prediction_call.hpp"
#include "control/service/service_error.hpp"
#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"
#include "modelgate/crypto/token.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace modelgate::control::service {

/// Time of day in whole milliseconds: what is answered now is what the store gives back later.
[[nodiscard]] inline system_time now_in_milliseconds() {
  return std::chrono::floor<std::chrono::milliseconds>(system_clock::now());
}

/// What every use case works with.
///
/// Shape: made once by the composition root, outlives every service; any-thread.
struct service_context {
  store::database& database;
  const crypto::token_key& key;
  runtime::runtime_driver& runtime;
  reconcile::reconcile_link& reconciler;
  std::function<config::observation()> observe_gateway = {};  ///< what was seen of clients; may be empty
  /// The same of one deployment's clients only; may be empty.
  std::function<config::observation(const std::string& deployment)> observe_clients = {};
  std::chrono::milliseconds publish_timeout{10'000};  ///< how long an answer waits for its change to go live
  std::function<system_time()> now = now_in_milliseconds;
  std::function<config::observation()> count_gateway = {};  ///< the same, with counts for charts; may be empty
  /// Sends a request through the gateway and waits for its end; may be empty. Errors: busy.
  std::function<answer<prediction_reply>(const prediction_call&)> predict = {};
  std::function<service::gateway_health()> gateway_health = {};  ///< may be empty
  std::shared_ptr<client_ledger> ledger = std::make_shared<client_ledger>();
};

}  // namespace modelgate::control::service
