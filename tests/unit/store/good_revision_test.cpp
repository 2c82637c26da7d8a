#include "control/domain/limits.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/stored_state.hpp"
#include "tests/support/desired_deployments.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::tests {

BOOST_FIXTURE_TEST_SUITE(good_revisions, furnished)

BOOST_AUTO_TEST_CASE(keep_in_use_what_they_were_made_with_while_a_later_one_fails) {
  const auto users_of_both = [&] {
    return look(database, [](auto& within) {
      const store::deployment_store deployments{within};
      return std::pair{deployments.ids_with_instance_type("cpu-1"), deployments.ids_with_pull_secret("regcred")};
    });
  };
  const std::vector<std::string> iris_alone{iris().id};
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    auto first = iris();
    first.current.spec.image_pull_secret = "regcred";
    deployments.insert(first);
    BOOST_TEST(deployments.mark_good(first.id, 1));
    auto spec = first.current.spec;
    spec.model_image = "demo/other:1";
    spec.instance_type = "cpu-2";
    spec.image_pull_secret.reset();
    deployments.add_revision(first.id, domain::next_revision(first.current, spec));
  });
  BOOST_TEST((users_of_both() == std::pair{iris_alone, iris_alone}));
  change(database, [&](auto& within) { BOOST_TEST(store::deployment_store{within}.mark_good(iris().id, 2)); });
  BOOST_TEST((users_of_both() == std::pair{std::vector<std::string>{}, std::vector<std::string>{}}));
}

BOOST_AUTO_TEST_CASE(remembers_whose_replicas_were_good_last) {
  const auto bad = [](domain::deployment_spec spec) {
    spec.model_image = "demo/other:1";
    return spec;
  };
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    BOOST_TEST(!deployments.mark_good(iris().id, 2));
    auto scaled = iris().current.spec;
    scaled.replicas = 7;
    auto next = domain::next_revision(iris().current, scaled);
    deployments.add_revision(iris().id, next);
    deployments.add_revision(iris().id, domain::next_revision(next, bad(scaled)));
  });
  store::stored_state state{database};
  const auto desired = desired_deployments(state);
  BOOST_TEST_REQUIRE(desired.at(0).fallback.has_value());
  BOOST_TEST(desired.at(0).fallback->number == 2u);
  BOOST_TEST(desired.at(0).fallback->spec.replicas == 7u);
  BOOST_TEST(desired.at(0).fallback_per_replica.cpu_milli == 500);

  BOOST_TEST(!state.roll_back(iris().id, 2, "another one failed")->made);
  BOOST_TEST(desired_deployments(state).at(0).deployment.current.number == 3u);
  BOOST_TEST(state.roll_back(iris().id, 3, std::string(5'000, 'x') + "it crashed")->made);
  const auto back = desired_deployments(state).at(0);
  BOOST_TEST(back.deployment.current.number == 4u);
  BOOST_TEST(back.deployment.current.replica_revision == 1u);
  BOOST_TEST(back.deployment.current.spec.replicas == 7u);
  BOOST_TEST(back.deployment.current.created_by == "modelgate");
  BOOST_TEST(back.deployment.current.update_message.starts_with("Rolled back to revision 2 by itself: xxx"));
  BOOST_TEST(back.deployment.current.update_message.size() == domain::limits::update_message_length);
  const auto events = look(database, [](auto& within) { return store::audit_store{within}.list({}); });
  BOOST_TEST_REQUIRE(events.size() == 1u);
  BOOST_TEST(events[0].user == "modelgate");
  BOOST_TEST(events[0].resource == "deployments/" + iris().id);
  BOOST_TEST(events[0].path == "/deployments/" + iris().id + "/rollback");
  BOOST_TEST(!back.fallback.has_value());
  BOOST_TEST(!state.roll_back(iris().id, 4, "again")->made);
  BOOST_TEST(desired_deployments(state).at(0).deployment.current.number == 4u);
}

BOOST_AUTO_TEST_CASE(the_good_revision_stays_however_many_came_since) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    auto spec = iris().current.spec;
    spec.model_image = "demo/other:1";
    auto next = domain::next_revision(iris().current, spec);
    for (int i = 0; i < 110; ++i) {
      deployments.add_revision(iris().id, next);
      spec.description = std::to_string(i);
      next = domain::next_revision(next, spec);
    }
  });
  store::stored_state state{database};
  const auto desired = desired_deployments(state);
  BOOST_TEST_REQUIRE(desired.at(0).fallback.has_value());
  BOOST_TEST(desired.at(0).fallback->number == 1u);
  BOOST_TEST(look(database, [](auto& within) { return store::deployment_store{within}.history(iris().id); }).size()
             == 101u);
  BOOST_TEST(state.roll_back(iris().id, desired.at(0).deployment.current.number, "it crashed")->made);
}

