#include "gateway/config/json_reader.hpp"

#include <algorithm>

namespace modelgate::config {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) noexcept {
  return {text.data(), text.size()};
}

/// A number that is whole and not negative, however JSON wrote it.
std::optional<std::uint64_t> whole_number(const json::value& value) noexcept {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  return std::nullopt;
}

}  // namespace

json_reader::json_reader(const json::value& value, std::string pointer, diagnostics& found)
    : object_{value.if_object()}, pointer_{std::move(pointer)}, found_{found} {
  if (object_ == nullptr) found_.push_back({pointer_, "WRONG_TYPE", "must be an object"});
}

const json::value* json_reader::take(std::string_view member, presence need) {
  asked_.push_back(member);
  if (object_ == nullptr) return nullptr;
  const json::value* value = object_->if_contains(json::string_view{member.data(), member.size()});
  if (value == nullptr && need == presence::required) mistake(member, "is missing");
  return value;
}

void json_reader::text(std::string_view member, std::string& into, presence need) {
  const json::value* value = take(member, need);
  if (value == nullptr) return;
  if (value->is_string())
    into = view(value->get_string());
  else
    mistake(member, "must be a string");
}

void json_reader::number(std::string_view member, std::uint64_t& into, presence need) {
  const json::value* value = take(member, need);
  if (value == nullptr) return;
  if (const auto number = whole_number(*value))
    into = *number;
  else
    mistake(member, "must be a whole number that is not negative");
}

void json_reader::optional_number(std::string_view member, std::optional<std::uint64_t>& into) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr || value->is_null()) return;
  if (const auto number = whole_number(*value))
    into = *number;
  else
    mistake(member, "must be null or a whole number that is not negative");
}

void json_reader::numbers(std::string_view member, std::vector<std::uint64_t>& into) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr) return;
  if (!value->is_array()) return mistake(member, "must be an array");
  for (const json::value& each : value->get_array()) {
    if (const auto number = whole_number(each))
      into.push_back(*number);
    else
      return mistake(member, "must hold whole numbers only");
  }
}

void json_reader::real(std::string_view member, double& into) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr) return;
  if (value->is_number())
    into = value->to_number<double>();
  else
    mistake(member, "must be a number");
}

void json_reader::boolean(std::string_view member, bool& into) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr) return;
  if (value->is_bool())
    into = value->get_bool();
  else
    mistake(member, "must be true or false");
}

void json_reader::optional_time(std::string_view member, std::optional<system_time>& into) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr || value->is_null()) return;
  if (value->is_string()) into = parse_rfc3339(view(value->get_string()));
  if (!into) mistake(member, "must be null or a date-time of RFC 3339");
}

void json_reader::object(std::string_view member, const std::function<void(json_reader&)>& read) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr) return;
  json_reader inner{*value, pointer_ + "/" + std::string{member}, found_};
  read(inner);
}

void json_reader::array(std::string_view member, const std::function<void(json_reader&)>& read_each) {
  const json::value* value = take(member, presence::optional);
  if (value == nullptr) return;
  if (!value->is_array()) return mistake(member, "must be an array");
  std::size_t index = 0;
  for (const json::value& each : value->get_array()) {
    json_reader inner{each, pointer_ + "/" + std::string{member} + "/" + std::to_string(index++), found_};
    read_each(inner);
  }
}

void json_reader::mistake(std::string_view member, std::string detail) {
  found_.push_back({pointer_ + "/" + std::string{member}, "INVALID", std::move(detail)});
}

void json_reader::finish() {
  if (object_ == nullptr) return;
  for (const auto& entry : *object_) {
    const std::string_view name{entry.key().data(), entry.key().size()};
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
      found_.push_back({pointer_ + "/" + std::string{name}, "UNKNOWN_MEMBER", "is not known here"});
    }
  }
}

}  // namespace modelgate::config
