#include "control/domain/limits.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/stored_state.hpp"
#include "tests/support/desired_deployments.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

domain::client app(const char* name, std::uint8_t mark) {
  domain::client client;
  client.name = name;
  client.digest.bytes.fill(mark);
  client.prefix = "mgc_4mXo";
  client.created_at = noon;
  client.created_by = "user-1";
  return client;
}

std::vector<std::string> ids(const std::vector<store::stored_deployment>& found) {
  std::vector<std::string> all;
  for (const auto& each : found) all.push_back(each.deployment.id);
  return all;
}

using names = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(deployment_store, furnished)

BOOST_AUTO_TEST_CASE(gives_back_what_was_put_in) {
  auto put = iris();
  put.current.spec.env = {{"A", "1"}};
  put.current.spec.metadata = {{"team", "ml"}};
  put.current.spec.serving.timeout = std::chrono::seconds{5};
  change(database, [&](auto& within) { store::deployment_store{within}.insert(put); });
  const auto got = look(database, [](auto& within) { return store::deployment_store{within}.find("iris-3f9c2"); });
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((got->deployment.current.spec == put.current.spec));
  BOOST_TEST(got->deployment.name == "Iris");
  BOOST_TEST(got->deployment.group == "research");
  BOOST_TEST((got->deployment.created_at == noon));
  BOOST_TEST(got->deployment.current.update_message == "first");
  BOOST_TEST((got->per_replica == cpu_1().per_replica));
  BOOST_TEST(got->refusal == "");
}

BOOST_AUTO_TEST_CASE(lists_the_newest_change_first_and_goes_on_from_there) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    for (const char* id : {"aaa", "bbb", "ccc"}) deployments.insert(iris(id));
    auto next = domain::next_revision(iris().current, iris().current.spec);
    next.created_at = noon - std::chrono::hours{1};  // the clock went back; the order of changes did not
    deployments.add_revision("aaa", next);
  });
  const auto list = [&](store::deployment_filter filter) {
    return look(database, [&](auto& within) { return store::deployment_store{within}.list(filter); });
  };
  BOOST_TEST(ids(list({})) == (names{"aaa", "ccc", "bbb"}), boost::test_tools::per_element());
  const auto first = list({.groups = {}, .search = {}, .created_by = {}, .limit = 2});
  BOOST_TEST(ids(first) == (names{"aaa", "ccc"}), boost::test_tools::per_element());
  const auto rest = list({.groups = {}, .search = {}, .created_by = {}, .before = first.back().sequence, .limit = 2});
  BOOST_TEST(ids(rest) == names{"bbb"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(filters_by_group_part_of_a_name_and_maker) {
  change(database, [](auto& within) {
    store::group_store{within}.insert(
        {.name = "sales", .display_name = "", .max_deploy = {}, .quota = {}, .admins = {}, .members = {}});
    store::deployment_store deployments{within};
    deployments.insert(iris("aaa"));
    auto other = iris("bbb");
    other.group = "sales";
    other.name = "Wine 50%";
    other.created_by = "user-2";
    deployments.insert(other);
  });
  const auto list = [&](store::deployment_filter filter) {
    return ids(look(database, [&](auto& within) { return store::deployment_store{within}.list(filter); }));
  };
  store::deployment_filter by_group;
  by_group.groups = names{"sales", "nowhere"};
  BOOST_TEST(list(by_group) == names{"bbb"}, boost::test_tools::per_element());
  by_group.groups = names{};
  BOOST_TEST(list(by_group).empty());
  store::deployment_filter by_search;
  by_search.search = "wINE";
  BOOST_TEST(list(by_search) == names{"bbb"}, boost::test_tools::per_element());
  by_search.search = "AA";
  BOOST_TEST(list(by_search) == names{"aaa"}, boost::test_tools::per_element());
  by_search.search = "MO/iris:1";  // of the image that each of them has
  BOOST_TEST(list(by_search).size() == list({}).size());
  by_search.search = "iris:2";
  BOOST_TEST(list(by_search).empty());
  by_search.search = "%";
  BOOST_TEST(list(by_search) == names{"bbb"}, boost::test_tools::per_element());
  store::deployment_filter by_maker;
  by_maker.created_by = "user-2";
  BOOST_TEST(list(by_maker) == names{"bbb"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(counts_what_runs_and_nothing_else) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris("aaa"));
    auto stopped = iris("bbb");
    stopped.current.spec.stop = true;
    deployments.insert(stopped);
    deployments.insert(iris("ccc"));
    deployments.mark_deleting("ccc");
    auto without_type = iris("ddd");
    without_type.current.spec.instance_type = "gone";
    deployments.insert(without_type);
  });
  const auto usage = look(database, [](auto& within) { return store::deployment_store{within}.usage_of("research"); });
  BOOST_TEST((usage == domain::group_usage{{1'000, 2'048, 0}, 2}));
  const auto others =
      look(database, [](auto& within) { return store::deployment_store{within}.usage_of("research", "aaa"); });
  BOOST_TEST((others == domain::group_usage{{}, 1}));
}

BOOST_AUTO_TEST_CASE(history_is_newest_first_and_bounded) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    auto current = iris().current;
    deployments.insert(iris());
    for (std::size_t i = 0; i < domain::limits::revisions_kept + 5; ++i) {
      auto next = domain::next_revision(current, current.spec);
      next.update_message = "change " + std::to_string(next.number);
      deployments.add_revision("iris-3f9c2", next);
      current = next;
    }
  });
  const auto history =
      look(database, [](auto& within) { return store::deployment_store{within}.history("iris-3f9c2"); });
  BOOST_TEST(history.size() == domain::limits::revisions_kept);
  BOOST_TEST(history.front().number == 106u);
  BOOST_TEST(history.front().update_message == "change 106");
  BOOST_TEST(history.front().replica_revision == 1u);
  BOOST_TEST(history.back().number == 7u);
  BOOST_TEST(look(database, [](auto& within) {
               return store::deployment_store{within}.revision("iris-3f9c2", 7);
             }).has_value());
  BOOST_TEST(!look(database, [](auto& within) {
                return store::deployment_store{within}.revision("iris-3f9c2", 6);
              }).has_value());
}

BOOST_AUTO_TEST_CASE(a_revision_keeps_copies_of_what_else_was_so) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    store::client_store clients{within};
    deployments.insert(iris());
    for (const char* name : {"web", "app"}) clients.insert(iris().id, {name, {}, "", noon, "user-1", std::nullopt});
    auto external = iris().current.spec;
    external.instance_type.clear();
    external.model_image.clear();
    external.external = domain::external_source{{"http://127.0.0.1:9000"}, std::nullopt, std::nullopt};
    deployments.add_revision(iris().id, domain::next_revision(iris().current, external));

    auto larger = cpu_1();
    larger.display_name = "Larger";
    larger.per_replica = {2'000, 2'048, 1};
    store::instance_type_store{within}.update(larger);
    clients.erase(iris().id, "web");
  });
  const auto history = look(database, [](auto& within) { return store::deployment_store{within}.history(iris().id); });
  BOOST_REQUIRE(history.size() == 2u);
  const domain::instance_type_copy before{"cpu-1", "CPU 1", {500, 1'024, 0}};
  BOOST_TEST((history[1].then == domain::revision_context{"research", before, std::vector<std::string>{}}));
  BOOST_TEST(
      (history[0].then == domain::revision_context{"research", std::nullopt, std::vector<std::string>{"app", "web"}}));
  const auto one = look(database, [](auto& within) { return store::deployment_store{within}.revision(iris().id, 2); });
  BOOST_TEST((one->then == history[0].then));
}

BOOST_AUTO_TEST_CASE(says_why_a_deployment_must_not_run) {
  change(database, [](auto& within) {
    store::deployment_store{within}.insert(iris());
    auto disabled = research();
    disabled.enabled_deployment = false;
    store::group_store{within}.update(disabled);
  });
  const auto refusal = [&] {
    return look(database, [](auto& within) { return store::deployment_store{within}.find("iris-3f9c2")->refusal; });
  };
  BOOST_TEST(refusal() == "The model deployment is not enabled for the selected group");
  change(database, [](auto& within) {
    store::group_store{within}.update(research());
    store::instance_type_store{within}.erase("cpu-1");
  });
  BOOST_TEST(refusal() == "InstanceType not found: cpu-1");
  change(database, [](auto& within) { store::deployment_store{within}.mark_deleting("iris-3f9c2"); });
  BOOST_TEST(refusal() == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(stored_state, furnished)

BOOST_AUTO_TEST_CASE(loads_everything_that_running_and_publishing_needs) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris("bbb"));
    deployments.insert(iris("aaa"));
    deployments.mark_deleting("bbb");
    store::client_store clients{within};
    clients.insert("aaa", app("zeta", 1));
    clients.insert("aaa", app("app", 2));
  });
  store::stored_state state{database};
  const auto desired = desired_deployments(state);
  BOOST_REQUIRE_EQUAL(desired.size(), 2u);
  BOOST_TEST(desired[0].deployment.id == "aaa");
  BOOST_REQUIRE_EQUAL(desired[0].clients.size(), 2u);
  BOOST_TEST(desired[0].clients[0].name == "app");
  BOOST_TEST(desired[0].clients[0].digest.equal(app("app", 2).digest));
  BOOST_TEST((desired[0].per_replica == cpu_1().per_replica));
  BOOST_TEST(desired[1].deployment.deleting);
  BOOST_TEST((desired[0].group_limit == research().limits));
}

