#include "gateway/server/explanation.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace modelgate::server {

std::string_view explain(http::reason why) noexcept {
  switch (why) {
    case http::reason::request_timeout:
      return "the request body came too slowly; send it faster or in smaller parts";
    case http::reason::body_too_large:
      return "the request body is larger than this deployment accepts (maxBodyBytes)";
    case http::reason::bad_request:
      return "the chunked coding of the request body is broken";
    case http::reason::misdirected:
      return "this connection was opened for another server name; open one for the host of the request";
    case http::reason::upstream_connect:
      return "the model's replica does not accept connections; it may be restarting, try again";
    case http::reason::upstream_reset:
      return "the model's replica closed the connection before it answered; see the deployment's log";
    case http::reason::upstream_invalid:
      return "the model's replica answered with something that is not valid HTTP";
    case http::reason::upstream_timeout:
      return "the model did not answer in time; a longer timeout can be set on the deployment, or asked for in "
             "X-Request-Timeout up to that";
    case http::reason::queue_full:
      return "every replica is busy and the queue of this deployment is full (maxQueue); try again, or add replicas";
    case http::reason::queue_timeout:
      return "no replica was free in time (queueTimeout); try again, or add replicas";
    case http::reason::draining:
      return "this modelgate is ending and the request took longer than it can wait (timeouts.drain); try again";
    case http::reason::overloaded:
      return "too many bytes of other requests are waiting here (limits.memory_bytes); try again";
    case http::reason::auth_busy:
      return "this password was imported and never used here, and too many such are being checked "
             "(limits.imported_password_waiting, timeouts.imported_password); try again in a moment";
    case http::reason::no_ready_replica:
      return "no replica of this deployment is ready; see the deployment's status, or try again";
    default:
      return "the request could not be served";
  }
}

std::string_view explain(const proxy::exchange_result& ended) noexcept {
  const bool was_dispatched = ended.upstream_latency.has_value();
  if (ended.why == http::reason::upstream_timeout && !was_dispatched) {
    return "no replica was free before the time of the request was over; a longer timeout can be set on the "
           "deployment, or add replicas";
  }
  if (ended.was_contended) {
    return "other requests wait for this model, and the request body came too slowly for that "
           "(timeouts.contended_min_rate); send it faster or in smaller parts";
  }
  return explain(ended.why);
}

std::string_view explain(metrics::limit_scope whose, metrics::limit_kind what) noexcept {
  static constexpr std::array<std::array<std::string_view, metrics::limit_kinds>, metrics::limit_scopes> texts{{
      {"this client sends more requests a second than it may (limits.perClient.requestsPerSecond); slow down",
       "this client has as many requests under way as it may (limits.perClient.concurrent); wait for an answer"},
      {"this deployment is sent more requests a second than it may be (limits.requestsPerSecond); slow down",
       "this deployment has as many requests under way as it may (limits.concurrent); wait for an answer"},
      {"this deployment's group is sent more requests a second than it may be (its limits.requestsPerSecond); slow "
       "down",
       "this deployment's group has as many requests under way as it may (its limits.concurrent); wait for an answer"},
  }};
  return texts[static_cast<std::size_t>(whose)][static_cast<std::size_t>(what)];
}

void append_timing(std::string& out, const proxy::exchange_result& ended, std::chrono::nanoseconds total) {
  const auto seconds = [](std::chrono::nanoseconds time) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.3f s", static_cast<double>(time.count()) / 1e9);
    return std::string(text.data(), static_cast<std::size_t>(std::max(0, size)));
  };
  // The parts make up the whole, whatever a first try at another replica took.
  std::chrono::nanoseconds model{0};
  if (ended.upstream_latency) model = std::max(model, total - ended.queued - ended.connecting);
  out += " (of " + seconds(total) + " it waited " + seconds(ended.queued) + " for a free replica, "
         + seconds(ended.connecting) + " for the connection and " + seconds(model) + " for the model)";
}

}  // namespace modelgate::server
