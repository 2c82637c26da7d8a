#pragma once

#include "control/api/events/event_hub.hpp"
#include "control/api/rest/endpoint_url.hpp"
#include "control/api/rest/route_table.hpp"
#include "control/domain/deployment_document.hpp"
#include "control/service/audit_trail.hpp"
#include "control/service/chart_recorder.hpp"
#include "control/service/idempotency.hpp"
#include "control/service/secret_vault.hpp"
#include "control/service/service_context.hpp"
#include "control/service/sign_in.hpp"
#include "control/service/watch_service.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/http_io/message.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace modelgate::control::rest {

/// What views of deployments take from the config file.
struct view_settings {
  std::string public_url;  ///< where applications find the prediction port; empty: the caller's host name and the port
  domain::serving_defaults serving;
  std::string grafana_url = {};  ///< of a deployment's dashboard, with "{id}" where its id stands; empty: there is none
  std::string own_url = {};  ///< where callers find the control port; empty: their host name, and whether it speaks TLS
};

struct rest_options {
  std::string version;  ///< of this program
  prediction_address prediction;
  /// What holds now; asked for each answer, any-thread.
  std::function<view_settings()> view = [] { return view_settings{}; };
  /// How long and how many answers of requests with an Idempotency-Key are kept; asked like `view`.
  std::function<service::idempotency_limits()> idempotency = [] { return service::idempotency_limits{}; };
  /// Of logins, sessions and passwords, and of what is kept of changes; asked like `view`.
  std::function<config::people_settings()> people = [] { return config::people_settings{}; };
  std::function<config::audit_settings()> audit = [] { return config::audit_settings{}; };
  /// Of one GraphQL request; asked like `view`.
  std::function<config::graphql_settings()> graphql = [] { return config::graphql_settings{}; };
  std::size_t chart_bytes = service::chart_history::default_bytes;
  std::chrono::milliseconds chart_step{10'000};  ///< of the charts of the last hour (360 steps)
  bool secure = false;                           ///< the port speaks TLS, so that cookies are for TLS only
  /// Likewise; what listeners to events are granted.
  std::function<events::event_settings()> listening = [] { return events::event_settings{}; };
  /// How long who follows a log hears nothing before he is sent an empty line; asked like `view`.
  std::function<std::chrono::milliseconds()> log_heartbeat = [] { return std::chrono::seconds{15}; };
  /// What people's browsers get elsewhere than under /api/v1: pages, and files of them. Absent: nothing is there. Any-thread.
  std::function<std::optional<http_io::response>(const http_io::request&)> pages =
      [](const http_io::request&) -> std::optional<http_io::response> { return std::nullopt; };
  /// Why the program is not ready to serve; empty when it is. Any-thread.
  std::function<std::string()> not_ready_because;
};

/// The REST API under /api/v1, and the paths by which others learn whether the program is well.
///
/// Shape:  a request_handler of http_io::server, as std::ref; any-thread. Refers to the context and the vault, which must outlive it.
/// Errors: every refusal is an application/problem+json with the request's id.
class rest_api {
 public:
  rest_api(const service::service_context& context, service::secret_vault& vault, rest_options options);
  rest_api(const rest_api&) = delete;
  rest_api& operator=(const rest_api&) = delete;

  [[nodiscard]] http_io::response operator()(const http_io::request& request);

  /// What has to be done now and then, on a thread that may wait.
  void do_chores();
  /// When tokens and sessions were last used; also to be stored before the process ends.
  void store_last_use() { logins_.store_last_use(); }

  /// Whoever knows that something may have changed tells it; the composition root starts and stops it.
  [[nodiscard]] events::event_hub& hub() noexcept { return hub_; }
  /// The composition root starts and stops it as well.
  [[nodiscard]] service::chart_recorder& charts() noexcept { return charts_; }
  [[nodiscard]] const route_table& routes() const noexcept { return routes_; }
  /// For APIs beside this one: who asks, and what is kept of changes, there is once.
  [[nodiscard]] service::sign_in& logins() noexcept { return logins_; }
  [[nodiscard]] service::audit_trail& trail() noexcept { return trail_; }
  [[nodiscard]] const rest_options& options() const noexcept { return options_; }

 private:
  [[nodiscard]] outcome answer_health(const http_io::request& request) const;
  [[nodiscard]] outcome answer_page(const http_io::request& request) const;
  [[nodiscard]] outcome answer_api(const http_io::request& request, const std::string& request_id);
  [[nodiscard]] outcome answer_call(const route_table::match& to, call of);
  [[nodiscard]] outcome answer_change(const route_table::match& to, call of);
  [[nodiscard]] outcome log_in(const call& of);
  [[nodiscard]] service::answer<domain::principal> who_asks(const http_io::request& request);

  const service::service_context& context_;
  rest_options options_;
  service::idempotency idempotency_;
  service::sign_in logins_;
  service::audit_trail trail_;
  service::watch_service watch_;  ///< on the thread of `hub_`
  events::event_hub hub_;
  service::chart_recorder charts_;
  route_table routes_;
};

}  // namespace modelgate::control::rest
