#pragma once

#include "control/api/events/watched_object.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace modelgate::control::events {

/// One object before and after; null where there was or is none.
struct object_change {
  object_ptr before;
  object_ptr after;

  [[nodiscard]] const object_key& key() const noexcept { return after ? after->key : before->key; }
};

/// What leads from one state to the other: what came or became different, then what has gone, last things first. So a
/// replica that takes over from another is told of before that one's end.
[[nodiscard]] std::vector<object_change> differences(const object_map& before, const object_map& after);

/// Counts changes from the beginning of this process: so many have happened.
using log_position = std::uint64_t;

/// What a listener sees of the log.
struct log_view {
  object_map_ptr objects;  ///< everything that there is, at `at`
  log_position at = 0;
  /// What happened since the position that was asked for; absent when that is no longer, or not yet, known.
  std::optional<std::vector<object_change>> changes;
};

/// The state of everything, and the last changes that led to it: the bounded ring from which listeners are served who
/// lag or come back.
///
/// Shape: pure; one thread at a time. Oldest changes go first when what they hold exceeds the limit.
/// Units: the limit is bytes of views, the same view counted with each change that it is part of.
class event_log {
 public:
  explicit event_log(std::size_t limit) : limit_{limit} {}

  void set_limit(std::size_t limit);
  /// From the state that there is to the next one by these changes.
  void append(std::vector<object_change> changes, object_map_ptr next);

  [[nodiscard]] const object_map_ptr& objects() const noexcept { return objects_; }
  [[nodiscard]] log_position at() const noexcept { return first_ + changes_.size(); }
  [[nodiscard]] log_view since(log_position from) const;

 private:
  void trim();

  std::size_t limit_;
  object_map_ptr objects_ = std::make_shared<const object_map>();
  std::deque<object_change> changes_;
  log_position first_ = 0;  ///< so many have been forgotten
  std::size_t bytes_ = 0;
};

}  // namespace modelgate::control::events
