#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::metrics {

/// Many numbers, sorted into buckets by their upper bounds.
struct histogram_value {
  std::vector<double> bounds;             ///< without +Inf
  std::vector<std::uint64_t> cumulative;  ///< one more: the last is the count of all
  double sum = 0;
};

/// One number that somebody else keeps and a scrape asks for.
struct gauge_reading {
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  bool is_counter = false;
  std::optional<histogram_value> histogram = {};  ///< then it is one, and `value` says nothing
};

/// The label `client` of all clients together that have no series of their own. One that is called so never has one.
inline constexpr std::string_view other_clients = "other";

/// The label `deployment_name`: the template with the id for "{id}".
[[nodiscard]] inline std::string deployment_label(std::string pattern, const std::string& id) {
  if (const std::size_t place = pattern.find("{id}"); place != std::string::npos) pattern.replace(place, 4, id);
  return pattern;
}

}  // namespace modelgate::metrics
