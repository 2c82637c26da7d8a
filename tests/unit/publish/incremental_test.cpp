// A builder that goes on from what it made, against one that makes everything anew.
#include "control/publish/snapshot_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <map>
#include <set>

namespace modelgate::control::publish {
namespace {

using runtime::observed_replica;

/// Deployments, replicas, images and defaults that change by chance.
struct changing_world {
  std::map<std::string, store::desired_ptr> desired;
  std::map<std::string, observed_replica> observed;
  std::map<std::string, runtime::image_description, std::less<>> images;
  serving_defaults defaults;

  static std::string any_id() { return *rc::gen::element<std::string>("a", "b", "c", "d", "e"); }
  static std::string any_image() { return *rc::gen::element<std::string>("one:1", "two:1"); }

  void change() {
    const std::string id = any_id();
    switch (*rc::gen::inRange(0, 6)) {
      case 0: {
        auto entry = std::make_shared<store::desired_deployment>();
        entry->deployment.id = id;
        entry->deployment.current.spec.model_image = any_image();
        entry->deployment.current.spec.stop = *rc::gen::arbitrary<bool>();
        entry->deployment.deleting = *rc::gen::inRange(0, 4) == 0;
        if (*rc::gen::arbitrary<bool>()) entry->clients.push_back({"app", {}, "", {}, "", std::nullopt});
        desired[id] = std::move(entry);
        return;
      }
      case 1:
        desired.erase(id);
        return;
      case 2: {
        const std::string name = id + std::to_string(*rc::gen::inRange(0, 3));
        observed_replica seen;
        seen.name = name;
        seen.deployment = id;
        seen.revision = *rc::gen::inRange<std::uint64_t>(1, 3);
        seen.phase = *rc::gen::element(domain::replica_phase::ready, domain::replica_phase::starting);
        seen.model_image = any_image();
        seen.address = net::endpoint{"127.0.0.1", *rc::gen::inRange<std::uint16_t>(1, 4)};
        observed[name] = seen;
        return;
      }
      case 3:
        observed.erase(id + std::to_string(*rc::gen::inRange(0, 3)));
        return;
      case 4: {
        const std::string image = any_image();
        if (*rc::gen::arbitrary<bool>()) {
          images.erase(image);
          return;
        }
        images[image].protocol =
            *rc::gen::element(config::upstream_protocol::seldon, config::upstream_protocol::passthrough);
        images[image].concurrency = *rc::gen::inRange<std::uint32_t>(1, 3);
        return;
      }
      default:
        defaults.max_body_bytes = *rc::gen::inRange<std::uint64_t>(1, 3);
    }
  }

  std::vector<store::desired_ptr> all_desired() const {
    std::vector<store::desired_ptr> all;
    for (const auto& [id, entry] : desired) all.push_back(entry);
    return all;
  }
  std::vector<observed_replica> all_observed() const {
    std::vector<observed_replica> all;
    for (const auto& [name, replica] : observed) all.push_back(replica);
    return all;
  }
  image_lookup look_up() {
    return [this](std::string_view image, const runtime::placement&) -> std::optional<runtime::image_description> {
      ++asked;
      const auto found = images.find(image);
      if (found == images.end()) return std::nullopt;
      return found->second;
    };
  }
  int asked = 0;
};

/// Two looks: in the first nothing else has to be built, or images would be asked again in a later one only.
bool update(snapshot_builder& builder, const changing_world& world) {
  const bool differs = builder.update(world.all_desired(), world.all_observed(), world.defaults);
  return builder.update(world.all_desired(), world.all_observed(), world.defaults) || differs;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(incremental_builder)

BOOST_AUTO_TEST_CASE(leads_to_what_is_made_of_everything) {
  const bool holds = rc::check([] {
    changing_world world;
    snapshot_builder builder{world.look_up()};
    config::snapshot whole;
    for (int steps = *rc::gen::inRange(1, 25); steps > 0; --steps) {
      world.change();
      const auto before = builder.deployments();
      const bool differs = update(builder, world);
      config::snapshot next =
          build_snapshot(world.all_desired(), world.all_observed(), world.look_up(), world.defaults, &whole);
      const config::snapshot made{0, builder.deployments()};
      RC_ASSERT(config::to_json(made) == config::to_json(next));
      RC_ASSERT(differs == (before != builder.deployments()));
      // What is the same is the same object, in both ways of making it.
      for (const auto& each : before) {
        const auto* now = config::find_deployment(made, each->id);
        const auto* then = config::find_deployment(whole, each->id);
        const auto* anew = config::find_deployment(next, each->id);
        RC_ASSERT((now != nullptr && *now == each) == (anew != nullptr && *anew == *then));
      }
      whole = std::move(next);
    }
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_CASE(asks_only_for_the_images_of_what_it_builds) {
  changing_world world;
  for (const char* id : {"a", "b", "c"}) {
    auto entry = std::make_shared<store::desired_deployment>();
    entry->deployment.id = id;
    entry->deployment.current.spec.model_image = std::string{"image-of-"} + id + ":1";
    world.desired[id] = std::move(entry);
  }
  snapshot_builder builder{world.look_up()};
  BOOST_TEST(builder.update(world.all_desired(), {}, world.defaults));
  BOOST_TEST(world.asked == 3);
  const auto before = builder.deployments();
  auto changed = std::make_shared<store::desired_deployment>(*world.desired["b"]);
  changed->deployment.current.spec.stop = true;
  world.desired["b"] = changed;
  BOOST_TEST(builder.update(world.all_desired(), {}, world.defaults));
  BOOST_TEST(world.asked == 4);
  BOOST_TEST(builder.deployments()[0] == before[0]);
  BOOST_TEST(builder.deployments()[1] != before[1]);
  BOOST_TEST(builder.deployments()[2] == before[2]);
  BOOST_TEST(!builder.update(world.all_desired(), {}, world.defaults));
  BOOST_TEST(world.asked == 7);  // nothing else was to do
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::publish
