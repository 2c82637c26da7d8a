#include "gateway/config/toml_statements.hpp"

#include <algorithm>
#include <vector>

namespace modelgate::config {
namespace {

constexpr auto nowhere = std::string_view::npos;
constexpr std::string_view spaces = " \t\r";
constexpr std::size_t deepest_name = 16;  // parts
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == nowhere) return {};
  return text.substr(first, text.find_last_not_of(spaces) + 1 - first);
}

std::size_t end_of_line(std::string_view text, std::size_t from) {
  return std::min(text.find('\n', from), text.size());
}

/// Nothing but spaces or a comment.
bool is_idle(std::string_view line) {
  const std::string_view rest = trimmed(line);
  return rest.empty() || rest.front() == '#';
}

/// "name =" or "[name]" as whole statements begin; no line within a list is either.
bool reads_like_statement(std::string_view line) {
  line = trimmed(line);
  const bool header = line.starts_with('[');
  while (line.starts_with('[')) line.remove_prefix(1);
  if (line.empty() || !is_letter(line.front())) return false;
  while (!line.empty() && is_name_char(line.front())) line.remove_prefix(1);
  line = trimmed(line);
  if (!header) return line.starts_with('=');
  if (!line.starts_with(']')) return false;
  while (line.starts_with(']')) line.remove_prefix(1);
  return is_idle(line);
}

/// Whether the line behind this end of a line starts something new.
bool statement_follows(std::string_view text, std::size_t newline) {
  const std::size_t start = newline + 1;
  return start < text.size() && reads_like_statement(text.substr(start, end_of_line(text, start) - start));
}

/// The end of the last line before the next statement.
std::size_t end_before_next_statement(std::string_view text, std::size_t from) {
  std::size_t end = end_of_line(text, from);
  while (end < text.size() && !statement_follows(text, end)) end = end_of_line(text, end + 1);
  return end;
}

bool is_triple(std::string_view text, std::size_t quote) {
  return text.substr(quote, 3) == std::string(3, text[quote]);
}

/// The offset behind the closing quotes of the text that starts at `quote`; `nowhere` if nothing closes it.
std::size_t end_of_quoted(std::string_view text, std::size_t quote) {
  const char mark = text[quote];
  const bool several_lines = is_triple(text, quote);
  const std::size_t needed = several_lines ? 3 : 1;
  for (std::size_t at = quote + needed; at < text.size(); ++at) {
    if (text[at] == '\n' && !several_lines) return nowhere;
    if (text[at] == '\\' && mark == '"') {
      ++at;
      if (at < text.size() && text[at] == '\n' && !several_lines) return nowhere;
      continue;
    }
    if (text[at] != mark || text.substr(at, needed) != std::string(needed, mark)) continue;
    at += needed;
    for (int more = 0; several_lines && more < 2 && at < text.size() && text[at] == mark; ++more) ++at;
    return at;
  }
  return nowhere;
}

/// Finds where a key's value ends, over as many lines as its quotes and brackets say.
class setting_scanner {
 public:
  explicit setting_scanner(std::string_view text) : text_{text} {}

  std::size_t find_end() {
    while (at_ < text_.size() && step()) {
    }
    if (!unclosed_ && !open_.empty()) unclosed_ = open_.front();
    return at_;
  }

  [[nodiscard]] std::optional<std::size_t> equals() const { return equals_; }
  [[nodiscard]] std::optional<std::size_t> unclosed() const { return unclosed_; }

 private:
  /// False at the end of the statement.
  bool step() {
    const char c = text_[at_];
    if (c == '\n') {
      if (open_.empty() || statement_follows(text_, at_)) return false;
      ++at_;
    } else if (c == '#') {
      at_ = end_of_line(text_, at_);
    } else if (c == '"' || c == '\'') {
      pass_quoted();
    } else {
      look_at(c);
      ++at_;
    }
    return true;
  }

  void pass_quoted() {
    const std::size_t end = end_of_quoted(text_, at_);
    if (end != nowhere) {
      at_ = end;
      return;
    }
    if (!unclosed_) unclosed_ = at_;
    at_ = is_triple(text_, at_) ? end_before_next_statement(text_, at_) : end_of_line(text_, at_);
  }

  void look_at(char c) {
    if (!equals_) {
      if (c == '=') equals_ = at_;
    } else if (c == '[' || c == '{') {
      open_.push_back(at_);
    } else if ((c == ']' || c == '}') && !open_.empty()) {
      open_.pop_back();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> equals_;
  std::optional<std::size_t> unclosed_;
  std::vector<std::size_t> open_;  ///< brackets
};

toml_statement read_header(std::string_view line) {
  toml_statement header;
  header.is_header = true;
  header.text = line;
  std::string_view inner = trimmed(line);
  while (inner.starts_with('[')) inner.remove_prefix(1);
  header.name = trimmed(inner.substr(0, inner.find_first_of("]#")));
  return header;
}

/// `rest` starts at the statement's first line.
toml_statement read_setting(std::string_view rest) {
  setting_scanner scanner{rest};
  toml_statement setting;
  setting.text = rest.substr(0, scanner.find_end());
  setting.unclosed = scanner.unclosed();
  if (const auto equals = scanner.equals()) {
    setting.name = trimmed(setting.text.substr(0, *equals));
    setting.value = setting.text.find_first_not_of(spaces, *equals + 1);
    if (*setting.value == nowhere) setting.value = setting.text.size();
  }
  return setting;
}

/// Whether this may stand before "="; what is in quotes is not looked at.
bool is_key(std::string_view name) {
  if (name.find_first_of("\"'") != nowhere) return true;
  while (true) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    const std::string_view part = trimmed(name.substr(0, dot));
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_name_char)) return false;
    if (dot == name.size()) return true;
    name.remove_prefix(dot + 1);
  }
}