BOOST_AUTO_TEST_CASE(no_more_comes_back_than_the_quota_allows_by_now) {
  change(database, [](auto& within) {  // of 4 cores: two for the others, and half a one for the bad revision
    store::deployment_store deployments{within};
    auto mine = iris();
    mine.current.spec.replicas = 6;
    deployments.insert(mine);
    BOOST_TEST(deployments.mark_good(mine.id, 1));
    auto spec = mine.current.spec;
    spec.model_image = "demo/other:1";
    spec.replicas = 1;
    deployments.add_revision(mine.id, domain::next_revision(mine.current, spec));
    auto others = iris("others");
    others.current.spec.replicas = 4;
    deployments.insert(others);
  });
  store::stored_state state{database};
  BOOST_TEST(state.roll_back(iris().id, 2, "it crashed")->made);
  const auto desired = desired_deployments(state);
  const auto back =
      std::find_if(desired.begin(), desired.end(), [](const auto& each) { return each.deployment.id == iris().id; });
  BOOST_TEST(back->deployment.current.spec.replicas == 4u);
  BOOST_TEST(back->deployment.current.update_message.starts_with(
      "Rolled back to revision 1 by itself, with fewer replicas: the quota allows no more: it crashed"));
}

BOOST_AUTO_TEST_CASE(a_rollback_that_the_quota_has_no_room_for_says_what_it_lacks) {
  change(database, [](auto& within) {  // of 4 cores: four for the others, none for the bad revision, which is external
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    auto spec = iris().current.spec;
    spec.external.emplace().urls = {"http://127.0.0.1:1"};
    spec.instance_type.clear();
    deployments.add_revision(iris().id, domain::next_revision(iris().current, spec));
    auto others = iris("others");
    others.current.spec.replicas = 8;
    deployments.insert(others);
  });
  store::stored_state state{database};
  const auto outcome = state.roll_back(iris().id, 2, "it crashed");
  BOOST_TEST(!outcome->made);
  BOOST_TEST(outcome->obstacle
             == "The rollback to revision 1 waits for room in the quota of group research, for one replica cpu: 0.5 "
                "requested, 4 used, limit 4");
  BOOST_TEST(desired_deployments(state).at(0).deployment.current.number == 2u);
}

BOOST_AUTO_TEST_CASE(what_comes_back_by_itself_are_replicas_and_not_who_may_call_them) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    auto open = iris();
    open.current.spec.access = config::access_type::everyone;
    open.current.spec.serving.forward_authorization = true;
    open.current.spec.serving.protocol = config::upstream_protocol::passthrough;
    deployments.insert(open);
    BOOST_TEST(deployments.mark_good(open.id, 1));
    auto spec = open.current.spec;
    spec.access = config::access_type::clients;
    spec.serving.forward_authorization = false;
    spec.serving.protocol.reset();
    spec.description = "of the second";
    spec.metadata = {{"version", "2"}};
    spec.model_image = "demo/other:1";
    spec.env = {{"A", "b"}};
    spec.progress_deadline = std::chrono::seconds{5};
    deployments.add_revision(open.id, domain::next_revision(open.current, spec));
  });
  store::stored_state state{database};
  BOOST_TEST(state.roll_back(iris().id, 2, "it crashed")->made);
  const auto back = desired_deployments(state).at(0).deployment.current;
  BOOST_TEST(back.replica_revision == 1u);
  BOOST_TEST(back.spec.model_image == iris().current.spec.model_image);
  BOOST_TEST((back.spec.env == iris().current.spec.env));
  BOOST_TEST((back.spec.serving.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST((back.spec.access == config::access_type::clients));
  BOOST_TEST(!back.spec.serving.forward_authorization);
  BOOST_TEST(back.spec.description == "of the second");
  BOOST_TEST(back.spec.metadata.at("version") == "2");
  BOOST_TEST(back.spec.progress_deadline.count() == 5);
}

BOOST_AUTO_TEST_CASE(nothing_comes_back_without_the_instance_type_or_secret_that_it_was_made_with) {
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    auto first = iris();
    first.current.spec.image_pull_secret = "regcred";  // which is not there
    deployments.insert(first);
    BOOST_TEST(deployments.mark_good(first.id, 1));
    auto spec = first.current.spec;
    spec.image_pull_secret.reset();
    spec.instance_type = "cpu-2";
    deployments.add_revision(first.id, domain::next_revision(first.current, spec));
  });
  store::stored_state state{database};
  const auto obstacle = [&] {
    const auto desired = desired_deployments(state);
    BOOST_TEST(!desired.at(0).fallback.has_value());
    const auto outcome = state.roll_back(iris().id, 2, "it crashed");
    BOOST_TEST(!outcome->made);
    BOOST_TEST(outcome->obstacle == desired.at(0).fallback_obstacle);
    return outcome->obstacle;
  };
  BOOST_TEST(obstacle() == "The rollback to revision 1 cannot be made: Image pull secret not found: regcred");
  change(database, [](auto& within) { store::instance_type_store{within}.erase(iris().current.spec.instance_type); });
  BOOST_TEST(obstacle()
             == "The rollback to revision 1 cannot be made: InstanceType not found: "
                    + iris().current.spec.instance_type);
}

