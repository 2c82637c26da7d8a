#include "modelgate/net/ticket_keys.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::net {
namespace {

using std::chrono::hours;

BOOST_AUTO_TEST_SUITE(ticket_keys_suite)

BOOST_AUTO_TEST_CASE(a_key_opens_what_it_sealed_until_the_one_after_the_next) {
  ticket_keys keys{hours{24}};
  const steady_time start = steady_clock::now();
  const auto first = keys.current(start);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST((keys.current(start + hours{23})->name == first->name));
  BOOST_TEST(keys.find(first->name.data(), start + hours{23})->is_current);

  const auto second = keys.current(start + hours{25});
  BOOST_TEST((second->name != first->name));
  BOOST_TEST((second->cipher != first->cipher));
  const auto found = keys.find(first->name.data(), start + hours{26});
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(!found->is_current);
  BOOST_TEST((found->key.cipher == first->cipher));
  BOOST_TEST((found->key.mac == first->mac));

  BOOST_TEST((keys.current(start + hours{50})->name != second->name));
  BOOST_TEST(!keys.find(first->name.data(), start + hours{50}).has_value());
  BOOST_TEST(keys.find(second->name.data(), start + hours{50}).has_value());
}

BOOST_AUTO_TEST_CASE(a_key_that_was_not_used_for_two_turns_opens_nothing_more) {
  ticket_keys keys{hours{24}};
  const steady_time start = steady_clock::now();
  const auto old = keys.current(start);
  BOOST_TEST(!keys.find(old->name.data(), start + hours{48}).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_finds_nothing) {
  ticket_keys keys{hours{24}};
  const std::array<unsigned char, 16> name{};
  BOOST_TEST(!keys.find(name.data(), steady_clock::now()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
