#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::metrics {

/// One number that somebody else keeps and a scrape asks for.
struct gauge_reading {
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  bool is_counter = false;
};

/// The label `deployment_name`: the template with the id for "{id}".
[[nodiscard]] inline std::string deployment_label(std::string pattern, const std::string& id) {
  if (const std::size_t place = pattern.find("{id}"); place != std::string::npos) pattern.replace(place, 4, id);
  return pattern;
}

}  // namespace modelgate::metrics
