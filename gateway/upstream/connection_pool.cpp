#include "gateway/upstream/connection_pool.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::upstream {

net::stream_ptr connection_pool::take(steady_time now) {
  while (!idle_.empty()) {
    const idle_connection last = std::move(idle_.back());
    idle_.pop_back();
    // Servers close idle connections too, some after two seconds: what is close to that age is not worth the risk.
    if (now - last.since <= max_idle_ && last.stream->look() == net::byte_stream::peer_state::quiet) return last.stream;
    last.stream->close();
  }
  return nullptr;
}

void connection_pool::put(net::stream_ptr stream, steady_time now) {
  stream->set_owner(nullptr);
  if (idle_.size() >= limit_ || now < rests_until_) {
    stream->close();
    return;
  }
  idle_.push_back({std::move(stream), now});
}

void connection_pool::on_stale(steady_time now) noexcept {
  if (now > std::max(last_stale_, rests_until_) + remembered) stale_ = 0;
  last_stale_ = now;
  if (++stale_ <= forgiven) return;
  constexpr unsigned most_doublings = 6;
  rests_until_ = now + std::min(longest_rest, first_rest * (1U << std::min(stale_ - forgiven - 1, most_doublings)));
  close_all();
}

void connection_pool::close_idle(steady_time now) {
  const auto young = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const idle_connection& each) { return now - each.since <= max_idle_; });
  std::for_each(idle_.begin(), young, [](const idle_connection& each) { each.stream->close(); });
  idle_.erase(idle_.begin(), young);
}

void connection_pool::close_all() noexcept {
  for (const idle_connection& each : idle_) each.stream->close();
  idle_.clear();
}

}  // namespace modelgate::upstream
