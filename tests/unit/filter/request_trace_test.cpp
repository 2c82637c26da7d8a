#include "gateway/filter/request_trace.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string_view>

namespace modelgate::filter {
namespace {

constexpr std::string_view sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
constexpr trace_id example_trace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};

http::field parent(std::string_view value) {
  return {"traceparent", value, http::field_id::traceparent, false};
}
http::field state(std::string_view value) {
  return {"tracestate", value, http::field_id::tracestate, false};
}

request_trace traced(std::initializer_list<http::field> fields, double rate = 0) {
  static id_generator ids{{1, 2, 3, 4}};
  http::request_head head;
  head.fields = fields;
  return trace(head, ids, sample_rate{rate});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_trace_suite)

BOOST_AUTO_TEST_CASE(a_valid_parent_is_kept_and_becomes_ours) {
  const request_trace kept = traced({parent(sampled), state("a=1")});
  BOOST_TEST((kept.id == example_trace));
  BOOST_TEST(kept.parent == 0x00f067aa0ba902b7U);
  BOOST_TEST(kept.upstream != kept.parent);
  BOOST_TEST(kept.upstream != 0U);
  BOOST_TEST(kept.sampled);
  BOOST_TEST(kept.forwards_state);
  BOOST_TEST((*kept.kept() == example_trace));
}

BOOST_AUTO_TEST_CASE(who_began_the_trace_decides_whether_it_is_sampled) {
  BOOST_TEST(traced({parent(sampled)}, 0).sampled);
  BOOST_TEST(!traced({parent(unsampled)}, 1).sampled);
  BOOST_TEST(traced({parent(unsampled)}, 1).kept() == nullptr);
  BOOST_TEST(traced({}, 1).sampled);
  BOOST_TEST(!traced({}, 0).sampled);
}

BOOST_AUTO_TEST_CASE(an_invalid_or_repeated_parent_is_none_and_its_state_goes_too) {
  for (const auto& fields : {std::initializer_list<http::field>{state("a=1")},
                             {parent("00-x"), state("a=1")},
                             {parent(sampled), parent(sampled), state("a=1")},
                             {parent(sampled), state("a=1"), parent("")}}) {
    const request_trace made = traced(fields);
    BOOST_TEST(!(made.id == example_trace));
    BOOST_TEST(made.parent == 0U);
    BOOST_TEST(!made.sampled);
    BOOST_TEST(!made.forwards_state);
  }
}

BOOST_AUTO_TEST_CASE(an_invalid_state_goes_and_the_parent_stays) {
  for (const auto& fields : {std::initializer_list<http::field>{parent(sampled), state("A=1")},
                             {state("a=1"), parent(sampled), state("a=2")},
                             {parent(sampled)}}) {
    const request_trace kept = traced(fields);
    BOOST_TEST((kept.id == example_trace));
    BOOST_TEST(!kept.forwards_state);
  }
}

BOOST_AUTO_TEST_CASE(every_request_gets_ids_of_its_own) {
  const request_trace first = traced({});
  const request_trace second = traced({});
  BOOST_TEST(!(first.id == second.id));
  BOOST_TEST(first.upstream != second.upstream);
}

BOOST_AUTO_TEST_CASE(a_rate_is_kept_over_many_draws) {
  id_generator ids{{5, 6, 7, 8}};
  for (const double rate : {0.0, 0.01, 0.5, 1.0}) {
    const sample_rate drawn{rate};
    int hits = 0;
    for (int i = 0; i < 100'000; ++i) hits += drawn.draws(ids.next()) ? 1 : 0;
    BOOST_TEST(hits >= rate * 100'000 - 600);
    BOOST_TEST(hits <= rate * 100'000 + 600);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
