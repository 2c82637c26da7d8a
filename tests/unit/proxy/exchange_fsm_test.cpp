#include "gateway/proxy/exchange_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace modelgate::proxy {
namespace {

using action = exchange_fsm::action;
using loss = exchange_fsm::loss;
using http::reason;

bool is(exchange_fsm::decision made, action what, reason why) {
  return made == exchange_fsm::decision{what, why};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exchange_fsm_suite)

BOOST_AUTO_TEST_CASE(retries_once_elsewhere_when_nothing_was_sent) {
  for (const loss how : {loss::connect_failed, loss::connect_timeout, loss::closed}) {
    exchange_fsm fsm;
    BOOST_TEST((fsm.on_upstream_lost(how).what == action::retry));
    BOOST_TEST((fsm.on_upstream_lost(how).what == action::reply));
    BOOST_TEST(fsm.retries() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(never_retries_what_was_sent) {
  exchange_fsm fsm;
  fsm.on_request_bytes_sent();
  BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::reply, reason::upstream_reset));
}

BOOST_AUTO_TEST_CASE(bytes_sent_after_a_retry_end_retrying) {
  exchange_fsm fsm;
  BOOST_TEST((fsm.on_upstream_lost(loss::connect_failed).what == action::retry));
  fsm.on_request_bytes_sent();
  BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::reply, reason::upstream_reset));
}

BOOST_AUTO_TEST_CASE(an_invalid_answer_is_not_retried) {
  exchange_fsm fsm;
  BOOST_TEST(is(fsm.on_upstream_lost(loss::invalid), action::reply, reason::upstream_invalid));
}

BOOST_AUTO_TEST_CASE(what_may_go_out_again_and_where) {
  struct row {
    const char* name;
    bool idempotent;
    bool bytes_sent;
    bool has_copy;
    loss how;
    exchange_fsm::decision made;
  };
  const auto retry = [](reason why, bool same_replica_will_do, bool spends_budget) {
    return exchange_fsm::decision{action::retry, why, same_replica_will_do, spends_budget};
  };
  const auto reply = [](reason why) { return exchange_fsm::decision{action::reply, why}; };
  const std::array rows{
      row{"untouched", false, false, true, loss::closed, retry(reason::upstream_reset, false, false)},
      row{"untouched, no connection", true, false, true, loss::connect_failed,
          retry(reason::upstream_connect, false, false)},
      row{"untouched, kept connection", false, false, true, loss::kept_closed,
          retry(reason::upstream_reset, true, false)},
      row{"untouched, body too large", true, false, false, loss::closed, retry(reason::upstream_reset, false, false)},
      row{"sent", false, true, true, loss::closed, reply(reason::upstream_reset)},
      row{"sent, kept connection", false, true, true, loss::kept_closed, reply(reason::upstream_reset)},
      row{"sent, idempotent", true, true, true, loss::closed, retry(reason::upstream_reset, false, true)},
      row{"sent, idempotent, kept", true, true, true, loss::kept_closed, retry(reason::upstream_reset, true, true)},
      row{"sent, idempotent, too large", true, true, false, loss::closed, reply(reason::upstream_reset)},
      row{"not HTTP", true, true, true, loss::invalid, reply(reason::upstream_invalid)},
      row{"not HTTP, untouched", true, false, true, loss::invalid, reply(reason::upstream_invalid)},
  };
  for (const row& each : rows) {
    exchange_fsm fsm{each.idempotent};
    if (each.bytes_sent) fsm.on_request_bytes_sent();
    if (!each.has_copy) fsm.on_copy_given_up();
    BOOST_TEST((fsm.on_upstream_lost(each.how) == each.made), each.name);
    BOOST_TEST((fsm.on_upstream_lost(each.how).what == action::reply), each.name << ", twice");
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_retried_once_the_head_is_out) {
  exchange_fsm fsm{true};
  fsm.on_request_bytes_sent();
  fsm.on_response_head_sent();
  BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::cut, reason::upstream_reset));
  BOOST_TEST(!fsm.may_hedge());
}

BOOST_AUTO_TEST_CASE(a_timeout_is_not_retried) {
  const exchange_fsm fsm{true};
  BOOST_TEST(is(fsm.on_timeout(), action::reply, reason::upstream_timeout));
}

