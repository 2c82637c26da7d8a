#include "gateway/inside_predictions.hpp"

#include "modelgate/base/base64.hpp"
#include "modelgate/base/errc.hpp"
#include "modelgate/http/reason.hpp"
#include "modelgate/http_io/client.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate {
namespace {

using control::service::failure;
using control::service::prediction_call;
using control::service::prediction_reply;
using control::service::service_error;

/// The gateway's own 504 is worth more than ours, so it has the time to come.
constexpr std::chrono::milliseconds patience_beyond{2'000};
/// What is left to do when its answer is here.
constexpr std::chrono::milliseconds patience_with_trail{5'000};

std::string basic(const prediction_call& call) {
  const crypto::secret pair{call.client + ":" + std::string{call.client_token.reveal()}};
  return "Basic " + base64(pair.reveal());
}

http_io::client_request request_of(const prediction_call& call, std::chrono::milliseconds timeout, std::size_t most) {
  http_io::client_request request;
  request.method = "POST";
  request.target = "/deployment/" + call.deployment + "/" + call.path;
  request.fields.add("Host", "localhost");
  request.fields.add("Content-Type", call.content_type);
  request.fields.add("X-Request-Id", call.from.request_id);
  request.fields.add("X-Request-Timeout", std::to_string(timeout.count()) + "ms");
  if (!call.client.empty()) request.fields.add("Authorization", basic(call));
  request.body = call.body;
  request.max_response_bytes = most;
  return request;
}

std::string too_large(std::size_t most) {
  return "the answer is larger than the " + std::to_string(most) + " bytes that are shown here (limits.try_it_bytes)";
}

std::string explain(const error_code& problem, std::size_t most) {
  if (problem == make_error_code(errc::body_too_large)) return too_large(most);
  if (problem == make_error_code(errc::http_response_timeout))
    return "the answer did not end in time (timeouts.try_it)";
  return "the answer ended before it was complete";
}

/// Errors: absent when the gateway ended without telling.
std::optional<config::call_trail> take(std::future<config::call_trail>& trail) {
  if (trail.wait_for(patience_with_trail) != std::future_status::ready) return std::nullopt;
  try {
    return trail.get();
  } catch (const std::future_error&) {  // its session never came to a request
    return std::nullopt;
  }
}

}  // namespace

control::service::answer<prediction_reply> inside_predictions::run(const prediction_call& call) {
  const auto settings = live_.now();
  struct place {
    std::atomic<std::size_t>& count;
    const std::size_t before = count.fetch_add(1, std::memory_order_relaxed);
    ~place() { count.fetch_sub(1, std::memory_order_relaxed); }
  } const taken{under_way_};
  const auto busy = [](const char* why) {
    service_error error{failure::busy, why};
    error.retry_after = std::chrono::seconds{1};
    return error;
  };
  if (taken.before >= settings->limits.try_it_requests)
    return busy("as many deployments are being tried as are at a time (limits.try_it_requests); try again");

  const auto told = std::make_shared<std::promise<config::call_trail>>();
  std::future<config::call_trail> trail = told->get_future();
  const auto socket = through_.open_inside(std::make_shared<const config::inside_caller>(config::inside_caller{
      "user:" + call.user, call.from.peer, [told](config::call_trail of) { told->set_value(std::move(of)); }}));
  if (!socket) return busy("there are too many open files for another connection; try again");
  const std::chrono::milliseconds timeout = settings->timeouts.try_it;
  const std::size_t most = settings->limits.try_it_bytes;
  std::string shown;  // of a good answer; another one is held as a whole
  bool is_cut = false;
  const auto show = [&](std::string_view piece) {
    const std::size_t room = most - shown.size();
    shown.append(piece.substr(0, room));
    is_cut = piece.size() > room;
    return !is_cut;
  };
  auto answer = http_io::fetch_over(*socket, request_of(call, timeout, most), timeout + patience_beyond, show);

  prediction_reply reply;
  if (auto known = take(trail)) reply.trail = *std::move(known);
  reply.body = std::move(shown);
  const bool left = reply.trail.status == http::status_of(http::reason::client_closed);
  if (left) reply.trail.reason.clear();  // it was we who went, and why stands in the error
  if (!answer) {
    if (answer.error() == make_error_code(errc::connection_terminated) && reply.trail.status == 0)
      return busy("the gateway takes no more requests now; try again");
    if (!left) reply.status = reply.trail.status;
    reply.error = explain(answer.error(), most);
    return reply;
  }
  reply.status = answer->status;
  reply.fields = answer->fields.entries();
  if (reply.body.empty()) reply.body = std::move(answer->body);
  if (is_cut) reply.error = too_large(most);
  if (!reply.trail.reason.empty() && !reply.trail.by_gateway) reply.error = "the answer ended before it was complete";
  return reply;
}

}  // namespace modelgate
