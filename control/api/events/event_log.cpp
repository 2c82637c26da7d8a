#include "control/api/events/event_log.hpp"

#include <utility>

namespace modelgate::control::events {
namespace {

/// What a change costs besides its views: pointers, keys, their places in maps.
constexpr std::size_t overhead = 256;

std::size_t size_of(const object_change& change) {
  return overhead + (change.before ? change.before->view.size() : 0) + (change.after ? change.after->view.size() : 0);
}

}  // namespace

std::vector<object_change> differences(const object_map& before, const object_map& after) {
  std::vector<object_change> changes;
  for (const auto& [key, object] : after) {
    const auto earlier = before.find(key);
    if (earlier == before.end()) {
      changes.push_back({nullptr, object});
    } else if (earlier->second != object && *earlier->second != *object) {
      changes.push_back({earlier->second, object});
    }
  }
  for (auto gone = before.rbegin(); gone != before.rend(); ++gone) {
    if (!after.contains(gone->first)) changes.push_back({gone->second, nullptr});
  }
  return changes;
}

void event_log::set_limit(std::size_t limit) {
  limit_ = limit;
  trim();
}

void event_log::append(std::vector<object_change> changes, object_map_ptr next) {
  for (object_change& change : changes) {
    bytes_ += size_of(change);
    changes_.push_back(std::move(change));
  }
  objects_ = std::move(next);
  trim();
}

void event_log::trim() {
  while (bytes_ > limit_ && !changes_.empty()) {
    bytes_ -= size_of(changes_.front());
    changes_.pop_front();
    ++first_;
  }
}

log_view event_log::since(log_position from) const {
  log_view view{objects_, at(), std::nullopt};
  if (from < first_ || from > at()) return view;
  view.changes.emplace(changes_.begin() + static_cast<std::ptrdiff_t>(from - first_), changes_.end());
  return view;
}

}  // namespace modelgate::control::events