BOOST_AUTO_TEST_CASE(without_budget_the_client_is_told_what_failed) {
  exchange_fsm fsm{true};
  fsm.on_request_bytes_sent();
  BOOST_TEST(fsm.on_upstream_lost(loss::closed).spends_budget);
  BOOST_TEST(is(fsm.on_budget_exhausted(), action::reply, reason::upstream_reset));
}

BOOST_AUTO_TEST_CASE(only_a_first_try_that_could_be_sent_again_is_hedged) {
  BOOST_TEST(!exchange_fsm{false}.may_hedge());
  exchange_fsm fsm{true};
  BOOST_TEST(fsm.may_hedge());
  fsm.on_copy_given_up();
  BOOST_TEST(!fsm.may_hedge());
  exchange_fsm retried{true};
  static_cast<void>(retried.on_upstream_lost(loss::connect_failed));
  BOOST_TEST(!retried.may_hedge());
}

BOOST_AUTO_TEST_CASE(a_hedge_is_the_second_try) {
  exchange_fsm fsm{true};
  fsm.on_request_bytes_sent();
  fsm.on_hedge_sent();
  BOOST_TEST(!fsm.may_hedge());
  fsm.on_hedge_ended();
  BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::reply, reason::upstream_reset));
}

BOOST_AUTO_TEST_CASE(a_hedge_takes_over_from_a_replica_that_is_lost) {
  for (const loss how : {loss::closed, loss::kept_closed, loss::invalid}) {
    exchange_fsm fsm{true};
    fsm.on_request_bytes_sent();
    fsm.on_hedge_sent();
    BOOST_TEST((fsm.on_upstream_lost(how).what == action::take_over));
    BOOST_TEST(fsm.takes_hedge(true));
    fsm.on_hedge_ended();
    BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::reply, reason::upstream_reset));
  }
}

BOOST_AUTO_TEST_CASE(the_failure_of_a_hedge_is_not_taken_while_the_first_may_do_better) {
  exchange_fsm fsm{true};
  fsm.on_hedge_sent();
  BOOST_TEST(fsm.takes_hedge(false));
  BOOST_TEST(!fsm.takes_hedge(true));
}

BOOST_AUTO_TEST_CASE(without_replicas_the_client_is_told_what_failed) {
  exchange_fsm untouched;
  BOOST_TEST(is(untouched.on_no_replica(), action::reply, reason::no_ready_replica));
  exchange_fsm tried;
  static_cast<void>(tried.on_upstream_lost(loss::connect_failed));
  BOOST_TEST(is(tried.on_no_replica(), action::reply, reason::upstream_connect));
}

BOOST_AUTO_TEST_CASE(after_the_head_only_closing_shows_an_error) {
  exchange_fsm fsm;
  fsm.on_request_bytes_sent();
  fsm.on_response_head_sent();
  BOOST_TEST(is(fsm.on_upstream_lost(loss::closed), action::cut, reason::upstream_reset));
  BOOST_TEST(is(fsm.on_timeout(), action::cut, reason::upstream_timeout));
  BOOST_TEST(is(fsm.on_request_refused(reason::body_too_large), action::cut, reason::body_too_large));
}

BOOST_AUTO_TEST_CASE(a_client_that_left_is_not_answered) {
  exchange_fsm fsm;
  BOOST_TEST(is(fsm.on_client_gone(), action::leave, reason::client_closed));
}

BOOST_AUTO_TEST_CASE(connections_are_kept_only_when_both_messages_are_complete) {
  exchange_fsm::ending good;
  good.request_sent_whole = good.upstream_keeps = good.client_keeps = true;
  BOOST_TEST(exchange_fsm::may_keep_upstream(good));
  BOOST_TEST(exchange_fsm::may_keep_client(good));
  for (bool exchange_fsm::ending::*member :
       {&exchange_fsm::ending::request_sent_whole, &exchange_fsm::ending::response_delimited}) {
    exchange_fsm::ending bad = good;
    bad.*member = false;
    BOOST_TEST(!exchange_fsm::may_keep_upstream(bad));
    BOOST_TEST(!exchange_fsm::may_keep_client(bad));
  }
  exchange_fsm::ending surplus = good;
  surplus.upstream_surplus = true;
  BOOST_TEST(!exchange_fsm::may_keep_upstream(surplus));
  BOOST_TEST(exchange_fsm::may_keep_client(surplus));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
