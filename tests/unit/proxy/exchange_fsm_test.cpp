#include "gateway/proxy/exchange_fsm.hpp"

#include <boost/test/unit_test.hpp>

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
