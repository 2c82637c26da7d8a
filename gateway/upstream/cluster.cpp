#include "gateway/upstream/cluster.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::upstream {

cluster::~cluster() {
  for (connection_pool& pool : pools_) pool.close_all();
}

void cluster::update(std::span<const endpoint_ptr> endpoints) {
  std::vector<connection_pool> pools;
  pools.reserve(endpoints.size());
  for (const endpoint_ptr& next : endpoints) {
    connection_pool* before = pool_of(*next);
    if (before != nullptr)
      pools.push_back(std::exchange(*before, connection_pool{0, {}}));
    else
      pools.emplace_back(settings_.pool_connections, settings_.upstream_idle);
  }
  for (connection_pool& left : pools_) left.close_all();
  pools_ = std::move(pools);
  endpoints_.assign(endpoints.begin(), endpoints.end());
}

net::stream_ptr cluster::take_connection(const endpoint& to, steady_time now) {
  connection_pool* pool = pool_of(to);
  return pool == nullptr ? nullptr : pool->take(now);
}

void cluster::keep_connection(const endpoint& to, net::stream_ptr stream, steady_time now) {
  connection_pool* pool = pool_of(to);
  if (pool != nullptr)
    pool->put(std::move(stream), now);
  else
    stream->close();
}

void cluster::close_idle(steady_time now) {
  for (connection_pool& pool : pools_) pool.close_idle(now);
}

bool cluster::has_no_connections() const noexcept {
  return std::all_of(pools_.begin(), pools_.end(), [](const connection_pool& pool) { return pool.empty(); });
}

connection_pool* cluster::pool_of(const endpoint& to) noexcept {
  const auto found =
      std::find_if(endpoints_.begin(), endpoints_.end(), [&](const endpoint_ptr& each) { return each.get() == &to; });
  return found == endpoints_.end() ? nullptr : &pools_[static_cast<std::size_t>(found - endpoints_.begin())];
}

}  // namespace modelgate::upstream
