#include "control/store/access_token_store.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/pull_secret_store.hpp"
#include "control/store/session_store.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

domain::access_token token(const char* id, const char* user, std::uint8_t mark) {
  domain::access_token made;
  made.id = id;
  made.name = id;
  made.user = user;
  made.digest.bytes.fill(mark);
  made.prefix = "mga_abcd";
  made.created_at = noon;
  return made;
}

domain::session session(std::uint8_t mark, system_time created = noon) {
  domain::session made;
  made.digest.bytes.fill(mark);
  made.user = "user-1";
  made.created_at = made.last_used_at = created;
  made.expires_at = created + hours{12};
  return made;
}

domain::audit_event event(const char* user, const char* resource) {
  domain::audit_event made;
  made.at = noon;
  made.user = user;
  made.method = "POST";
  made.path = std::string{"/"} + resource;
  made.resource = resource;
  return made;
}

BOOST_FIXTURE_TEST_SUITE(people_who_can_administer, furnished)

BOOST_AUTO_TEST_CASE(need_a_way_in_with_full_rights) {
  const auto ways = [&] {
    return look(database, [](auto& within) { return store::user_store{within}.count_ways_to_administer(noon); });
  };
  const auto put = [&](domain::access_token with) {
    change(database, [&](auto& within) { store::access_token_store{within}.insert(with); });
  };
  BOOST_TEST(ways() == 0u);
  put(token("members", "user-1", 1));
  auto read_only = token("look", "admin-1", 2);
  read_only.read_only = true;
  put(read_only);
  auto narrow = token("narrow", "admin-1", 3);
  narrow.groups = {"research"};
  put(narrow);
  auto over = token("over", "admin-1", 4);
  over.expires_at = noon;
  put(over);
  BOOST_TEST(ways() == 0u);
  change(database, [](auto& within) { store::user_store{within}.set_password_hash("admin-1", "$argon2id$"); });
  BOOST_TEST(ways() == 1u);
  change(database, [](auto& within) { store::user_store{within}.set_password_hash("admin-1", std::nullopt); });
  put(token("whole", "admin-1", 5));
  BOOST_TEST(ways() == 1u);
  change(database, [](auto& within) {
    store::user_store users{within};
    auto user = *users.find("admin-1");
    user.disabled = true;
    users.update(user);
  });
  BOOST_TEST(ways() == 0u);
  BOOST_TEST(!look(database, [](auto& within) { return store::user_store{within}.principal_of("admin-1"); }));
}

