#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::control::cli {

/// One server-sent event.
struct stream_event {
  std::string type;  ///< "added", ...
  std::string data;

  friend bool operator==(const stream_event&, const stream_event&) = default;
};

/// Cuts a stream of server-sent events into its events, however the bytes come.
///
/// Shape:  one per connection; `last_id` and `retry` may be taken over into the next one.
/// Source: WHATWG HTML, section 9.2.6 "Interpreting an event stream"; without byte order mark, lines end in LF or CR LF.
class event_splitter {
 public:
  explicit event_splitter(std::string last_id = {}) : last_id_{std::move(last_id)} {}

  /// Calls `found` with each event that these bytes complete; false from it ends the reading, and is the answer.
  bool take(std::string_view bytes, const std::function<bool(const stream_event&)>& found);

  /// Of the last event that had one.
  [[nodiscard]] const std::string& last_id() const noexcept { return last_id_; }
  /// Milliseconds after which the server wants a lost listener back.
  [[nodiscard]] std::optional<std::uint64_t> retry() const noexcept { return retry_; }

 private:
  void take_line(std::string_view line);

  std::string rest_;  ///< of a line whose end has not come
  stream_event event_;
  std::string id_;
  std::string last_id_;
  std::optional<std::uint64_t> retry_;
};

/// An event for people, on one line: what became of which thing, and how it is now. `data` as GET /events sends it.
/// Empty for what only frames the others.
[[nodiscard]] std::string event_line(std::string_view type, const boost::json::object& data);

}  // namespace modelgate::control::cli
