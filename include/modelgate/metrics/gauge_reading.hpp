#pragma once

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

}  // namespace modelgate::metrics