BOOST_AUTO_TEST_CASE(a_revision_that_served_between_the_good_one_and_the_current_one_may_still_become_good) {
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    auto spec = iris().current.spec;
    spec.model_image = "demo/other:1";
    spec.replicas = 3;
    const auto second = domain::next_revision(iris().current, spec);
    deployments.add_revision(iris().id, second);
    spec.model_image = "demo/other:2";
    deployments.add_revision(iris().id, domain::next_revision(second, spec));
    const auto between = deployments.between(iris().id, 1, 3);
    BOOST_TEST_REQUIRE(between.size() == 1u);
    BOOST_TEST(between[0].number == 2u);
    BOOST_TEST(between[0].replicas == 3u);
    BOOST_TEST(deployments.mark_good(iris().id, 2));
    BOOST_TEST(!deployments.mark_good(iris().id, 1));
  });
  store::stored_state state{database};
  BOOST_TEST(desired_deployments(state).at(0).fallback->number == 2u);
  BOOST_TEST(desired_deployments(state).at(0).unproven.empty());
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    auto spec = deployments.find(iris().id)->deployment.current.spec;
    spec.stop = true;
    deployments.add_revision(iris().id, domain::next_revision(deployments.find(iris().id)->deployment.current, spec));
    BOOST_TEST(!deployments.mark_good(iris().id, 3));
  });
}

BOOST_AUTO_TEST_CASE(what_may_run_beside_the_current_replicas_is_told_with_what_it_was_started_for) {
  const auto beside = [&] {
    store::stored_state state{database};
    const auto desired = desired_deployments(state);
    std::vector<std::uint64_t> numbers;
    for (const domain::revision& each : desired.at(0).earlier) numbers.push_back(each.number);
    return numbers;
  };
  const auto add = [&](auto change_spec) {
    change(database, [&](auto& within) {
      store::deployment_store deployments{within};
      const auto current = deployments.find(iris().id)->deployment.current;
      auto spec = current.spec;
      change_spec(spec);
      deployments.add_revision(iris().id, domain::next_revision(current, spec));
    });
  };
  using numbers = std::vector<std::uint64_t>;
  change(database, [](auto& within) { store::deployment_store{within}.insert(iris()); });
  BOOST_TEST(beside() == numbers{});
  add([](auto& spec) { spec.serving.concurrency = 3; });  // 2, of the same replicas
  BOOST_TEST(beside() == numbers{});
  add([](auto& spec) { spec.model_image = "demo/other:1"; });
  BOOST_TEST((beside() == numbers{2}));  // good or not: nobody has said so yet
  add([](auto& spec) { spec.model_image = "demo/other:2"; });
  BOOST_TEST((beside() == numbers{3, 2}));
  change(database, [](auto& within) { BOOST_TEST(store::deployment_store{within}.mark_good(iris().id, 3)); });
  BOOST_TEST((beside() == numbers{3}));
  store::stored_state state{database};
  BOOST_TEST(state.roll_back(iris().id, 4, "it crashed")->made);
  BOOST_TEST((beside() == numbers{4}));  // what failed may run for a while yet
  add([](auto& spec) { spec.stop = true; });
  BOOST_TEST(beside() == numbers{});
  add([](auto& spec) { spec.stop = false; });
  BOOST_TEST(beside() == numbers{});
}

