#include "gateway/filter/traffic_meter.hpp"

#include <algorithm>

namespace modelgate::filter {

traffic_meter::traffic_meter(const config::traffic_limit& limit, std::size_t workers)
    : limit_{limit}, rate_{limit}, counts_{std::make_shared<counts>(workers)}, lease_size_{lease_size()} {}

traffic_meter::traffic_meter(const config::traffic_limit& limit, const traffic_meter& before, steady_time now)
    : limit_{limit}, rate_{limit}, counts_{before.counts_}, lease_size_{lease_size()} {
  counts_->bucket.change_rate(before.rate_, rate_, now);
}

std::uint32_t traffic_meter::lease_size() const noexcept {
  if (!rate_.bounds()) return 1;
  const auto in_time = static_cast<std::uint64_t>(lease_time / rate_.interval);
  const std::uint64_t share = rate_.burst / (8 * std::max<std::size_t>(1, counts_->leases.size()));
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, std::min(in_time, share)));
}

bool traffic_meter::try_enter() noexcept {
  std::uint32_t seen = in_flight();
  while (seen < limit_.concurrent) {
    if (counts_->in_flight.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

bool traffic_meter::try_take(std::size_t worker, steady_time now) noexcept {
  lease& own = counts_->leases[worker];
  if (own.rate != rate_) own = {rate_, 0};
  if (own.tokens == 0) own.tokens = counts_->bucket.take(lease_size_, rate_, now);
  if (own.tokens == 0) return false;
  --own.tokens;
  return true;
}

void traffic_meter::put_back(std::size_t worker) noexcept {
  // A lease holds no more than was borrowed: other workers would wait for what this one may never use.
  lease& own = counts_->leases[worker];
  if (own.rate == rate_ && own.tokens + 1 < lease_size_)
    ++own.tokens;
  else
    counts_->bucket.give_back(rate_);
}

token_bucket::reading traffic_meter::read(std::size_t worker, steady_time now) const noexcept {
  token_bucket::reading seen = counts_->bucket.read(rate_, now);
  const lease& own = counts_->leases[worker];
  if (own.rate == rate_ && own.tokens > 0) {
    seen.left += own.tokens;
    seen.until_next = {};
  }
  return seen;
}

}  // namespace modelgate::filter
