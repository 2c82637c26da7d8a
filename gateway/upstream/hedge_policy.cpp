#include "gateway/upstream/hedge_policy.hpp"

#include <algorithm>
#include <bit>

namespace modelgate::upstream {
namespace {

constexpr unsigned unit_bits = 14;  // the finest bucket is 2^14 ns wide
constexpr unsigned step_bits = 3;

std::size_t bucket_of(std::chrono::nanoseconds time) noexcept {
  const std::uint64_t units = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count())) >> unit_bits;
  const unsigned width = static_cast<unsigned>(std::bit_width(units));
  const unsigned shift = width > step_bits + 1 ? width - step_bits - 1 : 0;
  return (static_cast<std::size_t>(shift) << step_bits) + static_cast<std::size_t>(units >> shift);
}

/// The end of a bucket: what comes later than that is slower than everything in it.
std::chrono::nanoseconds end_of(std::size_t bucket) noexcept {
  constexpr std::size_t steps = std::size_t{1} << step_bits;
  const std::size_t shift = bucket < 2 * steps ? 0 : bucket / steps - 1;
  const std::uint64_t units = bucket - shift * steps + 1;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(units << (shift + unit_bits))};
}

}  // namespace

void hedge_policy::on_request(std::size_t percent) noexcept {
  saved_ = std::min(saved_ + percent, most_saved * cost);
}

void hedge_policy::record(std::chrono::nanoseconds until_head) noexcept {
  ++counts_[std::min(bucket_of(until_head), counts_.size() - 1)];
  ++total_;
  if (++since_look_ >= look_every && total_ >= least_samples) look_again();
}

void hedge_policy::look_again() noexcept {
  since_look_ = 0;
  const std::uint32_t wanted = total_ - total_ / 20;
  std::uint32_t seen = 0;
  std::size_t bucket = 0;
  while (bucket < counts_.size() - 1 && (seen += counts_[bucket]) < wanted) ++bucket;
  delay_ = end_of(bucket);
  if (total_ < forget_at) return;
  total_ = 0;
  for (std::uint16_t& count : counts_) {
    count = static_cast<std::uint16_t>(count / 2);
    total_ += count;
  }
}

}  // namespace modelgate::upstream
