#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

/// The program's own log (not the access log): one line per event on standard error.
///
/// Shape:  any-thread; a line is written whole. JSON when standard error is not a terminal, readable text when it is.
/// Errors: none; a line that cannot be written is lost.
/// Never on the request path, and never a token, a body or an Authorization value.
namespace modelgate::log {

enum class level { debug, info, warning, error, off };

struct field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

using fields = std::initializer_list<field>;

void set_level(level least);
[[nodiscard]] level current_level() noexcept;

void write(level severity, std::string_view component, std::string_view message, fields more = {});

inline void debug(std::string_view component, std::string_view message, fields more = {}) {
  write(level::debug, component, message, more);
}
inline void info(std::string_view component, std::string_view message, fields more = {}) {
  write(level::info, component, message, more);
}
inline void warning(std::string_view component, std::string_view message, fields more = {}) {
  write(level::warning, component, message, more);
}
inline void error(std::string_view component, std::string_view message, fields more = {}) {
  write(level::error, component, message, more);
}

}  // namespace modelgate::log
