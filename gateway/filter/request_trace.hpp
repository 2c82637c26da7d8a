#pragma once

#include "modelgate/base/ids.hpp"
#include "modelgate/base/trace_context.hpp"
#include "modelgate/http/head.hpp"

#include <cstdint>

namespace modelgate::filter {

/// How often something with a rate in [0, 1] is drawn, as a bound that random numbers stay below.
///
/// Shape: value; one comparison for each draw.
class sample_rate {
 public:
  sample_rate() = default;
  explicit sample_rate(double rate) noexcept;
  [[nodiscard]] bool draws(std::uint64_t random) const noexcept { return (random >> 1) < bound_; }

 private:
  std::uint64_t bound_ = 0;  ///< of 2^63
};

/// The trace of one request: the caller's where its traceparent is valid, else a new one.
///
/// Shape: value; written anew for each request.
struct request_trace {
  trace_id id;
  span_id parent = 0;    ///< the caller's span; 0: the trace begins here
  span_id upstream = 0;  ///< of the request to the replica, and so its parent
  bool sampled = false;
  bool forwards_state = false;  ///< the caller's tracestate goes on to the replica

  /// For what refers to traces that somebody keeps, such as exemplars; null: nobody keeps this one.
  [[nodiscard]] const trace_id* kept() const noexcept { return sampled ? &id : nullptr; }
};

/// Takes or makes the trace. A repeated or invalid traceparent counts as missing, and its tracestate with it. A trace
/// that begins here is sampled as often as `rate` says; the caller's word counts for others.
[[nodiscard]] request_trace trace(const http::request_head& head, id_generator& ids, sample_rate rate) noexcept;

}  // namespace modelgate::filter
