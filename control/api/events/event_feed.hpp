#pragma once

#include "control/api/events/event_log.hpp"
#include "control/domain/user.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::events {

/// What a listener wants to hear of; an empty list is no condition.
struct event_filter {
  std::set<object_kind> kinds;
  std::vector<std::string> groups;       ///< things of these, and instance types that they may use
  std::vector<std::string> deployments;  ///< these, their replicas and their clients

  [[nodiscard]] bool wants(const watched_object& object) const;
};

/// Where deployments of a given id take predictions, as this listener reaches them.
using endpoint_of = std::function<std::string(const std::string& id)>;

/// What one listener is sent: decides which events and writes them, `text/event-stream`.
///
/// The listener is taken from what he knows to what there is. What lies in between is folded by object, so that a slow
/// one gets the last state of each and not all of its history; what he may not see is not there for him, and if he might
/// see it before, it is deleted. The id of an event says how far he is, and with which rights: who comes back with other
/// rights, or to another process, gets a reset and everything anew.
///
/// Shape:  pure; one thread at a time. Waiting events are pointers into the log's objects; they are written when taken.
/// Source: WHATWG HTML, section 9.2 "Server-sent events".
class event_feed {
 public:
  /// `process` names this process's log.
  event_feed(std::string process, domain::principal who, event_filter filter, endpoint_of endpoint);

  /// Begins: after `last_event_id` if that is known to the log, else with everything there is. `log`: since
  /// `position_of(last_event_id)`, or any when that is absent.
  void begin(const log_view& log, std::string_view last_event_id);
  /// How far a listener with that id is. Errors: absent when it is not an id of this process for these rights.
  [[nodiscard]] std::optional<log_position> position_of(std::string_view last_event_id) const;

  /// Goes on to what `log`, asked for since `position()`, shows to `who`, who was known with other rights perhaps. What
  /// waits and must not be seen any more is dropped. Errors: false when the log no longer knows: the listener was too
  /// slow.
  [[nodiscard]] bool catch_up(const log_view& log, domain::principal who);
  [[nodiscard]] log_position position() const noexcept { return at_; }
  [[nodiscard]] bool is_for(const domain::principal& who) const;

  [[nodiscard]] bool has_waiting() const noexcept { return !waiting_.empty(); }
  /// The events that wait, as text: as many as make `enough` bytes, the last one whole.
  [[nodiscard]] std::string take(std::size_t enough);

 private:
  enum class event_type { snapshot, added, modified, deleted, reset };
  struct event {
    event_type type = event_type::snapshot;
    object_ptr object;                     ///< null: about the stream itself
    std::optional<log_position> position;  ///< who has this event and those before it is so far
  };

  [[nodiscard]] static std::string_view to_string(event_type type) noexcept;
  [[nodiscard]] bool sees(const domain::principal& who, const object_ptr& object) const;
  void add_everything(const log_view& log);
  void write(const event& each, std::string& text) const;

  std::string process_;
  domain::principal who_;
  std::string rights_;  ///< of `who_` and the filter, as a short text
  event_filter filter_;
  endpoint_of endpoint_;
  log_position at_ = 0;
  std::deque<event> waiting_;
  std::size_t snapshot_size_ = 0;
};

}  // namespace modelgate::control::events
