#include "control/runtime/container/model_fetches.hpp"

#include "tests/support/temporary_folder.hpp"

#include "modelgate/base/clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

namespace modelgate::control::runtime::container {
namespace {

/// Two threads, a model that is there, and one whose server's name is resolved only when it may be.
struct fetching {
  fetching() {
    std::ofstream{root / "quick"} << "weights";
    config::model_settings settings;
    settings.sources = {"file://" + root.native() + "/", "http://slow/"};
    const auto resolve = [this](const std::string&) {
      ++resolved;
      may_answer.get_future().wait();
      return result<std::vector<std::string>, std::string>{boost::system::in_place_error, "it is nowhere"};
    };
    store = std::make_unique<model_store>(folder.path() / "store", settings, resolve);
    pool = std::make_unique<blocking_pool>("fetch", 2, 16);
    fetches = std::make_unique<model_fetches>(loop, *pool);
  }

  std::shared_ptr<boost::asio::steady_timer> want(const std::string& replica, const std::string& uri) {
    const auto patience = std::make_shared<boost::asio::steady_timer>(loop, steady_time::max());
    boost::asio::co_spawn(loop, fetches->get(*store, replica, uri, patience),
                          [this, replica](const std::exception_ptr& problem, model_fetches::fetched_model got) {
                            if (problem) std::rethrow_exception(problem);
                            came[replica] = got ? "fetched" : got.error();
                          });
    return patience;
  }
  void run_until(const std::string& replica) {
    while (!came.contains(replica)) loop.run_one();
  }

  const tests::temporary_folder folder;
  const std::filesystem::path root = std::filesystem::canonical(folder.path());
  std::atomic<int> resolved{0};
  std::promise<void> may_answer;
  boost::asio::io_context loop{1};
  const boost::asio::executor_work_guard<boost::asio::io_context::executor_type> goes_on{loop.get_executor()};
  std::map<std::string, std::string> came;  ///< by replica
  std::unique_ptr<model_store> store;
  std::unique_ptr<model_fetches> fetches;
  std::unique_ptr<blocking_pool> pool;  ///< goes first
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(model_fetching, fetching)

BOOST_AUTO_TEST_CASE(of_a_slow_model_takes_one_thread_however_many_replicas_wait) {
  for (const char* index : {"0", "1", "2"}) want(std::string{"deploy-slow-r1-"} + index, "http://slow/model");
  want("deploy-quick-r1-0", "file://" + root.native() + "/quick");
  run_until("deploy-quick-r1-0");
  BOOST_TEST(came.at("deploy-quick-r1-0") == "fetched");
  BOOST_TEST(came.size() == 1U);
  may_answer.set_value();
  run_until("deploy-slow-r1-0");
  run_until("deploy-slow-r1-1");
  run_until("deploy-slow-r1-2");
  BOOST_TEST(resolved == 1);
  for (const char* index : {"0", "1", "2"})
    BOOST_TEST(came.at(std::string{"deploy-slow-r1-"} + index)
               == "the model \"http://slow/model\" cannot be fetched: it is nowhere");
}

BOOST_AUTO_TEST_CASE(goes_on_for_the_others_when_one_gives_up) {
  const std::string uri = "file://" + root.native() + "/quick";
  const auto patience = want("deploy-quick-r1-0", uri);
  want("deploy-quick-r1-1", uri);
  boost::asio::post(loop, [&] {
    store->release("deploy-quick-r1-0");
    patience->cancel();
  });
  run_until("deploy-quick-r1-1");
  BOOST_TEST(came.at("deploy-quick-r1-1") == "fetched");
  may_answer.set_value();
}

BOOST_AUTO_TEST_CASE(begins_anew_for_who_comes_after_all_have_given_up) {
  const auto patience = want("deploy-slow-r1-0", "http://slow/model");
  boost::asio::post(loop, [&] {
    store->release("deploy-slow-r1-0");
    patience->cancel();
  });
  run_until("deploy-slow-r1-0");
  BOOST_TEST(came.at("deploy-slow-r1-0") == "the model \"http://slow/model\" is not waited for any more");
  want("deploy-slow-r1-1", "file://" + root.native() + "/quick");
  may_answer.set_value();  // what was given up may have been begun, and of one revision one is fetched at a time
  run_until("deploy-slow-r1-1");
  BOOST_TEST(came.at("deploy-slow-r1-1") == "fetched");
}

BOOST_AUTO_TEST_CASE(is_not_begun_for_what_is_handed_on_as_it_is) {
  want("deploy-far-r1-0", "s3://bucket/model");
  run_until("deploy-far-r1-0");
  BOOST_TEST(came.at("deploy-far-r1-0") == "fetched");
  BOOST_TEST(!std::filesystem::exists(folder.path() / "store/deploy-far-r1"));
  may_answer.set_value();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
