#include "gateway/proxy/body_copy.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::proxy {

BOOST_AUTO_TEST_SUITE(body_copy_suite)

BOOST_AUTO_TEST_CASE(keeps_what_is_written_up_to_the_limit) {
  std::string bytes = "of an earlier request";
  body_copy copy{bytes, 6};
  copy.append("abc");
  copy.append("def");
  BOOST_TEST(copy.is_whole());
  BOOST_TEST(copy.bytes() == "abcdef");
  copy.append("");
  BOOST_TEST(copy.is_whole());
  copy.append("g");
  BOOST_TEST(!copy.is_whole());
  BOOST_TEST(copy.size() == 0U);
  copy.append("h");
  BOOST_TEST(copy.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_limit_of_nothing_keeps_the_empty_body) {
  std::string bytes;
  body_copy copy{bytes, 0};
  copy.append("");
  BOOST_TEST(copy.is_whole());
  copy.append("a");
  BOOST_TEST(!copy.is_whole());
}

BOOST_AUTO_TEST_CASE(large_memory_goes_back) {
  std::string bytes;
  body_copy copy{bytes, 1'000'000};
  copy.append(std::string(500'000, 'x'));
  copy.release();
  BOOST_TEST(copy.size() == 0U);
  BOOST_TEST(bytes.capacity() < 1'000U);
  BOOST_TEST(copy.is_whole());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
