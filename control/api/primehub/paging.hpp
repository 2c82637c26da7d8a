#pragma once

#include "control/api/graphql/execution.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The two ways in which PrimeHub's lists are asked for part by part.
namespace modelgate::control::primehub {

/// By cursors, which are ids.
struct cursor_request {
  std::optional<std::string> before = {};
  std::optional<std::string> after = {};
  std::optional<std::int64_t> first = {};
  std::optional<std::int64_t> last = {};

  [[nodiscard]] bool asks_for_part() const noexcept { return before || after || first || last; }
};

struct cursor_page {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< not in it
  bool has_next = false;
  bool has_previous = false;
};

/// A cursor of nothing that is there bounds nothing.
[[nodiscard]] cursor_page page_of(const std::vector<std::string>& ids, const cursor_request& asked);
/// Errors: a negative count.
[[nodiscard]] result<cursor_request, graphql::fault> read_cursors(const boost::json::object& arguments);

/// By numbers of pages of ten.
struct numbered_page {
  std::int64_t current = 1;
  std::int64_t total = 0;
  std::size_t begin = 0;
  std::size_t end = 0;  ///< not in it; past the last page nothing is
};
[[nodiscard]] numbered_page numbered(std::size_t items, std::int64_t page);

}  // namespace modelgate::control::primehub
