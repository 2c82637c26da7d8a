// What the store says has changed, against everything that it has.
#include "control/store/stored_state.hpp"
#include "tests/support/desired_deployments.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace modelgate::tests {
namespace {

using names = std::vector<std::string>;

struct changing : furnished {
  changing() {
    change(database, [](auto& within) {
      auto other = research();
      other.name = "other";
      other.admins.clear();
      store::group_store{within}.insert(other);
      store::instance_type_store{within}.insert({"gpu-1", "GPU", "", {1'000, 2'048, 1}, std::nullopt});
      store::deployment_store deployments{within};
      for (const char* id : {"aaa", "bbb", "ccc"}) deployments.insert(iris(id));
    });
    static_cast<void>(told());
  }

  /// Ids of what has changed since this was asked before; "-" before those that are gone.
  names told() {
    const auto changes = state.load_changes(until).value();
    BOOST_TEST(changes.is_everything == (until == 0));
    until = changes.until;
    names ids;
    for (const auto& each : changes.changed) ids.push_back(each->deployment.id);
    for (const std::string& id : changes.gone) ids.push_back("-" + id);
    return ids;
  }

  store::stored_state state{database};
  std::uint64_t until = 0;
};

domain::client client(const std::string& name, std::uint8_t byte = 1) {
  domain::client made;
  made.name = name;
  made.digest.bytes.fill(byte);
  made.created_at = noon;
  return made;
}

/// Everything of an entry that running and publishing read, as text.
std::string text_of(const store::desired_deployment& entry) {
  const domain::deployment& deployment = entry.deployment;
  std::string text = deployment.id + " " + deployment.group + " " + std::to_string(deployment.current.number) + " "
                     + std::to_string(deployment.current.replica_revision) + " "
                     + std::to_string(deployment.good_replica_revision.value_or(0)) + (deployment.deleting ? " -" : "")
                     + (deployment.current.spec.stop ? " stopped " : " ") + deployment.current.spec.instance_type + " "
                     + std::to_string(entry.per_replica.cpu_milli) + " " + entry.refusal + " "
                     + std::to_string(entry.group_limit.concurrent.value_or(0)) + " "
                     + std::to_string(entry.fallback ? entry.fallback->number : 0) + " "
                     + std::to_string(entry.fallback_per_replica.cpu_milli);
  for (const domain::client& each : entry.clients)
    text += " " + each.name + std::to_string(each.digest.bytes[0]) + (each.disabled ? "!" : "");
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desired_changes, changing)

BOOST_AUTO_TEST_CASE(nothing_has_changed_when_nothing_was_written) {
  BOOST_TEST(told() == names{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_change_of_clients_is_one_of_their_deployment) {
  change(database, [](auto& within) { store::client_store{within}.insert("bbb", client("app")); });
  BOOST_TEST(told() == names{"bbb"}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::client_store{within}.update("bbb", client("app", 2)); });
  BOOST_TEST(told() == names{"bbb"}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::client_store{within}.note_use("bbb", client("app"), noon, 7); });
  BOOST_TEST(told() == names{}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::client_store{within}.erase("bbb", "app"); });
  BOOST_TEST(told() == names{"bbb"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_deployment_is_told_of_from_its_making_to_its_end) {
  change(database, [](auto& within) {
    store::deployment_store{within}.insert(iris("ddd"));
    store::client_store{within}.insert("ddd", client("app"));
  });
  BOOST_TEST(told() == names{"ddd"}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::deployment_store{within}.mark_deleting("ddd"); });
  BOOST_TEST(told() == names{"ddd"}, boost::test_tools::per_element());
  BOOST_TEST(state.erase_deleted("ddd").has_value());
  BOOST_TEST(told() == names{"-ddd"}, boost::test_tools::per_element());
  change(database, [](auto& within) { store::deployment_store{within}.insert(iris("ddd")); });
  BOOST_TEST(told() == names{"ddd"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_not_a_change) {
  const auto refused = database.write([](store::transaction& within) -> result<void> {
    store::client_store{within}.insert("bbb", client("app"));
    return make_error_code(errc::not_found);
  });
  BOOST_TEST(!refused.has_value());
  BOOST_TEST(told() == names{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(groups_and_instance_types_change_the_deployments_that_depend_on_them) {
  change(database, [](auto& within) {
    auto moved = iris("zzz");
    moved.group = "other";
    moved.current.spec.instance_type = "gpu-1";
    store::deployment_store{within}.insert(moved);
  });
  static_cast<void>(told());
  auto group = research();
  group.members.push_back("admin-1");
  group.max_deploy = 9;  // is read where it is spent
  change(database, [&](auto& within) { store::group_store{within}.update(group); });
  BOOST_TEST(told() == names{}, boost::test_tools::per_element());
  group.enabled_deployment = false;
  change(database, [&](auto& within) { store::group_store{within}.update(group); });
  BOOST_TEST(told() == (names{"aaa", "bbb", "ccc"}), boost::test_tools::per_element());
  change(database, [](auto& within) { store::instance_type_store{within}.erase("gpu-1"); });
  BOOST_TEST(told() == names{"zzz"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whoever_has_not_asked_for_long_is_told_everything) {
  const std::uint64_t old = until;
  auto group = research();
  change(database, [&](auto& within) {
    for (std::uint64_t i = 0; i <= store::deployment_store::erased_kept; ++i) {
      group.enabled_deployment = !group.enabled_deployment;
      store::group_store{within}.update(group);
    }
  });
  const auto everything = state.load_changes(old).value();
  BOOST_TEST(everything.is_everything);
  BOOST_TEST(!state.load_changes(everything.until - store::deployment_store::erased_kept).value().is_everything);
}

/// Random changes of everything that matters; what was told of, applied to what was known, is what there is.
BOOST_AUTO_TEST_CASE(what_is_told_leads_to_what_there_is) {
  std::minstd_rand chance{7};
  const auto below = [&](unsigned most) { return static_cast<unsigned>(chance() % most); };
  std::map<std::string, std::string> known;
  std::uint64_t since = 0;
  for (int step = 0; step < 80; ++step) {
    const std::string id = std::vector<std::string>{"aaa", "bbb", "ccc", "ddd", "eee"}[below(5)];
    const unsigned what = below(9);
    change(database, [&](store::transaction& within) {
      store::deployment_store deployments{within};
      store::client_store clients{within};
      const auto found = deployments.find(id);
      if (what == 0 && !found) deployments.insert(iris(id));
      if (what == 1 && found) deployments.mark_deleting(id);
      if (what == 2) deployments.erase_deleted(id);
      if (what == 3 && found) deployments.mark_good(id, found->deployment.current.number);
      if (what == 4 && found) {
        auto spec = found->deployment.current.spec;
        spec.stop = below(2) == 0;
        spec.instance_type = below(2) == 0 ? "cpu-1" : "gpu-1";
        deployments.add_revision(id, domain::next_revision(found->deployment.current, spec));
      }
      if (what == 5 && found && !clients.exists(id, "app")) clients.insert(id, client("app"));
      if (what == 6 && found) clients.update(id, client("app", static_cast<std::uint8_t>(below(9))));
      if (what == 7) {
        auto group = research();
        group.enabled_deployment = below(2) == 0;
        group.limits.concurrent = below(3) + 1;
        store::group_store{within}.update(group);
      }
      if (what == 8) {
        store::instance_type_store types{within};
        if (!types.erase("gpu-1")) types.insert({"gpu-1", "GPU", "", {1'000, 2'048, 1}, std::nullopt});
      }
    });
    if (below(3) == 0) continue;
    const auto changes = state.load_changes(since).value();
    since = changes.until;
    if (changes.is_everything) known.clear();
    for (const std::string& gone : changes.gone) known.erase(gone);
    for (const auto& each : changes.changed) known[each->deployment.id] = text_of(*each);
    std::map<std::string, std::string> there;
    for (const auto& each : desired_deployments(state)) there[each.deployment.id] = text_of(each);
    BOOST_TEST_REQUIRE((known == there), "after step " << step);
  }
}

/// What a foreign key changes is a change, too.
BOOST_AUTO_TEST_CASE(the_end_of_a_group_is_a_change_of_what_drains_in_it) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    for (const char* id : {"aaa", "bbb", "ccc"}) deployments.mark_deleting(id);
  });
  static_cast<void>(told());
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
  BOOST_TEST(told() == (names{"aaa", "bbb", "ccc"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::tests
