#include "modelgate/crypto/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <new>
#include <type_traits>

namespace modelgate::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<secret> && !std::is_copy_assignable_v<secret>);
static_assert(!std::is_convertible_v<secret, std::string_view> && !std::is_convertible_v<std::string, secret>);

BOOST_AUTO_TEST_SUITE(secret_suite)

BOOST_AUTO_TEST_CASE(reveals_what_it_was_given) {
  BOOST_TEST(secret{"hunter2"}.reveal() == "hunter2");
  BOOST_TEST(secret{}.empty());
}

BOOST_AUTO_TEST_CASE(moving_leaves_nothing_behind) {
  for (const std::string text : {"short", "long enough to be kept on the heap and not in place"}) {
    secret from{text};
    secret to{std::move(from)};
    BOOST_TEST(to.reveal() == text);
    BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move): what is left behind is the subject
    secret assigned{"before"};
    assigned = std::move(to);
    BOOST_TEST(assigned.reveal() == text);
    BOOST_TEST(to.empty());  // NOLINT(bugprone-use-after-move)
  }
}

BOOST_AUTO_TEST_CASE(a_short_text_is_wiped_where_it_stood) {
  alignas(secret) unsigned char place[sizeof(secret)];
  auto* const held = ::new (place) secret{"hunter2"};
  const char* const at = held->reveal().data();
  const auto* const first = reinterpret_cast<const char*>(place);
  BOOST_REQUIRE((at >= first && at < first + sizeof place));
  const std::ptrdiff_t offset = at - first;
  secret other{std::move(*held)};
  BOOST_TEST(std::memcmp(first + offset, "\0\0\0\0\0\0\0", 7) == 0);
  BOOST_TEST(other.reveal() == "hunter2");
  held->~secret();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
