#include "control/api/rest/parameters.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace modelgate::control::rest {

parameters::parameters(const http_io::request& request, std::initializer_list<std::string_view> known)
    : request_{request} {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string detail = "is not a known parameter";
    if (const auto nearest = nearest_word(name, std::span{known.begin(), known.size()})) {
      detail.append("; did you mean \"").append(*nearest).append("\"?");
    }
    mistakes_.push_back({"?" + name, "UNKNOWN_PARAMETER", std::move(detail)});
  }
}

std::optional<std::string> parameters::text(std::string_view name) const {
  const auto value = request_.query_value(name);
  if (!value || value->empty()) return std::nullopt;
  return std::string{*value};
}

std::vector<std::string> parameters::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [each, value] : request_.query) {
    if (each == name && !value.empty()) values.push_back(value);
  }
  return values;
}

bool parameters::flag(std::string_view name) {
  const auto value = request_.query_value(name);
  if (!value || value->empty() || *value == "false") return false;
  if (*value == "true") return true;
  mistake(name, "must be true or false");
  return false;
}

std::optional<std::uint64_t> parameters::number(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t read = 0;
  const char* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, read);
  if (error == std::errc{} && stopped == end && read >= least && read <= most) return read;
  mistake(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void parameters::mistake(std::string_view name, std::string detail) {
  mistakes_.push_back({"?" + std::string{name}, "MALFORMED", std::move(detail)});
}

std::optional<problem> parameters::wrong() const {
  if (mistakes_.empty()) return std::nullopt;
  problem answer{400, "BAD_REQUEST", "a query parameter is wrong"};
  answer.errors = mistakes_;
  return answer;
}

std::vector<std::string> separated_by_commas(const std::vector<std::string>& values) {
  std::vector<std::string> names;
  for (std::string_view rest : values) {
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (comma != 0) names.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  return names;
}

}  // namespace modelgate::control::rest