BOOST_AUTO_TEST_CASE(what_was_stopped_has_no_good_revision_any_more) {
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    auto spec = iris().current.spec;
    spec.stop = true;
    deployments.add_revision(iris().id, domain::next_revision(iris().current, spec));
  });
  store::stored_state state{database};
  BOOST_TEST(!desired_deployments(state).at(0).deployment.good_replica_revision.has_value());
}

namespace {

/// A deployment whose revision 1 was good, which was stopped by revision 2 and started by revision 3, with this image.
void start_again(store::database& database, const std::string& image) {
  change(database, [&](auto& within) {
    store::deployment_store deployments{within};
    deployments.insert(iris());
    BOOST_TEST(deployments.mark_good(iris().id, 1));
    auto spec = iris().current.spec;
    spec.stop = true;
    const auto stopped = domain::next_revision(iris().current, spec);
    deployments.add_revision(iris().id, stopped);
    spec.stop = false;
    spec.model_image = image;
    deployments.add_revision(iris().id, domain::next_revision(stopped, spec));
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_good_before_a_stop_comes_back_in_replicas_of_its_own_and_serves_nothing_before) {
  start_again(database, "demo/other:1");
  store::stored_state state{database};
  auto desired = desired_deployments(state).at(0);
  BOOST_TEST(!desired.fallback.has_value());
  BOOST_TEST_REQUIRE(desired.before_stop.has_value());
  BOOST_TEST(desired.before_stop->number == 1u);
  BOOST_TEST(state.roll_back(iris().id, 3, "it crashed")->made);
  desired = desired_deployments(state).at(0);
  BOOST_TEST(desired.deployment.current.number == 4u);
  BOOST_TEST(desired.deployment.current.replica_revision == 4u);
  BOOST_TEST(desired.deployment.current.spec.model_image == iris().current.spec.model_image);
  BOOST_TEST(desired.deployment.current.update_message.starts_with("Rolled back to revision 1 by itself: it crashed"));
  // Should that fail as well, it does not come back once more.
  BOOST_TEST(!desired.before_stop.has_value());
  BOOST_TEST(!state.roll_back(iris().id, 4, "again")->made);
  change(database, [](auto& within) { BOOST_TEST(store::deployment_store{within}.mark_good(iris().id, 4)); });
  BOOST_TEST((desired_deployments(state).at(0).deployment.good_replica_revision == 4u));
}

BOOST_AUTO_TEST_CASE(a_start_of_the_same_once_more_has_nothing_to_come_back_to) {
  start_again(database, iris().current.spec.model_image);
  store::stored_state state{database};
  BOOST_TEST(!desired_deployments(state).at(0).before_stop.has_value());
  BOOST_TEST(!state.roll_back(iris().id, 3, "it crashed")->made);
}

BOOST_AUTO_TEST_CASE(what_was_good_before_a_stop_holds_nothing_in_use_and_says_what_it_lacks) {
  start_again(database, "demo/other:1");
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    auto spec = deployments.find(iris().id)->deployment.current.spec;
    spec.instance_type = "cpu-2";
    deployments.add_revision(iris().id, domain::next_revision(deployments.find(iris().id)->deployment.current, spec));
    BOOST_TEST(deployments.ids_with_instance_type("cpu-1").empty());
    store::instance_type_store{within}.erase("cpu-1");
  });
  store::stored_state state{database};
  const auto desired = desired_deployments(state).at(0);
  BOOST_TEST(!desired.before_stop.has_value());
  BOOST_TEST(desired.fallback_obstacle == "The rollback to revision 1 cannot be made: InstanceType not found: cpu-1");
}

BOOST_AUTO_TEST_CASE(a_stop_is_not_forgotten_with_its_revision) {
  start_again(database, "demo/other:1");
  change(database, [](auto& within) {
    store::deployment_store deployments{within};
    for (int i = 0; i < 110; ++i) {
      auto current = deployments.find(iris().id)->deployment.current;
      auto spec = current.spec;
      spec.description = std::to_string(i);
      deployments.add_revision(iris().id, domain::next_revision(current, spec));
    }
  });
  store::stored_state state{database};
  BOOST_TEST(!desired_deployments(state).at(0).deployment.good_replica_revision.has_value());
  BOOST_TEST(!desired_deployments(state).at(0).fallback.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::tests
