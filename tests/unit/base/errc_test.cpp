#include "modelgate/base/errc.hpp"

#include "modelgate/base/result.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace modelgate {
namespace {

BOOST_AUTO_TEST_SUITE(errc_suite)

BOOST_AUTO_TEST_CASE(is_compared_by_value) {
  const error_code problem = errc::connection_timeout;
  BOOST_CHECK(problem == errc::connection_timeout);
  BOOST_CHECK(problem != errc::connection_refused);
  BOOST_CHECK(problem != (error_code{2, boost::system::generic_category()}));
}

BOOST_AUTO_TEST_CASE(every_value_has_words_of_its_own) {
  std::vector<std::string> seen;
  for (int value = static_cast<int>(errc::connection_refused); value <= static_cast<int>(errc::process_failed);
       ++value) {
    const std::string message = errc_category().message(value);
    BOOST_TEST(message.find("unknown") == std::string::npos);
    BOOST_TEST((std::find(seen.begin(), seen.end(), message) == seen.end()));
    seen.push_back(message);
  }
  BOOST_TEST(errc_category().message(9'999) == "unknown error 9999");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate
