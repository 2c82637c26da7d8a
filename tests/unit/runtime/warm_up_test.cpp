#include "control/runtime/warm_up.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime {

using enum config::upstream_protocol;

BOOST_AUTO_TEST_SUITE(warm_up_rule)

BOOST_AUTO_TEST_CASE(without_an_example_there_is_none) {
  BOOST_TEST(!find_warm_up(std::nullopt, seldon, "/own").has_value());
}

BOOST_AUTO_TEST_CASE(a_seldon_replica_takes_it_where_it_takes_predictions) {
  BOOST_TEST((find_warm_up("{}", seldon, "") == warm_up_request{"/predict", "{}"}));
}

BOOST_AUTO_TEST_CASE(an_image_may_name_another_path) {
  BOOST_TEST((find_warm_up("{}", seldon, "/own") == warm_up_request{"/own", "{}"}));
  BOOST_TEST((find_warm_up("{}", passthrough, "/own") == warm_up_request{"/own", "{}"}));
}

BOOST_AUTO_TEST_CASE(without_one_nobody_knows_where_a_passthrough_replica_takes_it) {
  BOOST_TEST(!find_warm_up("{}", passthrough, "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
