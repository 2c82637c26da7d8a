// Who sends a request. Clients whose passwords came from another server are found by name, and once each compared with a hash that is
// slow on purpose.
#include "gateway/server/explanation.hpp"
#include "gateway/server/session.hpp"

#include "modelgate/net/tls_channel.hpp"

namespace modelgate::server {
namespace {

constexpr std::chrono::seconds retry_after_busy{1};

bool has_expired(const routing::route_client& client, system_time now) noexcept {
  return client.expires_at && *client.expires_at <= now;
}

}  // namespace

std::optional<http::reason> session::authenticate(const routing::route& route, request& req) {
  const std::string_view shown = filter::shown_credential(worker_.context().request_head);
  const system_time now = worker_.context().wall_time(req.started);
  if (const auto* client = shown.empty() ? nullptr : memo_.recall(route, shown);
      client != nullptr && !has_expired(*client, now)) {
    use_client(*client, req, now);
    return std::nullopt;
  }
  const filter::presented_credential credential{worker_.context().request_head};
  filter::client_view view;
  const routing::route_client* client = nullptr;
  const bool has_token = credential.kind() == filter::presented_credential::scheme::basic
                         || credential.kind() == filter::presented_credential::scheme::bearer;
  if (inside_ && credential.kind() == filter::presented_credential::scheme::none) {
    req.user = inside_->user;
    trail_->person = inside_->user;
    return std::nullopt;
  }
  if (credential.kind() == filter::presented_credential::scheme::none && stream_->tls() != nullptr) {
    client = route.find_client(stream_->tls()->client_name());
    if (client != nullptr && !has_expired(*client, now)) {
      use_client(*client, req, now);
      return std::nullopt;
    }
  }
  if (has_token) {
    const crypto::token_digest digest = worker_.table().token_key->hash(credential.token());
    client = route.find_client(digest);
    if (client == nullptr) client = find_by_password(route, credential, digest, req);
    if (req.check) return std::nullopt;  // not known yet
    if (client != nullptr) view = {true, client->name, has_expired(*client, now)};
  }
  const filter::auth_verdict verdict = filter::judge(credential, view);
  if (!verdict.passed) {
    worker_.context().stats.auth_failures[static_cast<std::size_t>(verdict.failure)].add();
    return verdict.failure == metrics::auth_failure::missing ? http::reason::auth_required : http::reason::auth_failed;
  }
  memo_.keep(route, shown, *client);
  use_client(*client, req, now);
  return std::nullopt;
}

void session::use_client(const routing::route_client& client, request& req, system_time now) {
  req.user = client.name;
  req.client = client.place;
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch()).count();
  trail_->held = worker_.held();
  trail_->client = &client;
  trail_->tally = &client.usage->count(worker_.index(), static_cast<std::uint64_t>(minute));
}

const routing::route_client* session::find_by_password(const routing::route& route,
                                                       const filter::presented_credential& credential,
                                                       const crypto::token_digest& digest, request& req) {
  if (credential.kind() != filter::presented_credential::scheme::basic) return nullptr;
  const routing::route_password* password = route.find_password(credential.name());
  if (password == nullptr) return nullptr;
  if (const auto* client = password->client_with(digest)) return client;
  if (!password->unproven || password->unproven->proven() != nullptr || req.was_checked) return nullptr;
  if (has_expired(*password->client, system_clock::now())) return nullptr;  // whatever it is, it does not hold
  req.check = std::make_shared<filter::password_check>(route.deployment().id, password->unproven, digest,
                                                       credential.token(), worker_.loop(), signal_);
  return nullptr;
}

net::task_of<session::next_step> session::check_password(request& req, deployment_state_ptr state) {
  using verdict = filter::password_gate::verdict;
  filter::password_gate& gate = worker_.passwords();
  const filter::password_check_ptr check = std::move(req.check);
  verdict found = gate.join(check);
  const steady_time due = steady_clock::now() + gate.longest_wait();
  while (found == verdict::waiting) {
    const bool over = co_await wait_until(due);
    found = over ? gate.leave(*check) : gate.look(*check);
  }
  check->detach();
  if (!stream_->is_open()) {
    record(req, *state, http::status_of(http::reason::client_closed));
    co_return next_step::close;
  }

  // Others have used the worker's head meanwhile, and the deployment may have changed.
  const auto understood = understand(req.head, req);
  if (!understood) co_return co_await refuse(understood.error());
  if (found == verdict::busy) {
    co_return co_await reply(req, http::reason::auth_busy, explain(http::reason::auth_busy), std::move(state), {},
                             retry_after_busy);
  }
  req.was_checked = true;
  const routing::split_path path = routing::split_request_path(req.target.path);
  co_return co_await serve_deployment(req, path.deployment);
}

}  // namespace modelgate::server
