#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Cuts a TOML text that does not parse into pieces that may, so that one mistake does not hide the others.
namespace modelgate::config {

/// A section's header, or a key with its value; comments and empty lines belong to none.
///
/// Shape:  views into the text, which has to outlive it.
/// Units:  offsets are bytes from the start of `text`; `line` is counted from 1.
struct toml_statement {
  std::size_t line = 1;   ///< of its first line
  std::string_view text;  ///< whole lines
  bool is_header = false;
  std::string_view name;             ///< what stands between the brackets or before the "="; empty where nothing does
  std::size_t start = 0;             ///< of its first character that is no space
  std::optional<std::size_t> value;  ///< of the first character behind the "=", if there is one
  std::optional<std::size_t> unclosed;  ///< of the quote or bracket that nothing closes
};

/// Hands out the statements of a text, first to last. Where a value that is not closed swallows what comes after it, the
/// next line that reads like a statement ends it.
class toml_splitter {
 public:
  explicit toml_splitter(std::string_view text);
  [[nodiscard]] std::optional<toml_statement> next();

 private:
  std::string_view left_;
  std::size_t line_ = 1;
};

/// A place in a statement, counted like an editor does.
/// Units: `line` is of the whole text; `column` is characters of UTF-8; both from 1.
struct text_place {
  std::size_t line = 1;
  std::size_t column = 1;
};
[[nodiscard]] text_place place_in(const toml_statement& statement, std::size_t offset);

/// The first key or section of more parts than any of ours by far, "a.a.a.a...": parsed, each part is a table in the one
/// before, and thousands of them end the stack. Errors: absent where there is none; quotes are read as TOML reads them.
[[nodiscard]] std::optional<std::size_t> find_deep_name(std::string_view text);

/// What is wrong with a statement that the TOML parser refused.
struct statement_flaw {
  std::size_t offset = 0;
  std::string detail;  ///< "the text is not closed; end it with \""
};
[[nodiscard]] statement_flaw find_flaw(const toml_statement& statement);

}  // namespace modelgate::config
