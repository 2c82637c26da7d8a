// Clients whose passwords came from another server: found by name, and once each compared with a hash that is slow on purpose.
#include "gateway/server/explanation.hpp"
#include "gateway/server/session.hpp"

namespace modelgate::server {
namespace {

constexpr std::chrono::seconds retry_after_busy{1};

}  // namespace

const routing::route_client* session::find_by_password(const routing::route& route,
                                                       const filter::presented_credential& credential,
                                                       const crypto::token_digest& digest, request& req) {
  if (credential.kind() != filter::presented_credential::scheme::basic) return nullptr;
  const routing::route_password* password = route.find_password(credential.name());
  if (password == nullptr) return nullptr;
  if (const auto* client = password->client_with(digest)) return client;
  if (!password->unproven || password->unproven->proven() != nullptr || req.was_checked) return nullptr;
  const auto expires = password->client->expires_at;
  if (expires && *expires <= system_clock::now()) return nullptr;  // whatever it is, it does not hold
  req.check = std::make_shared<filter::password_check>(route.deployment().id, password->unproven, digest,
                                                       credential.token(), worker_.context().executor, signal_);
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
  if (!stream_->is_open()) co_return next_step::close;

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
