#include "gateway/server/client_counts.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace modelgate::server {
namespace {

using namespace std::chrono_literals;
using seen = client_counts::seen_client;

std::string text_of(const client_counts::series& shown) {
  std::string text;
  for (const auto& [name, requests] : shown) text += name + "=" + std::to_string(requests) + " ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_counts_suite)

BOOST_AUTO_TEST_CASE(shows_all_that_fit_also_before_their_first_request) {
  client_counts counts{3};
  const std::vector<seen> two{{"app", {}, 0}, {"job", {}, 7}};
  BOOST_TEST(text_of(counts.take(two)) == "job=7 app=0 other=0 ");
}

BOOST_AUTO_TEST_CASE(those_that_send_go_before_those_that_do_not) {
  client_counts counts{1};
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"idle", {}, 0}, {"app", {}, 0}})) == "idle=0 other=0 ");
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"idle", {}, 0}, {"app", {}, 2}})) == "app=2 other=0 ");
}

BOOST_AUTO_TEST_CASE(the_rest_is_one_series_that_never_goes_down) {
  client_counts counts{1};
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"a", {}, 1}, {"b", {}, 5}, {"c", {}, 3}})) == "a=1 other=8 ");
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"a", {}, 2}, {"b", {}, 6}, {"c", {}, 3}})) == "a=2 other=9 ");
  // One of the rest is gone, and so is the one with a name: who was of the rest stays there.
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"c", {}, 4}})) == "other=10 ");
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"c", {}, 4}, {"d", {}, 1}})) == "d=1 other=10 ");
}

BOOST_AUTO_TEST_CASE(another_client_of_the_same_name_begins_anew) {
  client_counts counts{0};
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"a", system_time{1s}, 5}})) == "other=5 ");
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"a", system_time{2s}, 2}})) == "other=7 ");
}

BOOST_AUTO_TEST_CASE(a_client_that_is_called_other_is_of_the_rest) {
  client_counts counts{5};
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"other", {}, 0}, {"a", {}, 1}})) == "a=1 other=0 ");
  BOOST_TEST(text_of(counts.take(std::vector<seen>{{"other", {}, 3}, {"a", {}, 1}})) == "a=1 other=3 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::server
