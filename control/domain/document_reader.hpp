#pragma once

#include "modelgate/base/diagnostic.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::domain {

/// The stable words in `code` of what is wrong with a document.
namespace mistake_code {
inline constexpr std::string_view wrong_type = "WRONG_TYPE";
inline constexpr std::string_view required = "REQUIRED";
inline constexpr std::string_view malformed = "MALFORMED";
inline constexpr std::string_view out_of_range = "OUT_OF_RANGE";
inline constexpr std::string_view too_long = "TOO_LONG";
inline constexpr std::string_view too_many = "TOO_MANY";
inline constexpr std::string_view exactly_one = "EXACTLY_ONE";
inline constexpr std::string_view duplicate = "DUPLICATE";
inline constexpr std::string_view unknown_member = "UNKNOWN_MEMBER";
inline constexpr std::string_view immutable_member = "IMMUTABLE_MEMBER";
inline constexpr std::string_view read_only_member = "READ_ONLY_MEMBER";
inline constexpr std::string_view illegal_env_name = "ILLEGAL_ENV_NAME";
inline constexpr std::string_view not_allowed = "NOT_ALLOWED";
inline constexpr std::string_view not_available = "NOT_AVAILABLE";
inline constexpr std::string_view unknown_group = "UNKNOWN_GROUP";
inline constexpr std::string_view unknown_instance_type = "UNKNOWN_INSTANCE_TYPE";
inline constexpr std::string_view unknown_image = "UNKNOWN_IMAGE";
inline constexpr std::string_view unknown_revision = "UNKNOWN_REVISION";
inline constexpr std::string_view unknown_user = "UNKNOWN_USER";
inline constexpr std::string_view unknown_pull_secret = "UNKNOWN_PULL_SECRET";
inline constexpr std::string_view wrong_password = "WRONG_PASSWORD";
inline constexpr std::string_view client_exists = "CLIENT_EXISTS";
inline constexpr std::string_view deployment_not_enabled = "DEPLOYMENT_NOT_ENABLED";
}  // namespace mistake_code

/// What was read, as far as it could be, and every mistake that was found on the way.
template <class Value>
struct parsed {
  Value value;
  diagnostics mistakes;

  [[nodiscard]] bool ok() const noexcept { return mistakes.empty(); }
};

struct text_bounds {
  std::size_t most = 0;        ///< bytes
  bool several_lines = false;  ///< line ends and tabs are allowed
};

/// `pointer` with one more reference token, escaped. Source: RFC 6901 section 4.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::string_view member);
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::size_t index);

/// Whether one of the mistakes is at that pointer or below it.
[[nodiscard]] bool concerns(const diagnostics& mistakes, std::string_view pointer);

/// Reads one JSON object member by member, collecting every mistake with its pointer instead of stopping at the first.
///
/// A member that is absent or null reads as absent. A value that breaks a bound is answered all the same, with the
/// mistake recorded; one of a wrong type is absent.
///
/// Shape: refers to the document and to the list of mistakes; lives on the stack of the function that reads one object.
class document_reader {
 public:
  document_reader(const boost::json::value& document, std::string pointer, diagnostics& mistakes);

  [[nodiscard]] std::optional<std::string> text(std::string_view member, text_bounds bounds);
  [[nodiscard]] std::optional<bool> boolean(std::string_view member);
  [[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view member, std::int64_t least,
                                                         std::int64_t most);
  [[nodiscard]] std::optional<double> number(std::string_view member, double least, double most);
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view member, std::size_t most_items,
                                                              text_bounds bounds);
  template <class Choice>
  [[nodiscard]] std::optional<Choice> choice(std::string_view member,
                                             std::initializer_list<std::pair<std::string_view, Choice>> choices);

  /// The member's value as it is; absent when it is null or not there.
  [[nodiscard]] const boost::json::value* raw(std::string_view member);
  [[nodiscard]] const boost::json::object* object(std::string_view member);
  [[nodiscard]] const boost::json::array* array(std::string_view member, std::size_t most_items);

  /// A member that clients read but do not write.
  void read_only(std::initializer_list<std::string_view> members);
  /// A member that stays as it was made: a patch may name it, but only with the value that it has.
  void fixed(const boost::json::object& patch, std::string_view member, const std::string& now);
  void mistake(std::string_view member, std::string_view code, std::string detail);
  /// Records that the member is needed, unless something else is wrong with it already.
  void require(std::string_view member, std::string_view what);
  /// Every member that nothing above asked for is a mistake. To be called last.
  void refuse_others();

  [[nodiscard]] std::string pointer(std::string_view member) const { return pointer_to(pointer_, member); }

 private:
  const boost::json::value* present(std::string_view member);
  void wrong_type(std::string_view member, std::string_view expected);
  void choose(std::string_view member, const std::vector<std::string_view>& names);

  const boost::json::object* source_ = nullptr;  ///< null when the document is not an object
  std::string pointer_;
  diagnostics& mistakes_;
  std::vector<std::string_view> known_;
};

template <class Choice>
std::optional<Choice> document_reader::choice(std::string_view member,
                                              std::initializer_list<std::pair<std::string_view, Choice>> choices) {
  if (present(member) == nullptr) return std::nullopt;
  const auto given = text(member, {.most = 64});
  if (!given) return std::nullopt;
  std::vector<std::string_view> names;
  for (const auto& [name, value] : choices) {
    if (*given == name) return value;
    names.push_back(name);
  }
  choose(member, names);
  return std::nullopt;
}

/// Records what is wrong with a text, whatever holds it: length, control characters.
void check_text(std::string_view text, text_bounds bounds, const std::string& pointer, diagnostics& mistakes);

}  // namespace modelgate::control::domain
