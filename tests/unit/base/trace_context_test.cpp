#include "modelgate/base/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace modelgate {
namespace {

constexpr std::string_view example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr trace_id example_trace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
constexpr span_id example_parent = 0x00f067aa0ba902b7;

std::string with(std::size_t at, std::string_view text) {
  return std::string{example}.replace(at, text.size(), text);
}

template <class Text>
std::string_view view(const Text& text) {
  return {text.data(), text.size()};
}

bool is_valid(std::initializer_list<std::string_view> values) {
  const std::vector<std::string_view> all{values};
  return is_valid_tracestate(all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(traceparent)

BOOST_AUTO_TEST_CASE(is_read_part_by_part) {
  const auto read = parse_traceparent(example);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST((*read == trace_context{example_trace, example_parent, true}));
  BOOST_TEST(!parse_traceparent(with(53, "00"))->sampled);
  BOOST_TEST(!parse_traceparent(with(53, "fe"))->sampled);
  BOOST_TEST(parse_traceparent(with(53, "ff"))->sampled);
}

BOOST_AUTO_TEST_CASE(of_a_later_version_is_read_as_far_as_it_is_known) {
  for (const std::string& text : {with(0, "01"), with(0, "fe"), with(0, "cc") + "-", with(0, "cc") + "-what-ever"}) {
    const auto read = parse_traceparent(text);
    BOOST_TEST_REQUIRE(read.has_value(), text);
    BOOST_TEST((*read == trace_context{example_trace, example_parent, true}), text);
  }
  for (const std::string& text : {with(0, "cc") + "x", with(0, "cc") + "0-1"}) {
    BOOST_TEST(!parse_traceparent(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(that_is_not_as_recommended_is_none) {
  const std::string zeros(32, '0');
  for (const std::string& text : {std::string{},
                                  std::string{"00"},
                                  with(0, "ff"),
                                  with(0, "0A"),
                                  with(0, "0 "),
                                  with(3, "4BF9"),
                                  with(3, "g"),
                                  with(36, "00F0"),
                                  with(53, "0A"),
                                  with(53, "1"),
                                  with(53, "0g"),
                                  with(2, "_"),
                                  with(35, "_"),
                                  with(52, "_"),
                                  with(3, zeros),
                                  with(36, zeros.substr(0, 16)),
                                  std::string{example} + "-",
                                  std::string{example} + "0",
                                  std::string{example} + "-00",
                                  " " + std::string{example},
                                  std::string{example.substr(0, 54)},
                                  with(10, std::string_view{"\0", 1}),
                                  with(10, "\xff")}) {
    const bool differs = text != example && text != with(53, "1");
    if (differs) BOOST_TEST(!parse_traceparent(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(is_written_as_it_was_read) {
  BOOST_TEST(view(format_traceparent({example_trace, example_parent, true})) == example);
  BOOST_TEST(view(format_traceparent(*parse_traceparent(with(0, "cc") + "-more"))) == example);
  BOOST_TEST(view(format_traceparent({{0, 1}, 2, false})) == "00-00000000000000000000000000000001-0000000000000002-00");
  BOOST_TEST(view(to_hex(example_trace)) == example.substr(3, 32));
  BOOST_TEST(view(to_hex(example_parent)) == example.substr(36, 16));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tracestate)

BOOST_AUTO_TEST_CASE(is_a_list_of_entries_over_one_or_more_fields) {
  BOOST_TEST(is_valid({"congo=t61rcWkgMzE"}));
  BOOST_TEST(is_valid({"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"}));
  BOOST_TEST(is_valid({"rojo=1", "congo=2"}));
  BOOST_TEST(is_valid({"a=1 ,\tb=2", ""}));
  BOOST_TEST(is_valid({"a=1,,b=2,"}));
  BOOST_TEST(is_valid({"fw529a3039@dt=FfAx;x y", "0tenant@s*/-_=~!"}));
  BOOST_TEST(is_valid({std::string(256, 'k') + "=" + std::string(256, 'v')}));
}

BOOST_AUTO_TEST_CASE(that_breaks_a_rule_is_invalid) {
  for (const std::string& text :
       {std::string{"a"}, std::string{"=1"}, std::string{"a="}, std::string{"A=1"}, std::string{"1a=1"},
        std::string{"a b=1"}, std::string{"a=1=2"}, std::string{"a=1,a=2"}, std::string{"a=\x7f"},
        std::string{"a=\xc3\xa4"}, std::string{"a=\t1"}, std::string{"@s=1"}, std::string{"t@=1"}, std::string{"t@1=1"},
        std::string{"a@b@c=1"}, "t@" + std::string(15, 's') + "=1", std::string(242, 't') + "@s=1",
        std::string(257, 'k') + "=1", "k=" + std::string(257, 'v')}) {
    BOOST_TEST(!is_valid({text}), text);
  }
  BOOST_TEST(!is_valid({"a=1", "b=1,a=2"}));
}

BOOST_AUTO_TEST_CASE(has_at_most_32_entries) {
  std::string text;
  for (int i = 0; i < 32; ++i) text += "k" + std::to_string(i) + "=1,";
  BOOST_TEST(is_valid({text}));
  BOOST_TEST(!is_valid({text + "one-more=1"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate
