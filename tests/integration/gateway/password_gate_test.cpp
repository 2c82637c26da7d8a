// Who gets to compare a password when many want to, and who is sent away. The comparison is the test's own: it ends when it may.
#include "gateway/filter/password_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::filter {
namespace {

using verdict = password_gate::verdict;

/// Comparisons that wait for a permit each; "right" is the password of every hash.
struct held_comparisons {
  bool compare(const std::string& hash, std::string_view password) {
    std::unique_lock lock{mutex};
    begun.push_back(hash + " " + std::string{password});
    changed.notify_all();
    changed.wait(lock, [this] { return permits > 0; });
    --permits;
    return password == "right";
  }
  void permit(std::size_t count = 1) {
    const std::lock_guard lock{mutex};
    permits += count;
    changed.notify_all();
  }
  /// What was begun, when it is so much.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return begun.size() >= count; });
    return begun;
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::size_t permits = 0;
  std::vector<std::string> begun;
};

struct gate_under_test {
  gate_under_test() { crypto::initialise(); }
  ~gate_under_test() {
    held.permit(1'000);
    gate.stop();
  }

  password_check_ptr ask(const crypto::unproven_password_ptr& password, const std::string& shown,
                         const std::string& deployment = "iris") {
    return std::make_shared<password_check>(deployment, password, key.hash(shown), shown, loop, signal);
  }
  static crypto::unproven_password_ptr known_by(const std::string& hash) {
    return std::make_shared<crypto::unproven_password>(hash);
  }
  /// Lets the gate's notifications run until this one has its answer.
  verdict answer_of(const password_check& check) {
    while (gate.look(check) == verdict::waiting) loop.run_one();
    return gate.look(check);
  }
  double reading(const std::string& name, const std::string& outcome) const {
    for (const auto& each : gate.read()) {
      if (each.name == name && (each.labels.empty() || each.labels.front().second == outcome)) return each.value;
    }
    return -1;
  }
  double outcomes(const std::string& outcome) const {
    return reading("modelgate_imported_password_checks_total", outcome);
  }

  const crypto::token_key key = crypto::token_key::generate();
  net::event_loop loop;
  net::wake_signal signal;
  held_comparisons held;
  password_gate gate{{1, 16, std::chrono::milliseconds{60'000}},
                     [this](const std::string& hash, std::string_view shown) { return held.compare(hash, shown); }};
};

BOOST_FIXTURE_TEST_SUITE(a_password_gate, gate_under_test)

BOOST_AUTO_TEST_CASE(lets_deployments_take_turns_however_many_clients_one_has) {
  std::vector<password_check_ptr> flood;
  for (int i = 0; i < 8; ++i) {
    flood.push_back(ask(known_by("flooded" + std::to_string(i)), "guess", "flooded"));
    BOOST_TEST((gate.join(flood.back()) == verdict::waiting));
  }
  static_cast<void>(held.wait_for(1));
  const auto other = ask(known_by("other"), "right", "other");
  const auto another = ask(known_by("another"), "right", "other");
  BOOST_TEST((gate.join(other) == verdict::waiting));
  BOOST_TEST((gate.join(another) == verdict::waiting));
  held.permit(4);
  const auto begun = held.wait_for(5);
  BOOST_TEST(begun[1] == "flooded1 guess");  // was at the front when the others came
  BOOST_TEST(begun[2] == "other right");
  BOOST_TEST(begun[3] == "flooded2 guess");
  BOOST_TEST(begun[4] == "another right");
}

BOOST_AUTO_TEST_CASE(compares_a_password_once_for_all_who_show_it) {
  const auto app = known_by("app");
  const auto first = ask(app, "right");
  const auto second = ask(app, "right");
  BOOST_TEST((gate.join(first) == verdict::waiting));
  BOOST_TEST((gate.join(second) == verdict::waiting));
  BOOST_TEST(reading("modelgate_imported_password_checks_waiting", "") == 2);
  held.permit();
  BOOST_TEST((answer_of(*first) == verdict::right));
  BOOST_TEST((answer_of(*second) == verdict::right));
  BOOST_TEST(held.begun.size() == 1u);
  BOOST_TEST(reading("modelgate_imported_password_checks_waiting", "") == 0);
  // It is known now: no other comparison.
  BOOST_TEST((gate.join(ask(app, "right")) == verdict::right));
  BOOST_TEST((gate.join(ask(app, "other")) == verdict::wrong));
  BOOST_TEST(held.begun.size() == 1u);
  BOOST_TEST(outcomes("right") == 1);
}

BOOST_AUTO_TEST_CASE(remembers_what_was_wrong) {
  const auto app = known_by("app");
  const auto check = ask(app, "wrong");
  BOOST_TEST((gate.join(check) == verdict::waiting));
  held.permit();
  BOOST_TEST((answer_of(*check) == verdict::wrong));
  BOOST_TEST((gate.join(ask(app, "wrong")) == verdict::wrong));
  BOOST_TEST(outcomes("wrong") == 1);
  BOOST_TEST(outcomes("known") == 1);
}

BOOST_AUTO_TEST_CASE(a_client_who_is_flooded_keeps_to_its_places_and_others_have_their_turn) {
  gate.set_limits({1, 64, std::chrono::milliseconds{60'000}});
  const auto flooded = known_by("flooded");
  const auto quiet = known_by("quiet");
  std::vector<password_check_ptr> flood;
  std::size_t taken = 0;
  for (int i = 0; i < 100; ++i) {
    flood.push_back(ask(flooded, "guess " + std::to_string(i)));
    if (gate.join(flood.back()) == verdict::waiting) ++taken;
  }
  BOOST_TEST(taken == 8u, "an eighth of 64 places is for different passwords of one client");
  BOOST_TEST(outcomes("full") == 92);
  held.wait_for(1);
  const auto check = ask(quiet, "right");
  BOOST_TEST((gate.join(check) == verdict::waiting));
  held.permit(3);  // the one that runs, the one whose turn was before, and this: not all of the flood's
  BOOST_TEST((answer_of(*check) == verdict::right));
  const auto begun = held.wait_for(3);
  BOOST_TEST(begun[1] == "flooded guess 1");
  BOOST_TEST(begun[2] == "quiet right");
}

BOOST_AUTO_TEST_CASE(a_deployment_leaves_places_to_others) {
  std::size_t taken = 0;
  for (int i = 0; i < 20; ++i) {
    if (gate.join(ask(known_by("client " + std::to_string(i)), "guess")) == verdict::waiting) ++taken;
  }
  BOOST_TEST(taken == 8u, "half of the places");
  BOOST_TEST((gate.join(ask(known_by("elsewhere"), "right", "other")) == verdict::waiting));
}

BOOST_AUTO_TEST_CASE(the_right_password_ends_the_wait_of_all_wrong_ones) {
  const auto app = known_by("app");
  const auto right = ask(app, "right");
  const auto wrong = ask(app, "wrong");
  BOOST_TEST((gate.join(right) == verdict::waiting));
  BOOST_TEST((gate.join(wrong) == verdict::waiting));
  held.permit();
  BOOST_TEST((answer_of(*right) == verdict::right));
  BOOST_TEST((answer_of(*wrong) == verdict::wrong));
  BOOST_TEST(held.begun.size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_leaves_gives_its_place_back_and_costs_nothing_more) {
  const auto app = known_by("app");
  const auto running = ask(known_by("other"), "guess");
  BOOST_TEST((gate.join(running) == verdict::waiting));
  held.wait_for(1);
  const auto leaving = ask(app, "guess");
  BOOST_TEST((gate.join(leaving) == verdict::waiting));
  BOOST_TEST((gate.leave(*leaving) == verdict::busy));
  leaving->detach();
  BOOST_TEST((gate.leave(*running) == verdict::busy), "also while it is compared");
  running->detach();
  BOOST_TEST(reading("modelgate_imported_password_checks_waiting", "") == 0);
  BOOST_TEST(outcomes("timeout") == 2);
  const auto last = ask(app, "right");
  BOOST_TEST((gate.join(last) == verdict::waiting));
  held.permit(2);
  BOOST_TEST((answer_of(*last) == verdict::right));
  BOOST_TEST(held.wait_for(2)[1] == "app right");
}

BOOST_AUTO_TEST_CASE(tells_when_a_password_was_proven) {
  std::size_t told = 0;
  gate.set_proof_listener([&] { ++told; });
  const auto app = known_by("app");
  const auto check = ask(app, "wrong");
  BOOST_TEST((gate.join(check) == verdict::waiting));
  held.permit();
  BOOST_TEST((answer_of(*check) == verdict::wrong));
  const auto proof = ask(app, "right");
  BOOST_TEST((gate.join(proof) == verdict::waiting));
  held.permit();
  BOOST_TEST((answer_of(*proof) == verdict::right));
  gate.stop();
  BOOST_TEST(told == 1u);
  BOOST_TEST((gate.join(ask(known_by("late"), "right")) == verdict::busy), "nobody compares any more");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::filter
