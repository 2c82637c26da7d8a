#include "control/api/events/event_feed.hpp"

#include "tests/unit/events/objects.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::events::tests {
namespace {

constexpr std::size_t all = 1'000'000;

domain::principal member(std::vector<std::string> groups) {
  return {"ada", domain::platform_role::member, std::move(groups)};
}
domain::principal admin() {
  return {"root", domain::platform_role::admin, {}};
}

event_feed feed_of(domain::principal who, event_filter filter = {}) {
  return {"process", std::move(who), std::move(filter), [](const std::string& id) { return "http://host/" + id; }};
}

/// What stands after "name: " in a line of an event, or "".
std::string field(std::string_view event, std::string_view name) {
  const auto at = event.find(std::string{name} + ": ");
  if (at == std::string_view::npos) return {};
  const auto from = at + name.size() + 2;
  return std::string{event.substr(from, event.find('\n', from) - from)};
}

/// Events of a text as "type id" each, in order: "snapshot iris; added sales". What concerns the stream has no id.
std::string events_in(std::string_view text) {
  std::string seen;
  for (auto end = text.find("\n\n"); end != std::string_view::npos; end = text.find("\n\n")) {
    const std::string_view event = text.substr(0, end);
    const std::string data = field(event, "data");
    const auto id = data.find(R"("id":")") + 6;
    if (!seen.empty()) seen += "; ";
    seen += field(event, "event");
    if (const std::string named = data.substr(id, data.find('"', id) - id); !named.empty()) seen += " " + named;
    text.remove_prefix(end + 2);
  }
  return seen;
}

/// The id of the last event that has one.
std::string last_id(const std::string& text) {
  const auto at = text.rfind("id: process");
  return at == std::string::npos ? std::string{} : field(text.substr(at), "id");
}

struct log_fixture {
  log_fixture() { go_to(log, {deployment("a", "research", 1), deployment("b", "sales", 1)}); }

  /// A listener who has been sent everything there is.
  [[nodiscard]] event_feed started(const domain::principal& who, event_filter filter = {}) const {
    event_feed feed = feed_of(who, std::move(filter));
    feed.begin(log.since(0), "");
    static_cast<void>(feed.take(all));
    return feed;
  }
  [[nodiscard]] std::string next_of(event_feed& feed, const domain::principal& who) const {
    BOOST_TEST(feed.catch_up(log.since(feed.position()), who));
    return feed.take(all);
  }

