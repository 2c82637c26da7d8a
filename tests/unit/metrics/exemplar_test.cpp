#include "modelgate/metrics/exemplar.hpp"

#include "modelgate/metrics/latency_histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace modelgate::metrics {

using namespace std::chrono_literals;

namespace {

trace_id trace_of(std::uint64_t number) {
  return {number, number};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exemplar_suite)

BOOST_AUTO_TEST_CASE(a_slot_gives_back_what_was_put_last) {
  exemplar_slot slot;
  BOOST_TEST(!slot.read().has_value());
  slot.put(trace_of(1), 5ms, system_time{1s});
  slot.put(trace_of(2), 7ms, system_time{2s});
  const auto found = slot.read();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->trace == trace_of(2)));
  BOOST_TEST(found->seconds == 0.007, boost::test_tools::tolerance(1e-12));
  BOOST_TEST((found->at == system_time{2s}));
}

BOOST_AUTO_TEST_CASE(a_reader_never_sees_half_of_a_write) {
  exemplar_slot slot;
  std::atomic<bool> stopping{false};
  std::thread writer{[&] {
    for (std::uint8_t turn = 1; !stopping; turn = static_cast<std::uint8_t>(turn % 200 + 1))
      slot.put(trace_of(turn), std::chrono::nanoseconds{turn * 1'000'000}, system_time{std::chrono::seconds{turn}});
  }};
  int seen = 0;
  while (seen < 10'000) {
    const auto found = slot.read();
    if (!found) continue;
    ++seen;
    const std::uint64_t turn = found->trace.low;
    const bool is_whole = found->trace == trace_of(turn) && found->at == system_time{std::chrono::seconds{turn}}
                          && std::abs(found->seconds - static_cast<double>(turn) * 1e-3) < 1e-9;
    if (!is_whole) BOOST_ERROR("half of a write");
  }
  stopping = true;
  writer.join();
}

BOOST_AUTO_TEST_CASE(the_bucket_of_a_sampled_request_has_its_trace) {
  latency_histogram one;
  one.record(1ms);
  BOOST_TEST(one.read().exemplars.empty());
  const trace_id slow = trace_of(9);
  one.record(700ms, &slow);
  latency_histogram::totals totals = one.read();
  BOOST_REQUIRE(totals.exemplars.size() == 1U);
  BOOST_TEST(totals.exemplars[0].bucket == 8U);  // up to 0.75 s
  BOOST_TEST(totals.count() == 2U);

  // The newest of all workers stands for the bucket.
  histogram_totals<seldon_bounds> other;
  other.exemplars = {{8, {trace_of(1), 0.6, system_time{0s}}}, {0, {trace_of(2), 0.001, system_time{0s}}}};
  totals.add(other);
  BOOST_REQUIRE(totals.exemplars.size() == 2U);
  BOOST_TEST((totals.exemplars[0].what.trace == slow));
  BOOST_TEST((totals.exemplars[1].what.trace == trace_of(2)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
