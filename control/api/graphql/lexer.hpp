#pragma once

#include "control/api/graphql/fault.hpp"

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::graphql {

struct location {
  std::uint32_t line = 1;
  std::uint32_t column = 1;  ///< in bytes

  friend bool operator==(const location&, const location&) = default;
};

enum class token_kind { punctuator, name, integer, floating, text, block_text, end };

struct token {
  token_kind kind = token_kind::end;
  std::string text;  ///< of a text its value, escapes resolved; of a punctuator "..." or one character
  location at;

  [[nodiscard]] bool is(std::string_view punctuator) const noexcept {
    return kind == token_kind::punctuator && text == punctuator;
  }
};

/// A document as tokens, one after the other.
///
/// Shape:  refers to the document. Total: takes any bytes; after the end comes the end again.
/// Errors: with line and column, in the words of the reference implementation.
/// Source: GraphQL specification, October 2021, section 2.1 "Source Text" and appendix A.
class lexer {
 public:
  explicit lexer(std::string_view document) noexcept;

  [[nodiscard]] result<token, fault> next();

 private:
  void skip_ignored() noexcept;
  [[nodiscard]] result<token, fault> number();
  [[nodiscard]] result<token, fault> text();
  [[nodiscard]] result<token, fault> block_text();
  [[nodiscard]] result<void, fault> escape(std::string& value);
  [[nodiscard]] result<std::uint32_t, fault> unicode_escape();
  [[nodiscard]] bool take_digits() noexcept;
  [[nodiscard]] location here() const noexcept;
  [[nodiscard]] fault broken(const std::string& why) const;
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < document_.size() ? document_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool done() const noexcept { return at_ >= document_.size(); }
  void end_line() noexcept;

  std::string_view document_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
};

[[nodiscard]] fault syntax_fault(const std::string& why, location at);

}  // namespace modelgate::control::graphql
