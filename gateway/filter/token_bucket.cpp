#include "gateway/filter/token_bucket.hpp"

#include <algorithm>

namespace modelgate::filter {
namespace {

constexpr std::int64_t picoseconds_of_a_millirequest = 1'000'000'000'000;  // a second, over a thousandth of a request

std::int64_t to_count(steady_time time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

/// Tokens in a bucket that lacks `missing` nanoseconds to be full.
std::uint32_t left_of(std::int64_t missing, const token_rate& rate) noexcept {
  const std::int64_t interval = rate.interval.count();
  const std::int64_t taken = (missing + interval - 1) / interval;
  return taken >= rate.burst ? 0 : rate.burst - static_cast<std::uint32_t>(taken);
}

}  // namespace

token_rate::token_rate(const config::traffic_limit& limit) noexcept {
  if (limit.millirequests_per_second == 0) return;
  const auto rate = static_cast<std::int64_t>(limit.millirequests_per_second);
  interval = std::chrono::nanoseconds{std::max<std::int64_t>(1, picoseconds_of_a_millirequest / rate)};
  burst = std::max<std::uint32_t>(1, limit.burst);
}

std::uint32_t token_bucket::take(std::uint32_t most, const token_rate& rate, steady_time now) noexcept {
  const std::int64_t time = to_count(now);
  std::int64_t seen = full_at_.load(std::memory_order_relaxed);
  for (;;) {
    const std::int64_t from = std::max(seen, time);
    const std::uint32_t taken = std::min(most, left_of(from - time, rate));
    if (taken == 0) return 0;
    const std::int64_t next = from + taken * rate.interval.count();
    if (full_at_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return taken;
  }
}

void token_bucket::give_back(const token_rate& rate) noexcept {
  full_at_.fetch_sub(rate.interval.count(), std::memory_order_relaxed);
}

token_bucket::reading token_bucket::read(const token_rate& rate, steady_time now) const noexcept {
  const std::int64_t missing = std::max<std::int64_t>(0, full_at_.load(std::memory_order_relaxed) - to_count(now));
  reading seen;
  seen.left = left_of(missing, rate);
  seen.until_full = std::chrono::nanoseconds{missing};
  if (seen.left == 0) {
    seen.until_next = std::chrono::nanoseconds{missing} - (rate.burst - 1) * rate.interval;
  }
  return seen;
}

void token_bucket::change_rate(const token_rate& before, const token_rate& after, steady_time now) noexcept {
  if (!before.bounds() || !after.bounds()) return;
  const std::int64_t time = to_count(now);
  std::int64_t seen = full_at_.load(std::memory_order_relaxed);
  std::int64_t next = 0;
  do {
    // Whole tokens and the part of one that has come by now, each at the new interval.
    const std::int64_t missing = std::max<std::int64_t>(0, seen - time);
    const std::int64_t tokens = std::min<std::int64_t>(missing / before.interval.count(), after.burst);
    const double part =
        static_cast<double>(missing % before.interval.count()) / static_cast<double>(before.interval.count());
    next = time + tokens * after.interval.count()
           + static_cast<std::int64_t>(part * static_cast<double>(after.interval.count()));
  } while (!full_at_.compare_exchange_weak(seen, next, std::memory_order_relaxed));
}

}  // namespace modelgate::filter
