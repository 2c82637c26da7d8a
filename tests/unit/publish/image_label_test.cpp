#include "control/publish/image_label.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::publish {
namespace {

void check(std::string_view image, const image_label& expected) {
  const image_label found = label_of_image(image);
  BOOST_TEST(found.image == expected.image);
  BOOST_TEST(found.version == expected.version);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(image_label_rule)

BOOST_AUTO_TEST_CASE(splits_at_the_last_colon_after_the_last_slash) {
  check("demo/iris:1.0", {"demo/iris", "1.0"});
  check("registry:5000/x:1.0", {"registry:5000/x", "1.0"});
  check("registry:5000/x", {"registry:5000/x", "latest"});
  check("iris", {"iris", "latest"});
}

BOOST_AUTO_TEST_CASE(takes_a_digest_as_the_version) {
  check("x@sha256:ab12", {"x", "sha256:ab12"});
  check("registry:5000/x:1.0@sha256:ab12", {"registry:5000/x", "sha256:ab12"});
}

BOOST_AUTO_TEST_CASE(takes_any_text) {
  check("", {"", "latest"});
  check(":", {"", ""});
  check("@", {"", "latest"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::publish
