#include "modelgate/base/blocking_pool.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>

namespace modelgate {
namespace {

/// Keeps one thread of a pool busy until it is opened.
class blocked_thread {
 public:
  explicit blocked_thread(blocking_pool& pool) {
    std::promise<void> entered;
    BOOST_REQUIRE(pool.try_run([&entered, opened = opened_.get_future().share()] {
      entered.set_value();
      opened.wait();
    }));
    entered.get_future().wait();
  }
  void open() { opened_.set_value(); }

 private:
  std::promise<void> opened_;
};

BOOST_AUTO_TEST_SUITE(blocking_pool_suite)

BOOST_AUTO_TEST_CASE(runs_jobs_on_threads_of_its_own) {
  blocking_pool pool{"test", 1, 1};
  std::promise<std::thread::id> where;
  BOOST_REQUIRE(pool.try_run([&where] { where.set_value(std::this_thread::get_id()); }));
  BOOST_CHECK(where.get_future().get() != std::this_thread::get_id());
}

BOOST_AUTO_TEST_CASE(runs_as_many_jobs_at_once_as_it_has_threads) {
  blocking_pool pool{"test", 2, 1};
  blocked_thread first{pool};
  blocked_thread second{pool};
  first.open();
  second.open();
}

BOOST_AUTO_TEST_CASE(refuses_a_job_when_its_queue_is_full_and_takes_one_again_later) {
  std::atomic<int> ran{0};
  blocking_pool pool{"test", 1, 2};
  blocked_thread busy{pool};
  BOOST_TEST(pool.try_run([&ran] { ++ran; }));
  std::promise<void> second_ran;
  BOOST_TEST(pool.try_run([&ran, &second_ran] {
    ++ran;
    second_ran.set_value();
  }));
  BOOST_TEST(!pool.try_run([&ran] { ++ran; }));
  busy.open();
  second_ran.get_future().wait();
  std::promise<void> third_ran;
  BOOST_TEST(pool.try_run([&third_ran] { third_ran.set_value(); }));
  third_ran.get_future().wait();
  BOOST_TEST(ran == 2);
}

BOOST_AUTO_TEST_CASE(runs_what_it_accepted_before_it_ends) {
  std::atomic<int> ran{0};
  {
    blocking_pool pool{"test", 1, 16};
    blocked_thread busy{pool};
    for (int i = 0; i < 16; ++i) BOOST_REQUIRE(pool.try_run([&ran] { ++ran; }));
    busy.open();
  }
  BOOST_TEST(ran == 16);
}

BOOST_AUTO_TEST_CASE(survives_a_job_that_throws) {
  blocking_pool pool{"test", 1, 4};
  BOOST_REQUIRE(pool.try_run([] { throw std::runtime_error{"on purpose, in a test"}; }));
  std::promise<void> ran;
  BOOST_REQUIRE(pool.try_run([&ran] { ran.set_value(); }));
  ran.get_future().wait();
}

int priority_in(blocking_pool& pool) {
  std::promise<int> found;
  BOOST_REQUIRE(
      pool.try_run([&found] { found.set_value(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))); }));
  return found.get_future().get();
}

BOOST_AUTO_TEST_CASE(threads_in_the_background_give_way) {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  blocking_pool normal{"test", 1, 1};
  blocking_pool background{"test", 1, 1, pool_priority::background};
  BOOST_TEST(priority_in(normal) == own);
  BOOST_TEST(priority_in(background) == std::max(own, 15));
}

BOOST_AUTO_TEST_CASE(jobs_of_one_thread_run_in_order) {
  std::string order;
  {
    blocking_pool pool{"test", 1, 16};
    blocked_thread busy{pool};
    for (const char c : {'a', 'b', 'c'}) BOOST_REQUIRE(pool.try_run([&order, c] { order += c; }));
    busy.open();
  }
  BOOST_TEST(order == "abc");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate
