#include "gateway/telemetry/record_ring.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace modelgate::telemetry {
namespace {

bool put(record_ring& ring, unsigned number) {
  request_record* record = ring.push();
  if (record == nullptr) return false;
  record->revision = number;
  ring.publish();
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_ring_suite)

BOOST_AUTO_TEST_CASE(gives_records_in_order_and_takes_no_more_than_fit) {
  record_ring ring{3};
  BOOST_TEST(ring.capacity() == 4U);
  for (unsigned i = 0; i < 4; ++i) BOOST_TEST(put(ring, i));
  BOOST_TEST(!put(ring, 4));
  unsigned next = 0;
  const auto expect = [&](const request_record& record) { BOOST_TEST(record.revision == next++); };
  BOOST_TEST(ring.take(expect) == 4U);
  BOOST_TEST(ring.take(expect) == 0U);
  for (unsigned i = 4; i < 7; ++i) BOOST_TEST(put(ring, i));
  BOOST_TEST(ring.take(expect) == 3U);
}

BOOST_AUTO_TEST_CASE(the_writer_does_not_think_it_half_full_when_the_reader_keeps_up) {
  record_ring ring{8};
  for (unsigned i = 0; i < 64; ++i) {
    BOOST_REQUIRE(ring.push() != nullptr);
    BOOST_TEST(ring.publish() <= 4U);
    BOOST_TEST(ring.take([](const request_record&) {}) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_record_starts_empty) {
  record_ring ring{1};
  request_record* first = ring.push();
  first->path.assign("/secret");
  first->why = http::reason::draining;
  ring.publish();
  ring.take([](const request_record&) {});
  const request_record* second = ring.push();
  BOOST_TEST(second->path.view().empty());
  BOOST_TEST(!second->why.has_value());
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_at_its_bound) {
  bounded_text<4> text;
  text.assign("abcdef");
  BOOST_TEST(text.view() == "abcd");
  text.assign("");
  BOOST_TEST(text.view().empty());
}

BOOST_AUTO_TEST_CASE(loses_nothing_between_two_threads_but_what_was_refused) {
  record_ring ring{64};
  constexpr unsigned total = 200'000;
  unsigned refused = 0;
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (unsigned i = 0; i < total; ++i) refused += put(ring, i) ? 0 : 1;
    done = true;
  }};
  std::uint64_t taken = 0;
  std::uint64_t last = 0;
  bool in_order = true;
  const auto use = [&](const request_record& record) {
    in_order = in_order && (taken == 0 || record.revision > last);
    last = record.revision;
    ++taken;
  };
  while (!done) ring.take(use);
  ring.take(use);
  writer.join();
  BOOST_TEST(in_order);
  BOOST_TEST(taken + refused == total);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::telemetry
