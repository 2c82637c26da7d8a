#include "gateway/filter/request_trace.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace modelgate::filter {
namespace {

/// Fields that tracestate may be spread over; more are not worth reading.
constexpr std::size_t most_state_fields = 32;

/// Random numbers are never all zero in practice; an id must not be.
constexpr std::uint64_t at_least_one(std::uint64_t random) noexcept {
  return random == 0 ? 1 : random;
}

bool forwards_state(const http::request_head& head) noexcept {
  std::array<std::string_view, most_state_fields> values;
  std::size_t found = 0;
  for (const http::field& f : head.fields) {
    if (f.id != http::field_id::tracestate || f.alias) continue;
    if (found == values.size()) return false;
    values[found++] = f.value;
  }
  return found > 0 && is_valid_tracestate(std::span{values}.first(found));
}

}  // namespace

sample_rate::sample_rate(double rate) noexcept {
  constexpr auto whole = std::uint64_t{1} << 63;
  const double clamped = std::clamp(rate, 0.0, 1.0);
  bound_ = clamped >= 1.0 ? whole : static_cast<std::uint64_t>(clamped * static_cast<double>(whole));
}

request_trace trace(const http::request_head& head, id_generator& ids, sample_rate rate) noexcept {
  std::optional<trace_context> caller;
  bool repeated = false;
  bool has_state = false;
  const http::field* parent = nullptr;
  for (const http::field& f : head.fields) {
    has_state = has_state || f.id == http::field_id::tracestate;
    if (f.id != http::field_id::traceparent || f.alias) continue;
    repeated = parent != nullptr;
    parent = &f;
  }
  if (parent != nullptr && !repeated) caller = parse_traceparent(parent->value);
  request_trace made;
  made.upstream = at_least_one(ids.next());
  if (caller) {
    made.id = caller->trace;
    made.parent = caller->parent;
    made.sampled = caller->sampled;
    made.forwards_state = has_state && forwards_state(head);
  } else {
    made.id = {at_least_one(ids.next()), ids.next()};
    made.sampled = rate.draws(made.id.low);
  }
  return made;
}

}  // namespace modelgate::filter
