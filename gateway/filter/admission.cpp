#include "gateway/filter/admission.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace modelgate::filter {
namespace {

std::chrono::seconds whole_seconds(std::chrono::nanoseconds wait) {
  return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(wait));
}

void append_field(std::string& out, std::string_view name, std::int64_t value) {
  std::array<char, 20> digits{};
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(name).append(digits.data(), end).append("\r\n");
}

}  // namespace

std::optional<limit_refusal> admission::enter(const traffic_limits_ptr& limits, std::size_t client, std::size_t worker,
                                              steady_time now, std::string& fields) {
  if (client < limits->clients.size()) meters_[0] = limits->clients[client].get();
  meters_[1] = limits->deployment.get();
  meters_[2] = limits->group.get();
  const auto refused = pass(worker, now);
  if (refused)
    leave();
  else if (std::any_of(meters_.begin(), meters_.end(), [](auto* each) { return each && each->bounds_concurrency(); }))
    kept_ = limits;

  const traffic_meter* tightest = nullptr;
  token_bucket::reading least;
  for (const traffic_meter* each : meters_) {
    if (each == nullptr || !each->bounds_rate()) continue;
    const token_bucket::reading seen = each->read(worker, now);
    if (tightest != nullptr && seen.left >= least.left) continue;
    tightest = each;
    least = seen;
  }
  if (tightest != nullptr) {
    append_field(fields, "RateLimit-Limit: ", tightest->limit().burst);
    append_field(fields, "RateLimit-Remaining: ", least.left);
    append_field(fields, "RateLimit-Reset: ", std::chrono::ceil<std::chrono::seconds>(least.until_full).count());
  }
  return refused;
}

/// Places first: they are given back whatever happens, a token would be lost to a request that finds no place.
std::optional<limit_refusal> admission::pass(std::size_t worker, steady_time now) {
  using metrics::limit_kind;
  using metrics::limit_scope;
  for (; entered_ < meters_.size(); ++entered_) {
    traffic_meter* meter = meters_[entered_];
    if (meter == nullptr || !meter->bounds_concurrency() || meter->try_enter()) continue;
    return limit_refusal{static_cast<limit_scope>(entered_), limit_kind::concurrency, std::chrono::seconds{1}};
  }
  for (std::size_t i = 0; i < meters_.size(); ++i) {
    if (meters_[i] == nullptr || !meters_[i]->bounds_rate() || meters_[i]->try_take(worker, now)) continue;
    for (std::size_t taken = 0; taken < i; ++taken) {
      if (meters_[taken] != nullptr && meters_[taken]->bounds_rate()) meters_[taken]->put_back(worker);
    }
    return limit_refusal{static_cast<limit_scope>(i), limit_kind::rate,
                         whole_seconds(meters_[i]->read(worker, now).until_next)};
  }
  return std::nullopt;
}

void admission::leave() noexcept {
  while (entered_ > 0) {
    traffic_meter* meter = meters_[--entered_];
    if (meter != nullptr && meter->bounds_concurrency()) meter->leave();
  }
}

}  // namespace modelgate::filter
