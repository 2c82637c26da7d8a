#include "modelgate/http/negotiation.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::http::accepts_gzip;
using modelgate::http::take_alternative;

BOOST_AUTO_TEST_SUITE(negotiation)

BOOST_AUTO_TEST_CASE(gzip_is_for_those_who_take_it) {
  BOOST_TEST(!accepts_gzip(""));
  BOOST_TEST(!accepts_gzip("identity, br"));
  BOOST_TEST(accepts_gzip("br, gzip"));
  BOOST_TEST(accepts_gzip("GZIP;q=0.1"));
  BOOST_TEST(accepts_gzip("*"));
  BOOST_TEST(!accepts_gzip("gzip;q=0"));
  BOOST_TEST(!accepts_gzip("*, gzip; q=0"));
}

BOOST_AUTO_TEST_CASE(alternatives_are_taken_one_by_one) {
  std::string_view field = "text/html;level=1 ; q=0.5, application/x; version=\"1.0\",";
  const auto first = take_alternative(field);
  BOOST_TEST(first.name == "text/html");
  BOOST_TEST(first.weight == 0.5);
  const auto second = take_alternative(field);
  BOOST_TEST(second.name == "application/x");
  BOOST_TEST(second.version == "1.0");
  BOOST_TEST(second.weight == 1);
  BOOST_TEST(field == "");
}

BOOST_AUTO_TEST_SUITE_END()
