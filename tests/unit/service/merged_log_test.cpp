#include "control/service/merged_log.hpp"

#include "control/domain/names.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>

namespace service = modelgate::control::service;
using modelgate::control::runtime::log_reader;
using service::merged_log;

namespace {

/// Gives its pieces one by one; says that it is finished after the last one when `ends`.
class scripted_log : public log_reader {
 public:
  explicit scripted_log(std::deque<std::string> pieces, bool ends = true) : pieces_{std::move(pieces)}, ends_{ends} {}

  std::string read_more() override {
    if (pieces_.empty()) return {};
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }
  bool finished() override { return ends_ && pieces_.empty(); }

 private:
  std::deque<std::string> pieces_;
  bool ends_;
};

merged_log::source source(const char* replica, std::deque<std::string> pieces, bool ends = true) {
  return {replica, std::make_unique<scripted_log>(std::move(pieces), ends)};
}

template <class... Sources>
std::vector<merged_log::source> all(Sources... each) {
  std::vector<merged_log::source> sources;
  (sources.push_back(std::move(each)), ...);
  return sources;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(merged_log_of_replicas)

BOOST_AUTO_TEST_CASE(lines_come_in_the_order_of_their_time) {
  merged_log log{all(source("a", {"01 one\n", "04 four\n"}), source("b", {"02 two\n03 three\n"})),
                 {.tail_lines = {}, .prefixed = true}};
  BOOST_TEST(log.next() == "[a] one\n[b] two\n[b] three\n[a] four\n");
  BOOST_TEST(log.finished());
  BOOST_TEST(log.next() == "");
}

BOOST_AUTO_TEST_CASE(timestamps_are_shown_when_asked_for) {
  merged_log log{all(source("a", {"01 one\n"})), {.tail_lines = {}, .timestamps = true}};
  BOOST_TEST(log.next() == "01 one\n");
}

BOOST_AUTO_TEST_CASE(the_tail_is_of_all_together) {
  merged_log log{all(source("a", {"01 one\n03 three\n"}), source("b", {"02 two\n04 four\n"})),
                 {.tail_lines = 3, .prefixed = true}};
  BOOST_TEST(log.next() == "[b] two\n[a] three\n[b] four\n");
  BOOST_TEST(log.finished());
  merged_log none{all(source("a", {"01 one\n"})), {.tail_lines = 0}};
  BOOST_TEST(none.next() == "");
  BOOST_TEST(none.finished());
}

BOOST_AUTO_TEST_CASE(a_tail_has_a_limit_in_bytes) {
  std::deque<std::string> pieces;
  for (int i = 0; i < 20; ++i) pieces.push_back("0" + std::to_string(i) + " " + std::string(1'000'000, 'x') + "\n");
  merged_log log{all(source("a", pieces)), {.tail_lines = 100}};
  const std::string text = log.next();
  BOOST_TEST(text.size() <= merged_log::most_tail_bytes);
  BOOST_TEST(text.size() > merged_log::most_tail_bytes - 1'100'000);
}

BOOST_AUTO_TEST_CASE(everything_comes_in_pieces) {
  std::deque<std::string> pieces;
  for (int i = 0; i < 5; ++i) pieces.push_back("01 " + std::string(500'000, 'x') + "\n");
  merged_log log{all(source("a", pieces)), {.tail_lines = {}}};
  std::size_t total = 0;
  while (!log.finished()) {
    const std::string piece = log.next();
    BOOST_TEST(piece.size() <= merged_log::piece_bytes + 500'001);
    total += piece.size();
  }
  BOOST_TEST(total == 5u * 500'001);
}

BOOST_AUTO_TEST_CASE(nothing_to_read_is_an_empty_text) {
  merged_log log{{}, {.tail_lines = 5}};
  BOOST_TEST(log.next() == "");
  BOOST_TEST(log.finished());
}

BOOST_AUTO_TEST_CASE(following_waits_until_every_replica_has_ended) {
  merged_log log{all(source("a", {"01 one\n", "", "02 two\n"}), source("b", {}, false)),
                 {.tail_lines = 10, .follow = true}};
  BOOST_TEST(log.next() == "one\n");
  BOOST_TEST(!log.finished());
  BOOST_TEST(log.next() == "two\n");
  BOOST_TEST(!log.finished());  // b has not ended
}

BOOST_AUTO_TEST_CASE(following_finds_replicas_that_come_up_later) {
  int looks = 0;
  const auto discovery = [&] {
    merged_log::arrivals found;
    if (++looks == 2) {
      found.sources.push_back(source("b", {"05 new\n"}));
      found.last = true;
    }
    return found;
  };
  merged_log log{all(source("a", {"01 one\n"})), {.tail_lines = {}, .prefixed = true, .follow = true}, discovery};
  std::string text;
  for (int i = 0; i < 12 && !log.finished(); ++i) text += log.next();
  BOOST_TEST(text == "[a] one\n[b] new\n");
  BOOST_TEST(log.finished());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deployment_of_replica)

BOOST_AUTO_TEST_CASE(only_with_its_own_id) {
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r3-0") == "iris");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r1-0-r3-12") == "iris-r1-0");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r1-0-r3-12") != "iris");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r3-0") != "iri");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r3-0/../x") != "iris");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r-0") != "iris");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("deploy-iris-r3-") != "iris");
  BOOST_TEST(modelgate::control::domain::deployment_of_replica("iris-r3-0") != "iris");
}

BOOST_AUTO_TEST_SUITE_END()
