#pragma once

#include "control/api/rest/problem.hpp"

#include "modelgate/http_io/message.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::rest {

/// The query parameters of one request, read one by one.
///
/// Nobody's typing mistake may turn a dry run into a change, so a parameter that the route does not know is refused.
///
/// Shape: refers to the request. Every mistake is collected; `wrong` tells them after everything was read.
class parameters {
 public:
  parameters(const http_io::request& request, std::initializer_list<std::string_view> known);

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name);  ///< "true" or "false"; false when absent or empty
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most);

  void mistake(std::string_view name, std::string detail);
  [[nodiscard]] std::optional<problem> wrong() const;

 private:
  const http_io::request& request_;
  diagnostics mistakes_;
};

/// "a,b" and "c" are a, b, c; empty names are none.
[[nodiscard]] std::vector<std::string> separated_by_commas(const std::vector<std::string>& values);

inline constexpr std::uint64_t default_page_size = 50;
inline constexpr std::uint64_t largest_page_size = 500;

}  // namespace modelgate::control::rest
