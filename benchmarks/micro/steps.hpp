#pragma once

#include "gateway/filter/request_id.hpp"
#include "gateway/filter/request_trace.hpp"
#include "gateway/routing/credential_memo.hpp"
#include "gateway/routing/route_match.hpp"
#include "gateway/routing/route_table.hpp"
#include "gateway/upstream/cluster.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/ids.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/token.hpp"
#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/http/target.hpp"
#include "modelgate/metrics/deployment_stats.hpp"
#include "modelgate/metrics/gateway_stats.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace modelgate::benchmarks {

/// The steps of one prediction as a worker takes them, each by itself and over the same bytes every time: a POST with a
/// client's token to one of 1,000 private deployments of four replicas, and its answer. Nothing is random, no clock is
/// read, so that a step takes the same instructions each time.
///
/// Shape: one thread.
class steps {
 public:
  steps();

  void parse_request_head();  ///< find its end, parse, decide the framing, normalise the target
  void identify_request();    ///< ids and trace, made anew
  void find_route();          ///< split the path, find the deployment, match the rest
  void check_token();         ///< decode, hash, find the client, judge
  void recall_token();        ///< the same for a connection that has shown it before
  void write_request_head();  ///< for the replica
  void pick_replica();        ///< choose, take the slot, record, give it back
  void parse_answer_head();   ///< find its end, parse, decide the framing
  void write_answer_head();   ///< for the client
  void count_request();       ///< every counter and histogram that one prediction moves

 private:
  crypto::token_key key_;
  std::string request_;
  std::string answer_;
  http::request_head head_;
  http::request_framing framing_;
  std::string target_text_;
  http::normal_target target_;
  http::response_head answer_head_;
  http::response_framing answer_framing_;
  id_generator ids_{std::array<std::uint64_t, 4>{1, 2, 3, 4}};
  filter::request_ids request_ids_;
  filter::request_trace trace_;
  routing::route_table routes_;
  std::uint32_t place_ = 0;
  routing::route_match match_;
  const routing::route_client* client_ = nullptr;
  routing::credential_memo memo_;
  std::string line_;
  std::string fields_;
  std::string answer_out_;
  std::shared_ptr<upstream::dispatch_queue> queue_ = std::make_shared<upstream::dispatch_queue>();
  upstream::cluster cluster_{{}, queue_};
  steady_time now_{std::chrono::hours{1}};
  metrics::worker_stats worker_;
  metrics::deployment_stats stats_{"deployment-500", 1, config::metrics_settings{}.remembered_predictions};
};

struct step {
  const char* name;
  void (steps::*run)();
};

/// In the order in which a request takes them, which is the one that each needs what the others leave in.
inline constexpr std::array all_steps{step{"parse_request_head", &steps::parse_request_head},
                                      step{"identify_request", &steps::identify_request},
                                      step{"find_route", &steps::find_route},
                                      step{"check_token", &steps::check_token},
                                      step{"recall_token", &steps::recall_token},
                                      step{"write_request_head", &steps::write_request_head},
                                      step{"pick_replica", &steps::pick_replica},
                                      step{"parse_answer_head", &steps::parse_answer_head},
                                      step{"write_answer_head", &steps::write_answer_head},
                                      step{"count_request", &steps::count_request}};

}  // namespace modelgate::benchmarks
