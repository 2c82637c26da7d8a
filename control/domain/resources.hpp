#pragma once

#include <cstdint>

namespace modelgate::control::domain {

/// What a replica needs, a deployment uses or a group may use.
///
/// Units: thousandths of a core, bytes, whole devices. The API speaks cores and GiB; conversion is at the API's edge.
struct resources {
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t gpu = 0;

  friend bool operator==(const resources&, const resources&) = default;
  friend resources operator+(resources a, const resources& b) {
    return {a.cpu_milli + b.cpu_milli, a.memory_bytes + b.memory_bytes, a.gpu + b.gpu};
  }
  friend resources operator*(resources a, std::int64_t times) {
    return {a.cpu_milli * times, a.memory_bytes * times, a.gpu * times};
  }
};

}  // namespace modelgate::control::domain
