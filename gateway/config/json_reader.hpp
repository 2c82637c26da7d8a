#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::config {

enum class presence { optional, required };

/// Reads the members of one JSON object into typed places, and notes every mistake with its JSON pointer instead of
/// stopping.
///
/// Shape:  short-lived; ask for every member, then `finish` reports those that nobody asked for.
/// Errors: collected in `found`; a place keeps its value where its member is wrong.
class json_reader {
 public:
  json_reader(const boost::json::value& value, std::string pointer, diagnostics& found);

  void text(std::string_view member, std::string& into, presence need = presence::optional);
  void number(std::string_view member, std::uint64_t& into, presence need = presence::optional);
  void optional_number(std::string_view member, std::optional<std::uint64_t>& into);
  void numbers(std::string_view member, std::vector<std::uint64_t>& into);
  void real(std::string_view member, double& into);
  void boolean(std::string_view member, bool& into);
  void optional_time(std::string_view member, std::optional<system_time>& into);
  void object(std::string_view member, const std::function<void(json_reader&)>& read);
  void array(std::string_view member, const std::function<void(json_reader&)>& read_each);

  template <class Enum>
  void word(std::string_view member, std::initializer_list<std::pair<std::string_view, Enum>> words, Enum& into) {
    std::string text_value;
    text(member, text_value);
    if (text_value.empty()) return;
    std::string allowed;
    for (const auto& [name, value] : words) {
      if (name == text_value) {
        into = value;
        return;
      }
      allowed.append(allowed.empty() ? "" : ", ").append(name);
    }
    mistake(member, "must be one of: " + allowed);
  }

  void mistake(std::string_view member, std::string detail);
  void finish();

 private:
  [[nodiscard]] const boost::json::value* take(std::string_view member, presence need);

  const boost::json::object* object_ = nullptr;
  std::string pointer_;
  diagnostics& found_;
  std::vector<std::string_view> asked_;
};

}  // namespace modelgate::config
