#include "control/domain/revision_record.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

namespace domain = control::domain;
namespace json = boost::json;

domain::recorded_revision made_with(domain::revision_context then) {
  domain::recorded_revision revision;
  revision.spec.model_image = "demo/iris:1.0";
  revision.spec.instance_type = "cpu-1";
  revision.then = std::move(then);
  return revision;
}

const domain::instance_type_copy small{"cpu-1", "CPU 1", {500, 1'073'741'824, 0}};
const std::vector<std::string> app{"app"};

BOOST_AUTO_TEST_SUITE(revision_record)

BOOST_AUTO_TEST_CASE(shows_what_was_so_and_null_for_what_is_not_known) {
  BOOST_TEST(
      json::serialize(domain::to_json(domain::revision_context{"research", small, app}))
      == R"({"group":"research","instanceType":{"name":"cpu-1","displayName":"CPU 1","cpu":5E-1,"memoryGiB":1E0,)"
         R"("gpu":0},"clients":["app"]})");
  BOOST_TEST(json::serialize(domain::to_json(domain::revision_context{}))
             == R"({"group":null,"instanceType":null,"clients":null})");
}

BOOST_AUTO_TEST_CASE(tells_what_changed_around_a_spec_that_did_not) {
  const auto before = made_with({"research", small, app});
  domain::instance_type_copy grown = small;
  grown.display_name = "CPU one";
  grown.per_replica.cpu_milli = 1'000;
  const auto after = made_with({"research", grown, std::vector<std::string>{"app", "web"}});
  BOOST_TEST(json::serialize(domain::differences(before, after))
             == R"([{"pointer":"/instanceType/displayName","from":"CPU 1","to":"CPU one"},)"
                R"({"pointer":"/instanceType/cpu","from":5E-1,"to":1E0},)"
                R"({"pointer":"/clients","from":["app"],"to":["app","web"]}])");
  BOOST_TEST(domain::differences(after, after).empty());
}

BOOST_AUTO_TEST_CASE(another_type_differs_by_its_name_once) {
  const auto before = made_with({"research", small, app});
  auto after = made_with({"research", domain::instance_type_copy{"cpu-2", "CPU 1", small.per_replica}, app});
  after.spec.instance_type = "cpu-2";
  BOOST_TEST(json::serialize(domain::differences(before, after))
             == R"([{"pointer":"/instanceType","from":"cpu-1","to":"cpu-2"}])");
}

BOOST_AUTO_TEST_CASE(what_an_older_version_did_not_write_down_is_no_difference) {
  const auto old = made_with({"research", std::nullopt, std::nullopt});
  BOOST_TEST(domain::differences(old, made_with({"research", small, app})).empty());
  BOOST_TEST(domain::differences(made_with({"research", small, app}), old).empty());
  BOOST_TEST(domain::differences(made_with({"", small, app}), made_with({"research", small, app})).empty());
  BOOST_TEST(domain::differences(made_with({"research", std::nullopt, app}), made_with({"research", small, app})).size()
             == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
