#include "control/domain/document_reader.hpp"

#include "control/domain/units.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace modelgate::control::domain {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text.append("\"").append(name).append("\"");
  }
  return text;
}

std::string suggestion_for(std::string_view member, const std::vector<std::string_view>& known) {
  const auto nearest = nearest_word(member, known);
  return nearest ? "; did you mean \"" + std::string{*nearest} + "\"?" : std::string{};
}

std::optional<std::int64_t> as_whole(const boost::json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64() && std::in_range<std::int64_t>(value.get_uint64())) {
    return static_cast<std::int64_t>(value.get_uint64());
  }
  if (value.is_double()) {
    const double number = value.get_double();
    if (std::trunc(number) == number && std::abs(number) < 9007199254740992.0) return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

}  // namespace

std::string pointer_to(std::string_view pointer, std::string_view member) {
  std::string text{pointer};
  text.push_back('/');
  for (const char c : member) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text.push_back(c);
    }
  }
  return text;
}

std::string pointer_to(std::string_view pointer, std::size_t index) {
  return std::string{pointer} + "/" + std::to_string(index);
}

bool concerns(const diagnostics& mistakes, std::string_view pointer) {
  return std::any_of(mistakes.begin(), mistakes.end(), [&](const diagnostic& mistake) {
    const std::string_view where = mistake.where;
    return where.starts_with(pointer) && (where.size() == pointer.size() || where[pointer.size()] == '/');
  });
}

void check_text(std::string_view text, text_bounds bounds, const std::string& pointer, diagnostics& mistakes) {
  if (text.size() > bounds.most) {
    mistakes.push_back(
        {pointer, std::string{mistake_code::too_long},
         "is " + std::to_string(text.size()) + " bytes long; at most " + std::to_string(bounds.most) + " are allowed"});
  }
  const bool control = std::any_of(text.begin(), text.end(), [&](char c) {
    const auto code = static_cast<unsigned char>(c);
    if (bounds.several_lines && (c == '\n' || c == '\r' || c == '\t')) return false;
    return code < 0x20 || code == 0x7f;
  });
  if (control) {
    mistakes.push_back({pointer, std::string{mistake_code::malformed}, "must not contain control characters"});
  }
}

document_reader::document_reader(const boost::json::value& document, std::string pointer, diagnostics& mistakes)
    : source_{document.if_object()}, pointer_{std::move(pointer)}, mistakes_{mistakes} {
  if (source_ == nullptr) {
    mistakes_.push_back({pointer_, std::string{mistake_code::wrong_type}, "must be a JSON object"});
  }
}

const boost::json::value* document_reader::present(std::string_view member) {
  known_.push_back(member);
  if (source_ == nullptr) return nullptr;
  const auto* value = source_->if_contains(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void document_reader::mistake(std::string_view member, std::string_view code, std::string detail) {
  mistakes_.push_back({pointer(member), std::string{code}, std::move(detail)});
}

void document_reader::wrong_type(std::string_view member, std::string_view expected) {
  mistake(member, mistake_code::wrong_type, "must be " + std::string{expected});
}

void document_reader::choose(std::string_view member, const std::vector<std::string_view>& names) {
  mistake(member, mistake_code::out_of_range, "must be one of " + joined(names));
}

std::optional<std::string> document_reader::text(std::string_view member, text_bounds bounds) {
  const auto* value = present(member);
  if (value == nullptr) return std::nullopt;
  const auto* held = value->if_string();
  if (held == nullptr) {
    wrong_type(member, "a text");
    return std::nullopt;
  }
  const std::string_view view{held->data(), held->size()};
  check_text(view, bounds, pointer(member), mistakes_);
  return std::string{view};
}

std::optional<bool> document_reader::boolean(std::string_view member) {
  const auto* value = present(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    wrong_type(member, "true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> document_reader::whole_number(std::string_view member, std::int64_t least,
                                                          std::int64_t most) {
  const auto* value = present(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong_type(member, "a whole number");
    return std::nullopt;
  }
  const auto whole = as_whole(*value);
  if (!whole || *whole < least || *whole > most) {
    mistake(member, mistake_code::out_of_range,
            "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return whole;
}

std::optional<double> document_reader::number(std::string_view member, double least, double most) {
  const auto* value = present(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong_type(member, "a number");
    return std::nullopt;
  }
  const double held = value->to_number<double>();
  if (!(held >= least && held <= most)) {
    mistake(member, mistake_code::out_of_range,
            "must be a number from " + decimal_text(least) + " to " + decimal_text(most));
    return std::nullopt;
  }
  return held;
}

std::optional<std::vector<std::string>> document_reader::texts(std::string_view member, std::size_t most_items,
                                                               text_bounds bounds) {
  const auto* items = array(member, most_items);
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> read;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string where = pointer_to(pointer(member), i);
    const auto* held = (*items)[i].if_string();
    if (held == nullptr) {
      mistakes_.push_back({where, std::string{mistake_code::wrong_type}, "must be a text"});
      continue;
    }
    std::string item{held->data(), held->size()};
    check_text(item, bounds, where, mistakes_);
    if (std::find(read.begin(), read.end(), item) != read.end()) {
      mistakes_.push_back({where, std::string{mistake_code::duplicate}, "is listed twice"});
    }
    read.push_back(std::move(item));
  }
  return read;
}

const boost::json::value* document_reader::raw(std::string_view member) {
  return present(member);
}

const boost::json::object* document_reader::object(std::string_view member) {
  const auto* value = present(member);
  if (value != nullptr && !value->is_object()) wrong_type(member, "a JSON object");
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array* document_reader::array(std::string_view member, std::size_t most_items) {
  const auto* value = present(member);
  if (value == nullptr) return nullptr;
  const auto* items = value->if_array();
  if (items == nullptr) {
    wrong_type(member, "a JSON array");
    return nullptr;
  }
  if (items->size() > most_items) {
    mistake(
        member, mistake_code::too_many,
        "has " + std::to_string(items->size()) + " entries; at most " + std::to_string(most_items) + " are allowed");
    return nullptr;
  }
  return items;
}

void document_reader::read_only(std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    known_.push_back(member);
    if (source_ != nullptr && source_->contains(member)) {
      mistake(member, mistake_code::read_only_member, "is made by the server; leave it out");
    }
  }
}

void document_reader::require(std::string_view member, std::string_view what) {
  if (source_ == nullptr || concerns(mistakes_, pointer(member))) return;
  mistake(member, mistake_code::required, "is required: " + std::string{what});
}

void document_reader::fixed(const boost::json::object& patch, std::string_view member, const std::string& now) {
  known_.push_back(member);
  const auto* given = patch.if_contains(member);
  if (given == nullptr || (given->is_string() && std::string_view{given->get_string()} == now)) return;
  mistake(member, mistake_code::immutable_member, "cannot be changed; it is \"" + now + "\"");
}

void document_reader::refuse_others() {
  if (source_ == nullptr) return;
  for (const auto& entry : *source_) {
    const std::string_view name{entry.key().data(), entry.key().size()};
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    mistake(name, mistake_code::unknown_member, "is not a known member" + suggestion_for(name, known_));
  }
}

}  // namespace modelgate::control::domain
