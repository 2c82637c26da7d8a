#include "control/domain/serving_document.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

namespace json = boost::json;
namespace domain = control::domain;

}  // namespace

BOOST_AUTO_TEST_SUITE(serving_documents)

BOOST_AUTO_TEST_CASE(options_that_come_back_as_they_were_shown_stay_open) {
  const domain::serving_defaults defaults;
  domain::deployment_spec spec;
  spec.serving.queue_timeout = std::chrono::seconds{10};  // its owner's own word, though the same as the default
  spec.serving.limits.together.millirequests_per_second = 2'500;
  const auto read_back = [&](auto change) {
    auto shown = domain::to_json(spec.serving, &defaults);
    change(shown);
    diagnostics mistakes;
    auto serving = domain::read_serving(shown, "/serving", mistakes);
    BOOST_TEST(mistakes.empty());
    domain::leave_open(serving, spec.serving, defaults);
    return serving;
  };
  BOOST_TEST((read_back([](json::object&) {}) == spec.serving));
  const auto other = read_back([](json::object& shown) {
    shown["timeout"] = 61;
    shown["limits"].as_object()["burst"] = 9;
  });
  BOOST_TEST(other.timeout->count() == 61);
  BOOST_TEST(other.limits.together.burst.value() == 9u);
  BOOST_TEST(!other.max_queue.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::tests
