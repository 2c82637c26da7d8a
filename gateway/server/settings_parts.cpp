#include "gateway/server/settings_parts.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>

namespace modelgate::server {

worker_settings to_worker_settings(const config::settings& settings, std::size_t workers) {
  worker_settings made;
  made.proxy.head_limits = {settings.limits.head_bytes, settings.limits.head_fields, settings.limits.target_bytes};
  made.proxy.body_grace = settings.timeouts.body_grace;
  made.proxy.body_min_rate = settings.timeouts.body_min_rate;
  made.proxy.answer_min_rate = settings.timeouts.answer_min_rate;
  made.proxy.contended_grace = settings.timeouts.contended_grace;
  made.proxy.contended_min_rate = settings.timeouts.contended_min_rate;
  made.proxy.connect = settings.timeouts.connect;
  made.proxy.first_byte = settings.timeouts.first_byte;
  made.proxy.stream_idle = settings.timeouts.stream_idle;
  made.proxy.tunnel_life = settings.timeouts.tunnel_life;
  made.proxy.replica_doubt = settings.timeouts.replica_doubt;
  made.proxy.cancel_on_half_close = settings.prediction.cancel_on_half_close;
  made.proxy.cors = settings.prediction.cors;
  made.proxy.retry_body_bytes = settings.limits.retry_body_bytes;
  made.proxy.feedback_bytes = settings.limits.feedback_bytes;
  made.proxy.held_body_bytes = settings.limits.held_body_bytes;
  made.proxy.retry_percent = settings.limits.retry_percent;
  made.proxy.hedge_percent = settings.limits.hedge_percent;
  made.proxy.memory_bytes = static_cast<std::size_t>(settings.limits.memory_bytes) / workers;
  made.cluster.pool_connections = settings.limits.pool_connections;
  made.cluster.upstream_idle = settings.timeouts.upstream_idle;
  made.handshake = settings.timeouts.handshake;
  made.head = settings.timeouts.head;
  made.keep_alive = settings.timeouts.keep_alive;
  made.drain_idle = settings.timeouts.drain_idle;
  made.records.logs = !settings.access_log.path.empty();
  made.records.exports = !settings.tracing.otlp_endpoint.empty();
  made.records.logged = filter::sample_rate{settings.access_log.sample_rate};
  made.records.slow = settings.access_log.slow_request;
  made.traces = filter::sample_rate{settings.tracing.sample_rate};
  made.trusted_proxies = settings.prediction.trusted_proxies;
  return made;
}

connection_limits connection_limits_of(const config::settings& settings) {
  connection_limits made;
  made.connections = settings.limits.connections;
  made.per_address = settings.limits.connections_per_address;
  made.tunnels = settings.limits.tunnels;
  made.descriptors = SIZE_MAX;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
    made.descriptors = files.rlim_cur - std::min<rlim_t>(settings.limits.descriptor_headroom, files.rlim_cur / 4);
  return made;
}

filter::password_gate::limits password_limits_of(const config::settings& settings) {
  return {settings.limits.imported_password_checks, settings.limits.imported_password_waiting,
          settings.timeouts.imported_password};
}

upstream::ejection_rules to_ejection_rules(const config::health_settings& settings) {
  upstream::ejection_rules made;
  made.failures = settings.ejection_failures;
  made.latency_factor = settings.ejection_latency_factor;
  made.time = settings.ejection_time;
  made.time_max = settings.ejection_time_max;
  made.share = settings.ejected_share;
  return made;
}

}  // namespace modelgate::server
