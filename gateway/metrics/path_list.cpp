#include "modelgate/metrics/path_list.hpp"

#include <memory>

namespace modelgate::metrics {

path_list::~path_list() {
  for (const auto& each : paths_) delete each.load(std::memory_order_relaxed);
}

path_index path_list::find_or_add(std::string_view path) {
  if (path.size() > longest) return other;
  std::unique_ptr<const std::string> made;
  for (std::size_t i = 0; i < limit; ++i) {
    const std::string* known = paths_[i].load(std::memory_order_acquire);
    if (known == nullptr) {
      if (!made) made = std::make_unique<const std::string>(path);
      // Another worker may be faster; then `known` is what it has put here.
      if (paths_[i].compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
        static_cast<void>(made.release());
        return static_cast<path_index>(i + 1);
      }
    }
    if (*known == path) return static_cast<path_index>(i + 1);
  }
  return other;
}

std::string_view path_list::at(path_index index) const noexcept {
  if (index == 0) return {};
  const std::string* known = index > limit ? nullptr : paths_[index - 1U].load(std::memory_order_acquire);
  return known == nullptr ? std::string_view{"other"} : std::string_view{*known};
}

}  // namespace modelgate::metrics