statement_flaw header_flaw(const toml_statement& header) {
  const std::size_t close = header.text.find(']', header.start);
  if (close == nowhere) {
    return {header.start, header.name.empty() ? "a section is not closed; write [name]"
                                              : "the section's name is not closed; write [name]"};
  }
  if (header.name.empty()) return {header.start, "a section has no name; write [name]"};
  const std::size_t behind = header.text.find_first_not_of("] \t\r", close);
  if (behind != nowhere && header.text[behind] != '#') {
    return {behind, "only a comment may follow a section's name; put this on a line of its own"};
  }
  return {header.start, "this is no section's name; write [name] with letters, digits, \"_\", \"-\" and dots"};
}

statement_flaw value_flaw(const toml_statement& setting) {
  const std::size_t at = *setting.value;
  const std::string_view value = setting.text.substr(at);
  if (is_idle(value.substr(0, value.find('\n')))) return {at, "the value is missing; write KEY = VALUE"};
  if (setting.unclosed) {
    const char opened = setting.text[*setting.unclosed];
    if (opened == '[') return {*setting.unclosed, "the list is not closed; end it with ]"};
    if (opened == '{') return {*setting.unclosed, "the group of keys is not closed; end it with }"};
    const bool several_lines = is_triple(setting.text, *setting.unclosed);
    return {*setting.unclosed, "the text is not closed; end it with " + std::string(several_lines ? 3 : 1, opened)};
  }
  const char first = value.front();
  if (first == '{')
    return {at, "this group of keys cannot be read; write a [section] with one KEY = VALUE on each line"};
  if (first == '[') return {at, "this list cannot be read; write it as [\"a\", \"b\"]"};
  if (first != '"' && first != '\'') return {at, "this value cannot be read; write a text in double quotes"};
  const std::size_t end = end_of_quoted(setting.text, at);
  const std::string_view behind = setting.text.substr(end);
  if (!is_idle(behind)) {
    return {end + behind.find_first_not_of(spaces),
            "only a comment may follow the value; put this on a line of its own"};
  }
  return {at, "this text has a character or an escape that TOML does not allow; write \\\\ for one backslash"};
}

}  // namespace

toml_splitter::toml_splitter(std::string_view text) : left_{text} {
  if (left_.starts_with(byte_order_mark)) left_.remove_prefix(byte_order_mark.size());
}

std::optional<toml_statement> toml_splitter::next() {
  while (!left_.empty()) {
    const std::string_view first_line = left_.substr(0, end_of_line(left_, 0));
    toml_statement found;
    found.text = first_line;
    const bool idle = is_idle(first_line);
    if (!idle) found = trimmed(first_line).starts_with('[') ? read_header(first_line) : read_setting(left_);
    found.line = line_;
    line_ += 1 + static_cast<std::size_t>(std::count(found.text.begin(), found.text.end(), '\n'));
    left_.remove_prefix(std::min(found.text.size() + 1, left_.size()));
    if (idle) continue;
    if (found.text.ends_with('\r')) {
      found.text.remove_suffix(1);
      if (found.value)
        found.value = std::min(*found.value, found.text.size());  // nothing but that CR may have been there
    }
    found.start = found.text.find_first_not_of(spaces);
    return found;
  }
  return std::nullopt;
}

text_place place_in(const toml_statement& statement, std::size_t offset) {
  const std::string_view before = statement.text.substr(0, offset);
  const std::size_t last_line = before.rfind('\n') + 1;  // 0 without one
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  return {statement.line + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          1
              + static_cast<std::size_t>(
                  std::count_if(before.begin() + static_cast<std::ptrdiff_t>(last_line), before.end(), is_character))};
}

std::optional<std::size_t> find_deep_name(std::string_view text) {
  std::size_t start = 0;  // of what may be a name
  std::size_t parts = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      const std::size_t end = end_of_quoted(text, at);
      if (end == nowhere && is_triple(text, at)) return std::nullopt;
      at = end == nowhere ? end_of_line(text, at) : end;
    } else if (c == '#') {
      at = end_of_line(text, at);
    } else {
      ++at;
      if (std::string_view{"\n=,[]{}"}.find(c) != nowhere) {
        start = std::min(text.find_first_not_of(spaces, at), text.size());
        parts = 1;
      } else if (c == '.' && ++parts > deepest_name) {
        return start;
      }
    }
  }
  return std::nullopt;
}

statement_flaw find_flaw(const toml_statement& statement) {
  if (statement.is_header) return header_flaw(statement);
  if (!statement.value) return {statement.start, "this line is no KEY = VALUE; write one, a [section] or a # comment"};
  if (statement.name.empty()) return {statement.start, "the key is missing; write KEY = VALUE"};
  if (!is_key(statement.name)) {
    return {statement.start, "this is no key; write letters, digits, \"_\", \"-\" and dots before the ="};
  }
  return value_flaw(statement);
}

}  // namespace modelgate::config
