#pragma once

#include "control/api/graphql/document.hpp"
#include "control/api/graphql/limits.hpp"

#include <optional>
#include <string_view>

namespace modelgate::control::graphql {

/// What may stand between any two tokens of a text: the part of a parser that documents and schemas share.
///
/// Shape:  one per text. A token is looked at before it is taken.
/// Errors: the first mistake ends it; everything after that fails with the same fault.
class token_reader {
 public:
  token_reader(std::string_view text, const query_limits& limits);

  [[nodiscard]] const token& now() const noexcept { return now_; }
  [[nodiscard]] bool failed() const noexcept { return fault_.has_value(); }
  [[nodiscard]] const fault& why() const noexcept { return *fault_; }

  token take();
  bool take_if(std::string_view punctuator);
  bool take_keyword(std::string_view word);
  void expect(std::string_view punctuator);
  std::string expect_name();
  void unexpected();
  void fail(fault why);

  type_ref read_type();
  /// `constant`: no variables.
  literal read_literal(bool constant);
  std::vector<argument> read_arguments(bool constant);
  std::vector<directive> read_directives(bool constant);

  /// Counts how deep one stands; a deeper one than allowed is a fault.
  class level {
   public:
    explicit level(token_reader& of);
    ~level() { --of_.depth_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;

   private:
    token_reader& of_;
  };

 private:
  lexer lexer_;
  const query_limits& limits_;
  token now_;
  std::size_t tokens_ = 0;
  std::size_t depth_ = 0;
  std::optional<fault> fault_;
};

/// Reads a document of operations and fragments. Total: takes any bytes.
///
/// Errors: syntax, or a limit.
/// Source: GraphQL specification, October 2021, appendix B.2 and B.3. Definitions of types are refused: nobody changes
///         the schema.
[[nodiscard]] result<document, fault> parse(std::string_view text, const query_limits& limits = {});

}  // namespace modelgate::control::graphql
