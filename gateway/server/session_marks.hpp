#pragma once

#include "modelgate/metrics/counter.hpp"

#include <cstddef>

namespace modelgate::server {

/// Counts a request as in flight for as long as it lives, however it ends.
class in_flight_mark {
 public:
  /// `of_client`: null where nobody knows who sends it.
  in_flight_mark(metrics::counter& all, metrics::counter& of_deployment, metrics::counter* of_client) noexcept
      : all_{all}, of_deployment_{of_deployment}, of_client_{of_client} {
    all_.add();
    of_deployment_.add();
    if (of_client_ != nullptr) of_client_->add();
  }
  ~in_flight_mark() {
    all_.subtract();
    of_deployment_.subtract();
    if (of_client_ != nullptr) of_client_->subtract();
  }
  in_flight_mark(const in_flight_mark&) = delete;
  in_flight_mark& operator=(const in_flight_mark&) = delete;

 private:
  metrics::counter& all_;
  metrics::counter& of_deployment_;
  metrics::counter* of_client_;
};

/// Counts a client who has begun a head and not ended it.
class half_head_mark {
 public:
  explicit half_head_mark(std::size_t& count) noexcept : count_{count} { ++count_; }
  ~half_head_mark() { --count_; }
  half_head_mark(const half_head_mark&) = delete;
  half_head_mark& operator=(const half_head_mark&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace modelgate::server
