#include "control/service/login_guard.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::control::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct guarded {
  guarded() {
    limits.login_failures = 3;
    limits.login_failures_address = 5;
    limits.login_lock = seconds{10};
    limits.login_lock_max = seconds{60};
  }

  milliseconds attempt(const std::string& name, const std::string& address = "10.0.0.1") {
    return guard.begin(name, address, now, limits);
  }

  login_guard guard;
  config::people_settings limits;
  steady_time now{std::chrono::hours{1}};
};

BOOST_FIXTURE_TEST_SUITE(login_guards, guarded)

BOOST_AUTO_TEST_CASE(wrong_logins_of_one_name_have_to_wait_longer_and_longer) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(attempt("alice").count() == 0);
  BOOST_TEST((attempt("alice") == seconds{10}));
  now += seconds{4};
  BOOST_TEST((attempt("alice") == seconds{6}));  // who is sent away waits no longer for it
  for (seconds lock{6}; const seconds longer : {seconds{20}, seconds{40}, seconds{60}, seconds{60}}) {
    now += lock + seconds{59};  // just before all would be forgotten
    BOOST_TEST(attempt("alice").count() == 0);
    BOOST_TEST((attempt("alice") == longer), longer.count());
    lock = longer;
  }
}

BOOST_AUTO_TEST_CASE(other_names_and_addresses_do_not_wait) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(attempt("alice").count() == 0);
  BOOST_TEST(attempt("alice", "10.0.0.2").count() > 0);
  BOOST_TEST(attempt("bob").count() == 0);
}

BOOST_AUTO_TEST_CASE(many_names_from_one_address_have_to_wait) {
  for (const char* name : {"a", "b", "c", "d", "e"}) BOOST_TEST(attempt(name).count() == 0);
  BOOST_TEST((attempt("f") == seconds{10}));
  BOOST_TEST(attempt("f", "10.0.0.2").count() == 0);
}

BOOST_AUTO_TEST_CASE(a_right_login_forgives_its_name_and_no_wrong_one_of_its_address) {
  for (const char* name : {"a", "b", "c", "d"}) BOOST_TEST(attempt(name).count() == 0);
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(attempt("mine").count() == 0);  // the fifth of the address: locked, until it turns out to be right
    guard.succeeded("mine", "10.0.0.1");
  }
  BOOST_TEST(attempt("e").count() == 0);
  BOOST_TEST(attempt("f").count() > 0);
}

BOOST_AUTO_TEST_CASE(many_at_a_time_are_no_more_than_one_by_one) {
  int begun = 0;
  for (int i = 0; i < 10; ++i) begun += attempt("alice").count() == 0 ? 1 : 0;
  BOOST_TEST(begun == 3);
}

BOOST_AUTO_TEST_CASE(one_that_was_not_made_is_not_counted_and_forgives_none) {
  for (int i = 0; i < 2; ++i) BOOST_TEST(attempt("alice").count() == 0);
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(attempt("alice").count() == 0);
    guard.withdrawn("alice", "10.0.0.1");
  }
  BOOST_TEST(attempt("alice").count() == 0);
  BOOST_TEST(attempt("alice").count() > 0);
}

BOOST_AUTO_TEST_CASE(all_is_forgotten_some_time_after_the_last_wait) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(attempt("alice").count() == 0);
  now += seconds{70};
  for (int i = 0; i < 3; ++i) BOOST_TEST(attempt("alice").count() == 0);
  BOOST_TEST((attempt("alice") == seconds{10}));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_has_a_bound) {
  limits.login_failures_address = 1'000'000;
  for (int i = 0; i < 3; ++i) BOOST_TEST(attempt("first").count() == 0);
  now += seconds{1};
  for (std::size_t i = 0; i < login_guard::most_records; ++i) static_cast<void>(attempt("n" + std::to_string(i)));
  BOOST_TEST(attempt("first").count() == 0);  // the one that failed longest ago is gone
  for (int i = 0; i < 3; ++i) static_cast<void>(attempt("last"));
  BOOST_TEST(attempt("last").count() > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::service
