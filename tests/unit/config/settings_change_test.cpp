#include "gateway/config/settings_change.hpp"

#include "gateway/config/settings_table.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string_view>
#include <vector>

namespace modelgate::config {
namespace {

using namespace std::chrono_literals;
using names = std::vector<std::string_view>;

/// Gives a key some value that it does not have.
struct put_another {
  settings& target;

  void operator()(const address_key& key) const { ++key.of(target).port; }
  void operator()(const address_list_key& key) const { key.of(target).emplace_back("192.0.2.1"); }
  void operator()(const network_list_key& key) const { key.of(target).emplace_back("192.0.2.0/24"); }
  void operator()(const duration_key& key) const { ++key.of(target); }
  void operator()(const count_key& key) const { ++key.of(target); }
  void operator()(const fraction_key& key) const { key.of(target) /= 2; }
  void operator()(const size_key& key) const { ++key.of(target); }
  void operator()(const flag_key& key) const { key.of(target) = !key.of(target); }
  void operator()(const choice_key& key) const { key.choose(target, (key.chosen(target) + 1) % key.words.size()); }
  void operator()(const folder_key& key) const { key.of(target) /= "elsewhere"; }
  void operator()(const file_key& key) const { key.of(target) = "elsewhere.pem"; }
  void operator()(const name_list_key& key) const { key.of(target).emplace_back("ANOTHER"); }
  void operator()(const file_list_key& key) const { key.of(target).emplace_back("elsewhere.pem"); }
  void operator()(const url_key& key) const { key.of(target) += "http://elsewhere"; }
  void operator()(const text_key& key) const { key.of(target) += "x"; }
};

BOOST_AUTO_TEST_SUITE(settings_change_suite)

BOOST_AUTO_TEST_CASE(settings_that_are_the_same_change_nothing) {
  const settings running;
  settings next;
  const settings_change change = keep_what_needs_a_restart(running, next);
  BOOST_TEST(change.taken.empty());
  BOOST_TEST(change.kept.empty());
  BOOST_CHECK(next == running);
}

BOOST_AUTO_TEST_CASE(every_key_is_taken_or_kept_as_the_table_says) {
  settings running;
  running.tls.prediction.certificates = running.tls.control.certificates = {"here.pem"};
  for (const settings_key& key : settings_keys()) {
    BOOST_TEST_CONTEXT(key.name) {
      settings next = running;
      std::visit(put_another{next}, key.kind);
      BOOST_REQUIRE(!(next == running));
      const settings_change change = keep_what_needs_a_restart(running, next);
      const bool taken = key.effect == key_effect::at_reload;
      BOOST_CHECK(change.taken == (taken ? names{key.name} : names{}));
      BOOST_CHECK(change.kept == (taken ? names{} : names{key.name}));
      BOOST_TEST((next == running) == !taken);
    }
  }
}

BOOST_AUTO_TEST_CASE(tls_is_not_turned_on_or_off) {
  settings running;
  running.tls.control.certificates = {"here.pem"};
  settings next;
  next.tls.prediction.certificates = {"there.pem"};
  next.tls.prediction.reject_unknown_names = true;
  const settings_change change = keep_what_needs_a_restart(running, next);
  BOOST_TEST(change.taken.empty());
  BOOST_TEST(change.kept.size() == 3U);
  BOOST_CHECK(next == running);
}

BOOST_AUTO_TEST_CASE(what_is_kept_takes_nothing_from_what_is_taken) {
  const settings running;
  settings next;
  next.listen.prediction.port = 1;
  next.timeouts.head = 3s;
  next.data_folder = "elsewhere";
  next.prediction.cancel_on_half_close = false;
  const settings_change change = keep_what_needs_a_restart(running, next);
  BOOST_CHECK((change.taken == names{"prediction.on_half_close", "timeouts.head"}));
  BOOST_CHECK((change.kept == names{"listen.prediction", "data.folder"}));
  BOOST_CHECK(next.listen == running.listen);
  BOOST_CHECK(next.data_folder == running.data_folder);
  BOOST_CHECK(next.timeouts.head == 3s);
  BOOST_TEST(!next.prediction.cancel_on_half_close);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
