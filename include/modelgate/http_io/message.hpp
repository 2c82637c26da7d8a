#pragma once

#include "modelgate/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Small, fully buffered HTTP messages for our own APIs. The prediction path never uses these.
namespace modelgate::http_io {

/// Header fields in order; names compare without case.
class field_list {
 public:
  void add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  /// The first value of that name, empty when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  /// All values of that name as one list, for fields that may come in several lines.
  [[nodiscard]] std::string combined(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& entries() const noexcept { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

struct request {
  std::string method;
  std::string path;                                        ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order; names may repeat
  field_list fields;
  std::string body;
  std::string peer;  ///< address of the caller

  /// First value of a query parameter.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const noexcept;
};

/// A body that is not there all at once: a followed log, events.
///
/// Shape: owned by one response. `next` is called on a blocking thread, one call at a time, until it says it is finished
///        or the peer has gone; it must return at once. It is called again after `pause`, or earlier when the stream
///        has rung, but at most every 100 ms.
class body_stream {
 public:
  struct part {
    std::string bytes;  ///< may be empty: nothing new
    bool finished = false;
    /// Offsets, rising, where one HTTP chunk ends and the next begins; empty: it is one chunk.
    std::vector<std::size_t> cuts = {};
    /// How long nothing will come by itself. A stream that waits costs no thread meanwhile.
    std::chrono::milliseconds pause{0};
  };
  virtual ~body_stream() = default;
  [[nodiscard]] virtual part next() = 0;

  /// Called once, before the first `next`, with what a stream may call to be asked before its pause is over. It may be
  /// called by any thread, as often as the stream likes, but not after the stream's end.
  virtual void set_bell(std::function<void()> ring) { static_cast<void>(ring); }
};

struct response {
  unsigned status = 200;
  field_list fields;
  std::string body;
  std::shared_ptr<body_stream> stream;  ///< sent chunked, after `body`
  /// Nothing was done yet, as others are served first: the handler is asked again a little later, for as long as
  /// `server_limits::turn_timeout` says. Only then is this sent.
  bool not_in_turn = false;
};

}  // namespace modelgate::http_io
