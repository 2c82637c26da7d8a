#include "modelgate/http_io/message.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http_io {
namespace {

BOOST_AUTO_TEST_SUITE(field_list_suite)

BOOST_AUTO_TEST_CASE(names_compare_without_case) {
  field_list fields;
  fields.add("Content-Type", "text/plain");
  BOOST_TEST(fields.get("content-type") == "text/plain");
  BOOST_TEST(fields.contains("CONTENT-TYPE"));
  BOOST_TEST(!fields.contains("Content-Typ"));
}

BOOST_AUTO_TEST_CASE(an_absent_field_reads_as_empty) {
  const field_list fields;
  BOOST_TEST(fields.get("Host").empty());
}

BOOST_AUTO_TEST_CASE(add_keeps_repetitions_in_order_and_get_gives_the_first) {
  field_list fields;
  fields.add("Set-Cookie", "a=1");
  fields.add("Set-Cookie", "b=2");
  BOOST_TEST(fields.entries().size() == 2U);
  BOOST_TEST(fields.get("set-cookie") == "a=1");
}

BOOST_AUTO_TEST_CASE(set_leaves_one_field_where_the_first_stood) {
  field_list fields;
  fields.add("X", "1");
  fields.add("Y", "2");
  fields.add("x", "3");
  fields.set("X", "4");
  BOOST_REQUIRE(fields.entries().size() == 2U);
  BOOST_TEST(fields.entries()[0].second == "4");
  BOOST_TEST(fields.entries()[1].second == "2");
}

BOOST_AUTO_TEST_CASE(set_adds_a_field_that_was_not_there) {
  field_list fields;
  fields.set("Location", "/a");
  BOOST_TEST(fields.get("Location") == "/a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_suite)

BOOST_AUTO_TEST_CASE(query_value_gives_the_first_of_that_name_and_tells_empty_from_absent) {
  request message;
  message.query = {{"group", "a"}, {"group", "b"}, {"search", ""}};
  BOOST_TEST(message.query_value("group").value() == "a");
  BOOST_TEST(message.query_value("search").value().empty());
  BOOST_TEST(!message.query_value("Group").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io
