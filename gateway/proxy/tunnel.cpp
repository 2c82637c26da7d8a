#include "gateway/proxy/tunnel.hpp"

#include <limits>
#include <utility>

namespace modelgate::proxy {
namespace {

using relay_status = body_relay::status;

constexpr http::body_framing until_close{http::body_kind::until_close, 0};
constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

}  // namespace

tunnel::tunnel(worker_context& worker, client_side client, net::byte_stream& upstream, std::string& kept_upload,
               std::string& kept_download)
    : worker_{worker},
      client_{client},
      upstream_{upstream},
      kept_upload_{kept_upload},
      kept_download_{kept_download},
      upload_{kept_upload, until_close, body_coding::as_is, unlimited},
      download_{kept_download, until_close, body_coding::as_is, unlimited},
      fsm_{steady_clock::now(), worker.settings.stream_idle, worker.settings.tunnel_life} {
  worker_.stats.tunnels_open.add();
}

tunnel::~tunnel() {
  worker_.memory_in_use -= kept_bytes_;
  worker_.stats.tunnels_open.subtract();
}

void tunnel::start(std::string_view head, std::string_view early) {
  download_.set_head(head);
  ended_at_start_ =
      judge(download_.pump_from_scratch(early, upstream_, client_.stream, worker_.scratch), side::replica);
}

net::task_of<tunnel::outcome> tunnel::run() {
  verdict ended = ended_at_start_;
  while (!ended) {
    if (worker_.cutting) {
      ended = outcome::drained;
      break;
    }
    ended = step();
    account();
    if (ended) break;
    const steady_time now = steady_clock::now();
    fsm_.on_moved(upload_.payload_bytes() + upload_.bytes_sent() + download_.payload_bytes() + download_.bytes_sent(),
                  now);
    ended = fsm_.on_time(now);
    if (ended) break;
    if (std::exchange(wants_turn_, false)) {
      co_await worker_.loop.yield_turn();
      continue;
    }
    worker_.wheel.set(client_.timer, fsm_.due());
    co_await client_.signal.wait();
    worker_.wheel.clear(client_.timer);
  }
  worker_.stats.tunnels[static_cast<std::size_t>(*ended)].add();
  co_return *ended;
}

tunnel::verdict tunnel::step() {
  if (!upload_.sent_all()) {
    const verdict ended = judge(upload_.pump(client_.input, client_.stream, upstream_, worker_.scratch), side::client);
    if (ended) return ended;
  }
  if (download_.sent_all()) return {};
  return judge(download_.pump_from_scratch({}, upstream_, client_.stream, worker_.scratch), side::replica);
}

tunnel::verdict tunnel::judge(relay_status status, side from) {
  const side to = from == side::client ? side::replica : side::client;
  switch (status) {
    case relay_status::wants_input:
    case relay_status::wants_output:
      return {};
    case relay_status::wants_turn:
      wants_turn_ = true;
      return {};
    case relay_status::finished:
      (to == side::client ? client_.stream : upstream_).shutdown_send();
      return fsm_.on_said_all(from);
    case relay_status::sink_failed:
      return tunnel_fsm::on_lost(to);
    case relay_status::source_ended:
    case relay_status::source_failed:
    case relay_status::malformed:
    case relay_status::too_large:
      return tunnel_fsm::on_lost(from);
  }
  return {};
}

/// What moved and what is kept for a slow end, for the metrics and the memory limit.
void tunnel::account() noexcept {
  const auto count = [this](metrics::tunnel_direction way, const body_relay& relay, std::uint64_t& counted) {
    worker_.stats.tunnel_bytes[static_cast<std::size_t>(way)].add(relay.payload_bytes() - counted);
    counted = relay.payload_bytes();
  };
  count(metrics::tunnel_direction::upstream, upload_, upload_counted_);
  count(metrics::tunnel_direction::downstream, download_, download_counted_);
  const std::size_t kept = kept_upload_.size() + kept_download_.size();
  worker_.memory_in_use += kept - kept_bytes_;
  kept_bytes_ = kept;
}

}  // namespace modelgate::proxy
