#include "control/api/graphql/lexer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace graphql = control::graphql;

/// Every token as "kind:text", or the fault.
std::string tokens_of(std::string_view document) {
  graphql::lexer lexer{document};
  std::string text;
  for (;;) {
    const auto next = lexer.next();
    if (!next) return text + "! " + next.error().message;
    constexpr std::string_view kinds = "pnifsbe";
    if (next->kind == graphql::token_kind::end) return text;
    text += std::string{kinds[static_cast<std::size_t>(next->kind)]} + ":" + next->text + " ";
  }
}

BOOST_AUTO_TEST_SUITE(graphql_lexer)

BOOST_AUTO_TEST_CASE(a_document_is_names_numbers_texts_and_punctuators) {
  BOOST_TEST(tokens_of("query Q($a: [Int!] = 1) { b(c: -2.5e3, d: \"e\") ...F @g | & }")
             == "n:query n:Q p:( p:$ n:a p:: p:[ n:Int p:! p:] p:= i:1 p:) p:{ n:b p:( n:c p:: f:-2.5e3 n:d p:: s:e p:) "
                "p:... n:F p:@ n:g p:| p:& p:} ");
}

BOOST_AUTO_TEST_CASE(commas_comments_and_a_byte_order_mark_are_ignored) {
  BOOST_TEST(tokens_of("\xEF\xBB\xBF# user quota \xC3\xA4\r\na,,b#c\n,\td") == "n:a n:b n:d ");
  BOOST_TEST(tokens_of("") == "");
  BOOST_TEST(tokens_of("# nothing else") == "");
}

BOOST_AUTO_TEST_CASE(escapes_are_resolved) {
  BOOST_TEST(tokens_of(R"("\"\\\/\b\f\n\r\t")") == "s:\"\\/\b\f\n\r\t ");
  BOOST_TEST(tokens_of(R"("\u00e4\u{1F600}\uD83D\uDE00")") == "s:\xC3\xA4\xF0\x9F\x98\x80\xF0\x9F\x98\x80 ");
  for (const char* wrong : {R"("\x")", R"("\u12")", R"("\uD83D")", R"("\uDE00")", R"("\uD83Dx")", R"("\u{}")",
                            R"("\u{110000}")", R"("\u{D800}")", R"("\u{1F600")", R"("\u{12345678901234567890}")"}) {
    BOOST_TEST(tokens_of(wrong).starts_with("! Syntax Error: Invalid "), wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_block_text_loses_its_indentation) {
  BOOST_TEST(tokens_of("\"\"\"\n    one\n      two\r\n\n    three\n  \"\"\"") == "b:one\n  two\n\nthree ");
  BOOST_TEST(tokens_of(R"("""a \""" b\n""")") == "b:a \"\"\" b\\n ");
  BOOST_TEST(tokens_of("\"\"\"\"\"\"") == "b: ");
  BOOST_TEST(tokens_of("\"\"\"a").starts_with("! Syntax Error: Unterminated string."));
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_told_with_its_place) {
  BOOST_TEST(tokens_of("a\n  ?").find("Unexpected character: \"?\". (line 2, column 3)") != std::string::npos);
  BOOST_TEST(tokens_of("\"a\nb\"").find("Unterminated string. (line 1, column 3)") != std::string::npos);
  for (const char* wrong : {"01", "-", "1.", "1e", "1.5.2", "1a", "0x1", "1.a", "..", ".", "\x01", "\xC3", "\"\xC3(\"",
                            "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xC0\xAF\""}) {
    BOOST_TEST(tokens_of(wrong).find("! Syntax Error: ") != std::string::npos, wrong);
  }
  BOOST_TEST(tokens_of(std::string_view{"\0", 1}).starts_with("! Syntax Error: "));
}

BOOST_AUTO_TEST_CASE(numbers_keep_their_digits) {
  BOOST_TEST(tokens_of("0 -0 7 1.50 1E+5 -1e-5 123456789012345678901234567890")
             == "i:0 i:-0 i:7 f:1.50 f:1E+5 f:-1e-5 i:123456789012345678901234567890 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