  event_log log{all};
};

BOOST_FIXTURE_TEST_SUITE(event_feed_suite, log_fixture)

BOOST_AUTO_TEST_CASE(begins_with_what_the_listener_may_see_and_says_when_that_is_all) {
  event_feed feed = feed_of(member({"research"}));
  feed.begin(log.since(0), "");
  const std::string text = feed.take(all);
  BOOST_TEST(
      text.starts_with("event: snapshot\ndata: {\"kind\":\"deployment\",\"id\":\"a\",\"revision\":1,\"object\":"
                       "{\"endpoint\":\"http://host/a\",\"revision\":1}}\n\n"));
  BOOST_TEST(events_in(text) == "snapshot a; snapshot");
  BOOST_TEST(text.find(R"({"kind":"stream","id":"","revision":null,"object":{"objects":1}})") != std::string::npos);
  BOOST_TEST(text.find("id: ") == text.rfind("id: "));  // who has only a part cannot go on after it
}

BOOST_AUTO_TEST_CASE(tells_changes_of_what_the_listener_may_see) {
  event_feed feed = started(member({"research"}));
  go_to(log, {deployment("a", "research", 2), deployment("b", "sales", 2), deployment("c", "research", 1)});
  BOOST_TEST(events_in(next_of(feed, member({"research"}))) == "modified a; added c");
  go_to(log, {deployment("c", "research", 1)});
  const std::string text = next_of(feed, member({"research"}));
  BOOST_TEST(events_in(text) == "deleted a");
  BOOST_TEST(field(text, "data") == R"({"kind":"deployment","id":"a","revision":2,"object":null})");
}

BOOST_AUTO_TEST_CASE(folds_what_a_slow_listener_has_missed) {
  event_feed feed = started(admin());
  go_to(log, {deployment("a", "research", 2), deployment("b", "sales", 1), deployment("c", "sales", 1)});
  go_to(log, {deployment("a", "research", 3), deployment("b", "sales", 1), deployment("c", "sales", 2)});
  go_to(log, {deployment("a", "research", 4), deployment("c", "sales", 3), deployment("d", "sales", 1)});
  go_to(log, {deployment("a", "research", 4), deployment("c", "sales", 3)});
  const std::string text = next_of(feed, admin());
  BOOST_TEST(events_in(text) == "modified a; added c; deleted b");
  BOOST_TEST(text.find(R"("revision":4)") != std::string::npos);
  BOOST_TEST(text.find(R"("revision":2)") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(tells_who_comes_back_what_happened_meanwhile) {
  event_feed feed = feed_of(admin());
  feed.begin(log.since(0), "");
  const std::string id = last_id(feed.take(all));
  go_to(log, {deployment("a", "research", 2)});
  event_feed again = feed_of(admin());
  again.begin(log.since(again.position_of(id).value()), id);
  BOOST_TEST(events_in(again.take(all)) == "modified a; deleted b");
}

BOOST_AUTO_TEST_CASE(goes_on_after_any_event_that_has_an_id) {
  event_feed feed = started(admin());
  go_to(log, {deployment("a", "research", 2), deployment("b", "sales", 2), deployment("c", "sales", 1)});
  const std::string text = next_of(feed, admin());
  BOOST_TEST(events_in(text) == "modified a; modified b; added c");
  const std::string first = field(text, "id");
  event_feed again = feed_of(admin());
  again.begin(log.since(again.position_of(first).value()), first);
  BOOST_TEST(events_in(again.take(all)) == "modified b; added c");
}

BOOST_AUTO_TEST_CASE(begins_anew_with_a_reset_when_the_log_has_forgotten) {
  event_feed feed = started(admin());
  go_to(log, {deployment("a", "research", 2)});
  const std::string id = last_id(next_of(feed, admin()));
  go_to(log, {deployment("a", "research", 3)});
  log.set_limit(0);
  event_feed again = feed_of(admin());
  again.begin(log.since(again.position_of(id).value()), id);
  BOOST_TEST(events_in(again.take(all)) == "reset; snapshot a; snapshot");
}

BOOST_AUTO_TEST_CASE(begins_anew_for_other_processes_other_rights_other_wishes_and_nonsense) {
  event_feed feed = feed_of(member({"research"}));
  feed.begin(log.since(0), "");
  const std::string id = last_id(feed.take(all));
  BOOST_TEST(feed_of(member({"research"})).position_of(id).has_value());
  BOOST_TEST(!feed_of(member({"research", "sales"})).position_of(id).has_value());
  BOOST_TEST(!feed_of(admin()).position_of(id).has_value());
  event_filter only_groups;
  only_groups.kinds = {object_kind::group};
  BOOST_TEST(!feed_of(member({"research"}), only_groups).position_of(id).has_value());
  const event_feed of_other_process{"other", member({"research"}), {}, {}};
  BOOST_TEST(!of_other_process.position_of(id).has_value());
  for (const char* const nonsense : {"17", "process.17", "process.x.y", "process..", "....", "process.-1."}) {
    BOOST_TEST(!feed.position_of(nonsense).has_value());
  }
  event_feed again = feed_of(member({"research"}));
  again.begin(log.since(0), "nonsense");
  BOOST_TEST(events_in(again.take(all)) == "reset; snapshot a; snapshot");
}

BOOST_AUTO_TEST_CASE(deletes_what_may_no_longer_be_seen_and_adds_what_may) {
  event_feed feed = started(member({"research"}));
  BOOST_TEST(events_in(next_of(feed, member({"sales"}))) == "deleted a; added b");
  BOOST_TEST(events_in(next_of(feed, member({}))) == "deleted b");
}

BOOST_AUTO_TEST_CASE(sends_nothing_that_waits_once_it_may_not_be_seen) {
  event_feed feed = feed_of(member({"research", "sales"}));
  feed.begin(log.since(0), "");
  BOOST_TEST(feed.catch_up(log.since(feed.position()), member({"sales"})));
  const std::string text = feed.take(all);
  BOOST_TEST(text.find("http://host/a") == std::string::npos);
  BOOST_TEST(events_in(text) == "snapshot b; snapshot; deleted a");
}

BOOST_AUTO_TEST_CASE(a_change_of_an_object_and_of_rights_at_once_is_decided_by_the_new_rights) {
  event_feed feed = started(member({"research"}));
  go_to(log, {deployment("a", "research", 2), deployment("b", "sales", 2)});
  BOOST_TEST(events_in(next_of(feed, member({"sales"}))) == "deleted a; added b");
}

BOOST_AUTO_TEST_CASE(a_thing_that_is_shown_to_others_is_deleted_here_and_added_there) {
  go_to(log, {instance_type("cpu", std::vector<std::string>{"research"})});
  event_feed research = started(member({"research"}));
  event_feed sales = started(member({"sales"}));
  go_to(log, {instance_type("cpu", std::vector<std::string>{"sales"})});
  BOOST_TEST(events_in(next_of(research, member({"research"}))) == "deleted cpu");
  BOOST_TEST(events_in(next_of(sales, member({"sales"}))) == "added cpu");
}

BOOST_AUTO_TEST_CASE(filters_by_topic_group_and_deployment) {
  go_to(log, {deployment("a", "research", 1), replica("a", "one", "research"), deployment("b", "sales", 1),
              instance_type("cpu", std::nullopt), instance_type("gpu", std::vector<std::string>{"sales"})});
  const auto heard = [&](event_filter filter) {
    event_feed feed = feed_of(admin(), std::move(filter));
    feed.begin(log.since(0), "");
    return events_in(feed.take(all));
  };
  event_filter filter;
  filter.kinds = {object_kind::replica};
  BOOST_TEST(heard(filter) == "snapshot a/one; snapshot");
  filter = {};
  filter.groups = {"research"};
  BOOST_TEST(heard(filter) == "snapshot cpu; snapshot a; snapshot a/one; snapshot");
  filter = {};
  filter.deployments = {"a"};
  BOOST_TEST(heard(filter) == "snapshot a; snapshot a/one; snapshot");
}

BOOST_AUTO_TEST_CASE(is_lost_when_the_log_has_forgotten_what_comes_next) {
  event_feed feed = started(admin());
  go_to(log, {deployment("a", "research", 2)});
  log.set_limit(0);
  BOOST_TEST(!feed.catch_up(log.since(feed.position()), admin()));
}

BOOST_AUTO_TEST_CASE(is_taken_piece_by_piece) {
  event_feed feed = feed_of(admin());
  feed.begin(log.since(0), "");
  BOOST_TEST(events_in(feed.take(1)) == "snapshot a");
  BOOST_TEST(feed.has_waiting());
  BOOST_TEST(events_in(feed.take(1)) == "snapshot b");
  BOOST_TEST(events_in(feed.take(1)) == "snapshot");
  BOOST_TEST(!feed.has_waiting());
  BOOST_TEST(feed.take(1) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::events::tests
