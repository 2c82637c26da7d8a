#include "modelgate/net/task.hpp"

#include "modelgate/net/wake_signal.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace modelgate::net {
namespace {

task_of<int> at_once() {
  co_return 1;
}

task_of<int> after(wake_signal& signal) {
  co_await signal.wait();
  co_return 2;
}

task_of<int> sum(wake_signal& signal) {
  const int first = co_await at_once();
  const int second = co_await after(signal);
  co_return first + second;
}

task_of<std::unique_ptr<int>> gives_away() {
  co_return std::make_unique<int>(3);
}

task fails(wake_signal& signal) {
  co_await signal.wait();
  throw std::runtime_error{"it was to be"};
}

struct fixture {
  void run(task work) {
    start(std::move(work), [this](std::exception_ptr why) {
      ended = true;
      failure = why;
    });
  }

  wake_signal signal;
  bool ended = false;
  std::exception_ptr failure;
};

BOOST_FIXTURE_TEST_SUITE(task_suite, fixture)

BOOST_AUTO_TEST_CASE(runs_until_it_has_to_wait_and_on_when_it_is_woken) {
  std::optional<int> result;
  const auto work = [&]() -> task { result = co_await sum(signal); };
  run(work());
  BOOST_TEST(!result);
  BOOST_TEST(!ended);
  signal.notify();
  BOOST_TEST((result == 3));
  BOOST_TEST(ended);
  BOOST_TEST(!failure);
}

BOOST_AUTO_TEST_CASE(what_was_notified_before_is_not_waited_for) {
  signal.notify();
  std::optional<int> result;
  const auto work = [&]() -> task { result = co_await after(signal); };
  run(work());
  BOOST_TEST((result == 2));
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(does_not_begin_before_it_is_awaited) {
  bool begun = false;
  const auto work = [&]() -> task {
    begun = true;
    co_return;
  };
  task made = work();
  BOOST_TEST(!begun);
  run(std::move(made));
  BOOST_TEST(begun);
}

BOOST_AUTO_TEST_CASE(gives_away_what_cannot_be_copied) {
  int result = 0;
  const auto work = [&]() -> task {
    const std::unique_ptr<int> got = co_await gives_away();
    result = *got;
  };
  run(work());
  BOOST_TEST(result == 3);
}

BOOST_AUTO_TEST_CASE(what_it_throws_comes_out_where_it_is_awaited) {
  std::string caught;
  const auto work = [&]() -> task {
    try {
      co_await fails(signal);
    } catch (const std::runtime_error& problem) {
      caught = problem.what();
    }
  };
  run(work());
  signal.notify();
  BOOST_TEST(caught == "it was to be");
  BOOST_TEST(!failure);
}

BOOST_AUTO_TEST_CASE(who_started_it_gets_what_nobody_caught) {
  run(fails(signal));
  BOOST_TEST(!ended);
  signal.notify();
  BOOST_TEST(ended);
  BOOST_CHECK_THROW(std::rethrow_exception(failure), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_task_that_is_dropped_while_it_waits_ends_what_it_holds) {
  const auto held = std::make_shared<int>(4);
  const auto inner = [](wake_signal& woken, std::shared_ptr<int> kept) -> task {
    co_await woken.wait();
    *kept = 5;
  };
  {
    task waits = inner(signal, held);
    BOOST_TEST(!waits.await_ready());
    BOOST_TEST(held.use_count() == 2);
  }
  BOOST_TEST(held.use_count() == 1);
  BOOST_TEST(*held == 4);
}

BOOST_AUTO_TEST_CASE(ten_thousand_calls_that_never_wait_take_no_stack) {
  int calls = 0;
  const auto work = [&]() -> task {
    for (int i = 0; i < 10'000; ++i) calls += co_await at_once();
  };
  run(work());
  BOOST_TEST(calls == 10'000);
}

BOOST_AUTO_TEST_CASE(frames_of_a_size_are_used_again) {
  void* first = take_frame(200);
  give_frame(first, 200);
  void* second = take_frame(250);  // of the same class
  BOOST_TEST(second == first);
  void* third = take_frame(250);
  BOOST_TEST(third != first);
  give_frame(second, 250);
  give_frame(third, 250);
  void* large = take_frame(100'000);
  give_frame(large, 100'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
