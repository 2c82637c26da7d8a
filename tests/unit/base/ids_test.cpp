#include "modelgate/base/ids.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace modelgate {
namespace {

BOOST_AUTO_TEST_SUITE(id_generator_suite)

BOOST_AUTO_TEST_CASE(follows_the_reference_implementation_of_xoshiro256) {
  id_generator ids{{1, 2, 3, 4}};
  for (const std::uint64_t expected : {11'520ULL, 0ULL, 1'509'978'240ULL, 1'215'971'899'390'074'240ULL,
                                       1'216'172'134'540'287'360ULL, 607'988'272'756'665'600ULL}) {
    BOOST_TEST(ids.next() == expected);
  }
}

BOOST_AUTO_TEST_CASE(makes_uuids_of_version_4) {
  id_generator ids;
  for (int round = 0; round < 100; ++round) {
    const auto text = ids.next_uuid();
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      const std::string_view allowed = dash ? "-" : "0123456789abcdef";
      BOOST_REQUIRE(allowed.find(text[i]) != std::string_view::npos);
    }
    BOOST_TEST(text[14] == '4');
    BOOST_TEST(std::string_view{"89ab"}.find(text[19]) != std::string_view::npos);
  }
}

BOOST_AUTO_TEST_CASE(two_generators_do_not_repeat_each_other) {
  id_generator one;
  id_generator other;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    BOOST_REQUIRE(seen.insert(one.next()).second);
    BOOST_REQUIRE(seen.insert(other.next()).second);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(name_suffix)

BOOST_AUTO_TEST_CASE(has_the_size_asked_for_and_suits_a_deployment_id) {
  BOOST_TEST(random_name_suffix(0).empty());
  const std::string text = random_name_suffix(400);
  BOOST_TEST(text.size() == 400U);
  BOOST_TEST(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
  BOOST_TEST(text != random_name_suffix(400));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_id)

BOOST_AUTO_TEST_CASE(is_well_formed_when_safe_in_logs_and_headers) {
  BOOST_TEST(is_well_formed_request_id("a"));
  BOOST_TEST(is_well_formed_request_id("A.b_c-9"));
  BOOST_TEST(is_well_formed_request_id(std::string(128, 'x')));
}

BOOST_AUTO_TEST_CASE(is_refused_otherwise) {
  BOOST_TEST(!is_well_formed_request_id(""));
  BOOST_TEST(!is_well_formed_request_id(std::string(129, 'x')));
  for (const char* text : {"a b", "a\n", "a/b", "a:b", "\"", "caf\xC3\xA9", "a,b"})
    BOOST_TEST(!is_well_formed_request_id(text));
  BOOST_TEST(!is_well_formed_request_id(std::string_view{"a\0b", 3}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate
