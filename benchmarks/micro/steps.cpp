#include "benchmarks/micro/steps.hpp"

#include "benchmarks/micro/request_text.hpp"
#include "gateway/filter/authentication.hpp"
#include "gateway/proxy/forwarding.hpp"

#include "modelgate/base/trace_context.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::benchmarks {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t deployments = 1'000;
constexpr std::string_view id = "deployment-500";
constexpr std::uint64_t minute = 30'000'000;

crypto::token_key fixed_key() {
  std::array<std::uint8_t, crypto::token_key::size> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return crypto::token_key{bytes};
}

routing::route_table make_routes(const crypto::token_key& key) {
  config::snapshot made;
  made.generation = 1;
  for (std::size_t i = 0; i < deployments; ++i) {
    auto deployment = std::make_shared<config::deployment_config>();
    deployment->id = "deployment-" + std::to_string(i);
    deployment->access = config::access_type::clients;
    for (const char* name : {"first", "second", "third"})
      deployment->clients.push_back({name, key.hash(deployment->id + name), std::nullopt});
    if (deployment->id == id) deployment->clients.push_back({std::string{client_name}, key.hash(token), std::nullopt});
    made.deployments.push_back(std::move(deployment));
  }
  return {std::make_shared<const config::snapshot>(std::move(made)), {}, 1};
}

std::vector<upstream::endpoint_ptr> make_replicas() {
  std::vector<upstream::endpoint_ptr> made;
  for (std::uint16_t i = 1; i <= 4; ++i) {
    config::endpoint_config replica;
    replica.replica = std::string{id} + "-r1-" + std::to_string(i);
    replica.address = {"127.0.0.1", static_cast<std::uint16_t>(9'000 + i)};
    made.push_back(std::make_shared<upstream::endpoint>(replica, metrics::model_index{0}, 8U));
  }
  return made;
}

template <class Result>
auto value_of(Result&& found) {
  if (!found) throw std::logic_error{"the benchmark's own message was refused"};
  return *std::forward<Result>(found);
}

}  // namespace

steps::steps() : key_{fixed_key()}, request_{request_text(id)}, answer_{answer_text()}, routes_{make_routes(key_)} {
  const auto replicas = make_replicas();
  queue_->update(replicas, true, now_);
  cluster_.update(replicas);
  for (const step& each : all_steps) (this->*each.run)();
  if (client_ == nullptr || !match_.found) throw std::logic_error{"the benchmark's own request is not let in"};
}

void steps::parse_request_head() {
  const auto extent = value_of(value_of(http::find_head(request_, http::head_limits{}.bytes)));
  const std::string_view bytes = std::string_view{request_}.substr(extent.skipped, extent.size);
  if (!http::parse_request_head(bytes, {}, head_)) throw std::logic_error{"no head"};
  framing_ = value_of(http::frame_request(head_));
  target_ = value_of(http::normalise_target(framing_.origin_form, target_text_));
}

void steps::identify_request() {
  filter::identify(head_, ids_, request_ids_);
  trace_ = filter::trace(head_, ids_, filter::sample_rate{});
}

void steps::find_route() {
  const routing::split_path path = routing::split_request_path(target_.path);
  place_ = routes_.find(path.deployment.id);
  match_ = routing::match_route(routes_.at(place_).deployment().serving.protocol, path.deployment.rest);
  match_.found = match_.found && routing::method_is_allowed(match_, head_.verb);
}

void steps::check_token() {
  const filter::presented_credential credential{head_};
  client_ = routes_.at(place_).find_client(key_.hash(credential.token()));
  filter::client_view seen;
  if (client_ != nullptr) seen = {true, client_->name, false};
  if (!filter::judge(credential, seen).passed) client_ = nullptr;
}

void steps::recall_token() {
  const std::string_view shown = filter::shown_credential(head_);
  const routing::route& route = routes_.at(place_);
  const routing::route_client* known = memo_.recall(route, shown);
  if (known == nullptr) memo_.keep(route, shown, *client_);  // the first time
}

void steps::write_request_head() {
  proxy::upstream_request out;
  out.path = match_.upstream_path;
  out.query = target_.query;
  out.has_query = target_.has_query;
  out.original_host = framing_.host;
  out.client_address = "127.0.0.1";
  out.request_id = request_ids_.request_id;
  out.puid = request_ids_.puid;
  const traceparent_text parent = format_traceparent({trace_.id, trace_.upstream, trace_.sampled});
  out.traceparent = {parent.data(), parent.size()};
  out.user = client_name;
  out.body = framing_.body;
  line_.clear();
  proxy::append_request_line(line_, head_, out);
  fields_.clear();
  proxy::append_request_fields(fields_, head_, out);
}

void steps::pick_replica() {
  now_ += 1ms;
  upstream::cluster::choice chosen = cluster_.pick(nullptr, now_);
  chosen.taken.count_try(200, 900us);
  chosen.taken.record(1ms, now_);
}

void steps::parse_answer_head() {
  const auto extent = value_of(value_of(http::find_head(answer_, http::head_limits{}.bytes)));
  if (!http::parse_response_head(std::string_view{answer_}.substr(extent.skipped, extent.size), {}, answer_head_))
    throw std::logic_error{"no head"};
  answer_framing_ = value_of(http::frame_response(answer_head_, false));
}

void steps::write_answer_head() {
  proxy::downstream_response out;
  out.request_id = request_ids_.request_id;
  out.puid = request_ids_.puid;
  out.date = "Fri, 27 Nov 2026 12:00:00 GMT";
  out.add_seldon_fields = true;
  out.add_cors = true;
  out.body = answer_framing_.body;
  answer_out_.clear();
  proxy::append_response_head(answer_out_, answer_head_, out);
}

void steps::count_request() {
  routing::client_tally& tally = client_->usage->count(0, minute);
  metrics::worker_deployment_stats& counted = stats_.of_worker(0);
  counted.authenticated.add();
  worker_.requests_in_flight.add();
  counted.traffic.in_flight.add();
  tally.in_flight.add();
  counted.traffic.request_body_bytes.add(framing_.body.size);
  worker_.request_body_bytes.add(framing_.body.size);
  worker_.upstream_reuses.add();
  counted.traffic.response_body_bytes.add(answer_framing_.body.size);
  worker_.response_body_bytes.add(answer_framing_.body.size);
  worker_.requests_in_flight.subtract();
  counted.traffic.in_flight.subtract();
  tally.in_flight.subtract();
  counted.client.record({}, 1ms);
  counted.server.record({}, 1ms);
  tally.answered(200, 1ms);
  counted.latency.record(1ms);
  counted.first_byte.record(1ms);
  counted.overhead.record(20us);
  stats_.answers().remember(request_ids_.puid, {});
}

}  // namespace modelgate::benchmarks
