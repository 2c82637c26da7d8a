#include "control/cli/given_value.hpp"

#include "modelgate/base/clock.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <charconv>
#include <cstdint>

namespace modelgate::control::cli {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::chrono::milliseconds> duration_from(std::string_view text) {
  return parse_duration(whole_number(text) ? std::string{text} + "s" : std::string{text});
}

std::optional<std::chrono::seconds> seconds_from(std::string_view text) {
  const auto duration = duration_from(text);
  if (!duration) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*duration);
}

CLI::Validator a_duration() {
  const auto check = [](const std::string& text) {
    return duration_from(text) ? std::string{} : "takes a duration such as 90s, 5m or 1h";
  };
  return {check, "DURATION"};
}

CLI::Validator a_revision() {
  const auto check = [](const std::string& text) {
    return whole_number(text).value_or(0) > 0 ? std::string{} : "takes the number of a revision, which is 1 or more";
  };
  return {check, "NUMBER"};
}

CLI::Validator a_time() {
  const auto check = [](const std::string& text) {
    const bool is_one = duration_from(text) || parse_rfc3339(text);
    return is_one ? std::string{} : "takes a time such as 2030-01-31T08:15:30Z, or how long ago it was, such as 5m";
  };
  return {check, "TIME"};
}

CLI::Validator a_line_count() {
  const auto check = [](const std::string& text) {
    return text == "all" || whole_number(text) ? std::string{} : "takes a whole number of lines, or all";
  };
  return {check, "LINES"};
}

std::string time_from(const std::string& text) {
  const auto ago = seconds_from(text);
  return ago ? format_rfc3339(std::chrono::floor<std::chrono::milliseconds>(system_clock::now()) - *ago) : text;
}

}  // namespace modelgate::control::cli