BOOST_AUTO_TEST_CASE(erases_only_what_is_being_deleted) {
  change(database, [](auto& within) {
    store::deployment_store{within}.insert(iris("aaa"));
    store::client_store{within}.insert("aaa", app("app", 2));
  });
  store::stored_state state{database};
  BOOST_TEST(state.erase_deleted("aaa").has_value());
  BOOST_TEST(desired_deployments(state).size() == 1u);
  change(database, [](auto& within) { store::deployment_store{within}.mark_deleting("aaa"); });
  BOOST_TEST(state.erase_deleted("aaa").has_value());
  BOOST_TEST(desired_deployments(state).empty());
  BOOST_TEST(look(database, [](auto& within) { return store::client_store{within}.list_all().empty(); }));
  BOOST_TEST(state.erase_deleted("aaa").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(accounts, furnished)

BOOST_AUTO_TEST_CASE(a_principal_has_the_groups_of_which_it_is_member_or_admin) {
  const auto who = [&](const char* name) {
    return look(database, [&](auto& within) { return store::user_store{within}.principal_of(name); });
  };
  BOOST_TEST(who("user-1")->groups == names{"research"}, boost::test_tools::per_element());
  BOOST_TEST(who("admin-1")->groups == names{"research"}, boost::test_tools::per_element());
  BOOST_TEST(who("admin-1")->is_platform_admin());
  BOOST_TEST(!who("nobody").has_value());
}

BOOST_AUTO_TEST_CASE(a_user_takes_tokens_and_places_along) {
  domain::access_token token;
  token.id = "t1";
  token.name = "laptop";
  token.user = "user-1";
  token.digest.bytes.fill(7);
  token.prefix = "mga_abcd";
  token.created_at = noon;
  token.expires_at = noon + std::chrono::hours{1};
  change(database, [&](auto& within) { store::access_token_store{within}.insert(token); });
  const auto found =
      look(database, [&](auto& within) { return store::access_token_store{within}.find_by_digest(token.digest); });
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->expires_at == token.expires_at));
  change(database, [](auto& within) { store::user_store{within}.erase("user-1"); });
  BOOST_TEST(!look(database, [](auto& within) { return store::access_token_store{within}.find("t1"); }).has_value());
  BOOST_TEST(look(database, [](auto& within) { return store::group_store{within}.find("research")->members; })
                 == names{"user-2"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(groups_and_types, furnished)

BOOST_AUTO_TEST_CASE(group_names_that_are_alike_are_found) {
  const auto alike = [&](const char* name) {
    return look(database, [&](auto& within) { return store::group_store{within}.name_alike(name); });
  };
  BOOST_TEST(alike("RESEARCH").value() == "research");
  BOOST_TEST(!alike("re-search").has_value());
}

BOOST_AUTO_TEST_CASE(a_group_gives_back_what_was_put_in) {
  const auto found = [&] {
    return look(database, [](auto& within) { return store::group_store{within}.find("research"); });
  };
  BOOST_TEST((found().value() == research()));
  auto changed = research();
  changed.limits = {std::nullopt, std::nullopt, 7};
  change(database, [&](auto& within) { store::group_store{within}.update(changed); });
  BOOST_TEST((found().value() == changed));
  BOOST_TEST((look(database, [](auto& within) { return store::group_store{within}.list(); }).front() == changed));
}

BOOST_AUTO_TEST_CASE(a_restricted_type_stays_restricted_when_its_groups_go) {
  auto restricted = cpu_1();
  restricted.name = "gpu-1";
  restricted.groups = names{"research"};
  change(database, [&](auto& within) { store::instance_type_store{within}.insert(restricted); });
  const auto groups = [&] {
    return look(database, [](auto& within) { return store::instance_type_store{within}.find("gpu-1")->groups; });
  };
  BOOST_TEST(groups().value() == names{"research"}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
  BOOST_REQUIRE(groups().has_value());
  BOOST_TEST(groups()->empty());
}

BOOST_AUTO_TEST_CASE(a_deployment_that_drains_outlives_its_group) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    deployments.mark_deleting("iris-3f9c2");
    store::group_store{within}.erase("research");
  });
  const auto left = look(database, [](auto& within) { return store::deployment_store{within}.find("iris-3f9c2"); });
  BOOST_REQUIRE(left.has_value());
  BOOST_TEST(left->deployment.group == "research");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
