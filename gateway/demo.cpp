#include "gateway/demo.hpp"

#include "control/domain/deployment_status.hpp"
#include "control/service/demo_state.hpp"
#include "control/service/deployment_service.hpp"
#include "control/store/bootstrap.hpp"
#include "gateway/greeting.hpp"

#include "modelgate/base/log.hpp"

#include <chrono>
#include <string>

namespace modelgate {
namespace {

constexpr std::chrono::milliseconds poll{100};

}  // namespace

void demo::begin(const control::service::service_context& context, const config::settings& settings,
                 const net::endpoint& prediction, const net::endpoint& control) {
  thread_ =
      std::thread{[this, &context, settings, prediction, control] { run(context, settings, prediction, control); }};
}

void demo::end() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void demo::run(const control::service::service_context& context, const config::settings& settings,
               const net::endpoint& prediction, const net::endpoint& control) {
  const auto state = control::service::ensure_demo(context, settings.data_folder,
                                                   {settings.people.password_passes, settings.people.password_memory});
  if (!state) {
    for (const diagnostic& each : state.error().mistakes) log::error("demo", each.where + " " + each.detail);
    log::error("demo", "the demo could not be made: " + state.error().detail);
    return;
  }
  const control::domain::principal admin{
      std::string{control::store::first_user_name}, control::domain::platform_role::admin, {}};
  const control::service::deployment_service deployments{context};
  for (const std::string& id : {state->public_deployment, state->private_deployment}) {
    for (;;) {
      const auto view = deployments.get(admin, id);
      if (!view) return;
      using control::domain::deployment_phase;
      if (view->status.phase == deployment_phase::deployed) break;
      if (view->status.phase == deployment_phase::failed || view->status.phase == deployment_phase::stopped) {
        log::warning("demo", view->status.message, {{"deployment", id}});
        return;
      }
      std::unique_lock lock{mutex_};
      if (ended_.wait_for(lock, poll, [this] { return ending_; })) return;
    }
  }
  print_demo(*state, settings, prediction, control);
}

}  // namespace modelgate