BOOST_AUTO_TEST_CASE(are_told_from_members_group_by_group) {
  const auto who = look(database, [](auto& within) { return store::user_store{within}.principal_of("admin-1"); });
  BOOST_TEST(who->may_administer_group("research"));
  change(database, [](auto& within) {
    auto group = research();
    group.admins = {"user-1"};
    group.members = {"user-1"};
    store::group_store{within}.update(group);
  });
  const auto lead = look(database, [](auto& within) { return store::user_store{within}.principal_of("user-1"); });
  BOOST_TEST(lead->groups == std::vector<std::string>{"research"}, boost::test_tools::per_element());
  BOOST_TEST(lead->may_administer_group("research"));
  BOOST_TEST(!lead->may_administer_group("sales"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(tokens_with_bounds, furnished)

BOOST_AUTO_TEST_CASE(give_back_what_was_put_in) {
  auto put = token("t1", "user-1", 1);
  put.read_only = true;
  put.groups = {"research"};
  change(database, [&](auto& within) { store::access_token_store{within}.insert(put); });
  const auto check = [](const domain::access_token& got) {
    BOOST_TEST(got.read_only);
    BOOST_TEST(got.groups.value() == std::vector<std::string>{"research"}, boost::test_tools::per_element());
    BOOST_TEST(!got.last_used_at.has_value());
  };
  check(*look(database, [](auto& within) { return store::access_token_store{within}.find("t1"); }));
  check(*look(database, [&](auto& within) { return store::access_token_store{within}.find_by_digest(put.digest); }));
  check(look(database, [](auto& within) { return store::access_token_store{within}.list("user-1"); }).front());
}

BOOST_AUTO_TEST_CASE(know_when_they_were_used_last_and_never_earlier) {
  change(database, [](auto& within) {
    store::access_token_store tokens{within};
    tokens.insert(token("t1", "user-1", 1));
    tokens.note_use("t1", noon);
    tokens.note_use("t1", noon - minutes{5});
    tokens.note_use("gone", noon);
  });
  BOOST_TEST((look(database, [](auto& within) { return store::access_token_store{within}.find("t1"); })->last_used_at
              == noon));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sessions, furnished)

BOOST_AUTO_TEST_CASE(are_kept_used_and_ended) {
  change(database, [](auto& within) { store::session_store{within}.insert(session(1)); });
  change(database, [](auto& within) { store::session_store{within}.note_use(session(1).digest, noon + minutes{3}); });
  const auto found = [&] {
    return look(database, [](auto& within) { return store::session_store{within}.find(session(1).digest); });
  };
  BOOST_REQUIRE(found().has_value());
  BOOST_TEST(found()->user == "user-1");
  BOOST_TEST(!found()->token.has_value());
  BOOST_TEST((found()->last_used_at == noon + minutes{3}));
  const auto end = [&](system_time now, std::chrono::milliseconds idle) {
    std::size_t gone = 0;
    change(database, [&](auto& within) { gone = store::session_store{within}.erase_ended(now, idle); });
    return gone;
  };
  BOOST_TEST(end(noon + minutes{62}, hours{1}) == 0u);
  BOOST_TEST(end(noon + minutes{63}, hours{1}) == 1u);
  change(database, [](auto& within) { store::session_store{within}.insert(session(1)); });
  BOOST_TEST(end(noon + hours{12}, hours{24}) == 1u);
  BOOST_TEST(!found().has_value());
}

BOOST_AUTO_TEST_CASE(end_with_their_user_and_their_token) {
  change(database, [](auto& within) {
    store::access_token_store{within}.insert(token("t1", "user-1", 9));
    auto by_token = session(1);
    by_token.token = "t1";
    store::session_store sessions{within};
    sessions.insert(by_token);
    sessions.insert(session(2));
    store::access_token_store{within}.erase("t1");
  });
  const auto count = [&] {
    return look(database, [](auto& within) { return store::session_store{within}.count("user-1"); });
  };
  BOOST_TEST(count() == 1u);
  change(database, [](auto& within) { store::user_store{within}.erase("user-1"); });
  BOOST_TEST(count() == 0u);
}

BOOST_AUTO_TEST_CASE(of_one_user_are_bounded_and_ended_but_for_one) {
  change(database, [](auto& within) {
    store::session_store sessions{within};
    for (std::uint8_t i = 1; i <= 5; ++i) sessions.insert(session(i, noon + minutes{i}));
    sessions.bound("user-1", 3);
  });
  const auto there = [&](std::uint8_t mark) {
    return look(database, [&](auto& within) { return store::session_store{within}.find(session(mark).digest); })
        .has_value();
  };
  BOOST_TEST(!there(2));
  BOOST_TEST(there(3));
  change(database, [](auto& within) { store::session_store{within}.erase_others("user-1", session(4).digest); });
  BOOST_TEST(!there(3));
  BOOST_TEST(there(4));
  change(database, [](auto& within) { store::session_store{within}.erase_others("user-1", std::nullopt); });
  BOOST_TEST(!there(4));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(kept_pull_secrets, furnished)

BOOST_AUTO_TEST_CASE(give_back_what_was_put_in_and_go_with_their_group) {
  const domain::pull_secret record{"regcred", "research", {"a", "b"}, std::nullopt, noon, "admin-1", noon, "admin-1"};
  change(database, [&](auto& within) { store::pull_secret_store{within}.insert({record, "sealed"}); });
  BOOST_TEST((look(database, [](auto& within) { return store::pull_secret_store{within}.find("regcred"); }) == record));
  auto other = record;
  other.registries = {"c"};
  other.user = "robot";
  other.updated_by = "user-1";
  change(database, [&](auto& within) { store::pull_secret_store{within}.update({other, "anew"}); });
  const auto all = look(database, [](auto& within) { return store::pull_secret_store{within}.list_sealed(); });
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST((all[0].record == other));
  BOOST_TEST(all[0].sealed == "anew");
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
  BOOST_TEST(look(database, [](auto& within) { return store::pull_secret_store{within}.count(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(are_in_use_by_what_is_there_now) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    auto with = iris("with");
    with.current.spec.image_pull_secret = "regcred";
    deployments.insert(with);
    auto before = iris("before");
    before.current.spec.image_pull_secret = "regcred";
    deployments.insert(before);
    auto spec = before.current.spec;
    spec.image_pull_secret.reset();
    deployments.add_revision("before", domain::next_revision(before.current, spec));
    deployments.insert(iris("without"));
  });
  BOOST_TEST(
      look(database, [](auto& within) { return store::deployment_store{within}.ids_with_pull_secret("regcred"); })
          == std::vector<std::string>{"with"},
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(audit_events_in_the_store, furnished)

BOOST_AUTO_TEST_CASE(are_found_newest_first_by_what_they_tell) {
  change(database, [](auto& within) {
    store::audit_store events{within};
    static_cast<void>(events.add(event("a", "deployments/iris")));
    static_cast<void>(events.add(event("b", "deployments/iris/clients/app")));
    static_cast<void>(events.add(event("a", "deployments/iris-2")));
    events.close(1, "deployments/iris", 201);
    events.close(3, "deployments/iris-2", 404);
  });
  const auto found = [&](const domain::audit_filter& filter) {
    std::string text;
    for (const auto& each : look(database, [&](auto& within) { return store::audit_store{within}.list(filter); })) {
      text += std::to_string(each.sequence);
    }
    return text;
  };
  BOOST_TEST(found({}) == "321");
  domain::audit_filter filter;
  filter.resource = "deployments/iris";
  BOOST_TEST(found(filter) == "21");
  filter = {};
  filter.user = "a";
  BOOST_TEST(found(filter) == "31");
  filter.least_status = 400;
  filter.most_status = 499;
  BOOST_TEST(found(filter) == "3");
  filter = {};
  filter.before = 3;
  filter.limit = 1;
  BOOST_TEST(found(filter) == "2");
  filter = {};
  filter.since = noon;
  filter.until = noon;
  BOOST_TEST(found(filter) == "");
}

BOOST_AUTO_TEST_CASE(go_by_age_and_by_number_and_their_numbers_never_come_back) {
  change(database, [](auto& within) {
    store::audit_store events{within};
    for (int i = 0; i < 5; ++i) static_cast<void>(events.add(event("a", "x")));
    BOOST_TEST(events.trim(noon, 5) == 0u);
    BOOST_TEST(events.trim(noon, 2) == 3u);
    BOOST_TEST(events.trim(noon + minutes{1}, 100) == 2u);
    BOOST_TEST(events.add(event("a", "x")) == 6u);
  });
}

BOOST_AUTO_TEST_CASE(are_closed_once) {
  change(database, [](auto& within) {
    store::audit_store events{within};
    static_cast<void>(events.add(event("a", "x")));
    events.close(1, "y", 201);
  });
  const auto again = database.write([](store::transaction& within) -> result<void> {
    store::audit_store{within}.close(1, "z", 500);
    return {};
  });
  BOOST_TEST(again.has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
