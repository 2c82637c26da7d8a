// Transcripts: what is followed, what was found, and what becomes of the replicas.
#include "control/runtime/external/external_table.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace modelgate::control::runtime::external {
namespace {

using std::chrono::milliseconds;
using addresses = std::vector<std::string>;

const steady_time start_time{std::chrono::hours{1}};
const system_time today{std::chrono::hours{500'000}};

domain::external_source urls(std::vector<std::string> texts) {
  return {std::move(texts), {}, {}};
}

struct transcript {
  explicit transcript(const config::health_settings& health = {})
      : table{{}, network_list{{"127.0.0.0/8", "10.0.0.0/8", "::1/128"}}, health} {}

  external_table table;
  steady_time now = start_time;

  void follow(const domain::external_source& from, std::uint64_t revision = 1) {
    table.follow({{"d", revision, from}}, today);
    update();
  }
  void update() {
    table.update([](const net::endpoint& target) { return target.port == 8'080; }, today);
  }
  void resolve(const std::string& host, const resolution_result& found) {
    static_cast<void>(table.due(false, now));
    table.on_resolved(host, found, now);
    update();
  }
  void read(const std::string& file, const char* text) {
    static_cast<void>(table.due(true, now));
    table.on_file(file, {boost::system::in_place_value, text});
    update();
  }
  bool start(std::uint32_t index, std::uint64_t revision = 1) {
    replica_spec spec;
    spec.deployment = "d";
    spec.revision = revision;
    spec.index = index;
    spec.name = "deploy-d-r" + std::to_string(revision) + "-" + std::to_string(index);
    return table.start(spec, today);
  }
  void start_with_example(config::upstream_protocol protocol) {
    replica_spec spec;
    spec.deployment = "d";
    spec.revision = 1;
    spec.name = "deploy-d-r1-0";
    spec.protocol = protocol;
    spec.example_request = R"({"data":1})";
    BOOST_TEST(table.start(spec, today));
  }
  void probe(const std::string& name, const std::optional<std::string>& complaint = std::nullopt) {
    if (const auto target = table.target_of(name)) table.on_probe(name, target->ticket, complaint, today);
  }
  std::uint32_t count(std::uint64_t revision = 1) const { return table.source("d", revision).value().replicas; }
  std::string trouble() const { return table.source("d", 1).value().trouble; }
  /// "r1-0 127.0.0.1:1 Ready; ..."
  std::string shown() const {
    std::ostringstream text;
    for (const observed_replica& each : table.observe()) {
      text << (text.tellp() > 0 ? "; " : "") << each.name.substr(9) << " " << net::to_string(*each.address) << " "
           << domain::to_string(each.phase);
    }
    return text.str();
  }
};

config::health_settings with(std::uint64_t rise, bool warm_up) {
  config::health_settings health;
  health.probe_rise = rise;
  health.warm_up = warm_up;
  return health;
}
struct careful : transcript {
  careful() : transcript{with(2, true)} {}
};
struct without_warm_up : transcript {
  without_warm_up() : transcript{with(1, false)} {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(external_table_rule, transcript)

BOOST_AUTO_TEST_CASE(each_address_becomes_a_replica_that_is_ready_when_it_answers) {
  follow(urls({"http://127.0.0.1:1", "http://127.0.0.1:2"}));
  BOOST_TEST(count() == 2);
  BOOST_TEST(start(0));
  BOOST_TEST(start(1));
  BOOST_TEST(!start(1));  // it is there already, and is not probed twice
  BOOST_TEST(!start(2));  // nobody is left for it
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Starting; r1-1 127.0.0.1:2 Starting");
  probe("deploy-d-r1-0");
  probe("deploy-d-r1-1", "refused");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready; r1-1 127.0.0.1:2 Starting");
  BOOST_TEST(table.observe()[1].reason == "127.0.0.1:2: refused");
  BOOST_TEST(table.observe()[0].model_image == "external");
}

BOOST_FIXTURE_TEST_CASE(as_many_good_answers_are_needed_as_the_config_says, careful) {
  follow(urls({"http://127.0.0.1:1"}));
  start(0);
  probe("deploy-d-r1-0");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Starting");
  BOOST_TEST(table.observe()[0].reason == "127.0.0.1:1: too few good answers so far");
  probe("deploy-d-r1-0");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready");
}

BOOST_AUTO_TEST_CASE(a_seldon_replica_must_answer_its_example_once) {
  follow(urls({"http://127.0.0.1:1"}));
  start_with_example(config::upstream_protocol::seldon);
  const auto example = table.target_of("deploy-d-r1-0").value().warm_up;
  BOOST_TEST_REQUIRE(example.has_value());
  BOOST_TEST(example->path == "/predict");
  BOOST_TEST(example->body == R"({"data":1})");
  probe("deploy-d-r1-0", "was answered 500");
  BOOST_TEST(table.target_of("deploy-d-r1-0")->warm_up.has_value());
  probe("deploy-d-r1-0");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready");
  BOOST_TEST(!table.target_of("deploy-d-r1-0")->warm_up.has_value());
}

BOOST_AUTO_TEST_CASE(nobody_knows_where_a_passthrough_replica_takes_an_example) {
  follow(urls({"http://127.0.0.1:1"}));
  start_with_example(config::upstream_protocol::passthrough);
  BOOST_TEST(!table.target_of("deploy-d-r1-0")->warm_up.has_value());
}

BOOST_FIXTURE_TEST_CASE(warming_up_can_be_switched_off, without_warm_up) {
  follow(urls({"http://127.0.0.1:1"}));
  start_with_example(config::upstream_protocol::seldon);
  BOOST_TEST(!table.target_of("deploy-d-r1-0")->warm_up.has_value());
}

BOOST_AUTO_TEST_CASE(one_bad_probe_takes_nothing_away) {
  follow(urls({"http://127.0.0.1:1"}));
  start(0);
  probe("deploy-d-r1-0");
  probe("deploy-d-r1-0", "slow");
  probe("deploy-d-r1-0", "slow");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready");
  probe("deploy-d-r1-0", "slow");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Unready");
  probe("deploy-d-r1-0");
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready");
}

BOOST_AUTO_TEST_CASE(an_address_that_leaves_drains_and_a_new_one_takes_no_old_name) {
  follow({{}, "iris.txt", {}});
  BOOST_TEST(count() == 0);
  read("iris.txt", "http://127.0.0.1:1\nhttp://127.0.0.1:2\n");
  start(0);
  start(1);
  probe("deploy-d-r1-0");
  probe("deploy-d-r1-1");
  read("iris.txt", "http://127.0.0.1:2\nhttp://127.0.0.1:3\n");
  BOOST_TEST(count() == 2);
  start(2);
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Draining; r1-1 127.0.0.1:2 Ready; r1-2 127.0.0.1:3 Starting");
  table.stop("deploy-d-r1-0");
  BOOST_TEST(shown() == "r1-1 127.0.0.1:2 Ready; r1-2 127.0.0.1:3 Starting");
}

BOOST_AUTO_TEST_CASE(an_address_that_comes_back_is_a_new_replica) {
  follow({{}, "iris.txt", {}});
  read("iris.txt", "http://127.0.0.1:1\nhttp://127.0.0.1:2\n");
  start(0);
  start(1);
  read("iris.txt", "http://127.0.0.1:2\n");
  read("iris.txt", "http://127.0.0.1:1\nhttp://127.0.0.1:2\n");
  BOOST_TEST(count() == 2);
  start(2);
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Draining; r1-1 127.0.0.1:2 Starting; r1-2 127.0.0.1:1 Starting");
}

BOOST_AUTO_TEST_CASE(a_broken_file_keeps_the_last_good_list_and_says_where) {
  follow({{}, "iris.txt", {}});
  read("iris.txt", "http://127.0.0.1:1\nnonsense\n");
  BOOST_TEST(count() == 0);
  BOOST_TEST(trouble() == "the file iris.txt: line 2: must start with http:// or https://");
  read("iris.txt", "http://127.0.0.1:1\n");
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "");
  read("iris.txt", "");
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "the file iris.txt: it lists no URL; the last good list is kept");
}

BOOST_AUTO_TEST_CASE(every_address_of_a_name_is_a_replica_and_nothing_is_known_before_all_were_tried) {
  follow(urls({"http://127.0.0.1:1", "http://models.lan:9000"}));
  BOOST_TEST(count() == 0);
  BOOST_TEST(table.due(false, now).hosts == addresses{"models.lan"}, boost::test_tools::per_element());
  BOOST_TEST(table.due(false, now).hosts.empty());  // it is being resolved
  resolve("models.lan", resolution{addresses{"10.0.0.1", "10.0.0.2"}, {}});
  BOOST_TEST(count() == 3);
}

BOOST_AUTO_TEST_CASE(a_name_that_fails_keeps_its_last_good_addresses) {
  follow(urls({"http://models.lan:9000"}));
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, {}});
  start(0);
  now += milliseconds{30'000};
  resolve("models.lan", resolution_result{boost::system::in_place_error, "no such name"});
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "the name models.lan cannot be resolved: no such name; its last good addresses are kept");
  now += milliseconds{30'000};
  resolve("models.lan", resolution{addresses{"10.0.0.2"}, {}});
  BOOST_TEST(trouble() == "");
  BOOST_TEST(shown() == "r1-0 10.0.0.1:9000 Draining");
}

BOOST_AUTO_TEST_CASE(a_name_that_gets_no_answer_in_time_is_told_and_a_late_answer_is_taken) {
  follow(urls({"http://models.lan:9000"}));
  static_cast<void>(table.due(false, now));
  now += milliseconds{5'000};
  BOOST_TEST(table.due(false, now).hosts.empty());  // never asked twice at a time
  update();
  BOOST_TEST(trouble() == "the name models.lan cannot be resolved: no answer in time");
  table.on_resolved("models.lan", resolution{addresses{"10.0.0.1"}, {}}, now);
  update();
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "");
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved_again_when_its_ttl_has_passed) {
  const auto is_due = [&] { return !table.due(false, now).hosts.empty(); };
  follow(urls({"http://models.lan:9000"}));
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, std::chrono::seconds{7}});
  now += milliseconds{6'999};
  BOOST_TEST(!is_due());
  now += milliseconds{1};
  BOOST_TEST(is_due());
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, std::chrono::seconds{0}});
  BOOST_TEST(!is_due());
  now += milliseconds{4'999};
  BOOST_TEST(!is_due());
  now += milliseconds{1};  // what holds for no time is not asked for all the time
  BOOST_TEST(is_due());
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, std::chrono::seconds{86'400}});
  now += milliseconds{30'000};  // never later than the interval
  BOOST_TEST(is_due());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_pointed_elsewhere_is_not_followed_there) {
  follow(urls({"http://models.lan:9000"}));
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, {}});
  now += milliseconds{30'000};
  resolve("models.lan", resolution{addresses{"169.254.169.254"}, {}});
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble()
             == "the name models.lan cannot be resolved: 169.254.169.254 is in none of the networks of "
                "runtime.external.networks; its last good addresses are kept");
  now += milliseconds{30'000};
  resolve("models.lan", resolution{addresses{"10.0.0.2", "8.8.8.8"}, {}});
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "of the name models.lan, 8.8.8.8 is in none of the networks of runtime.external.networks");
}

BOOST_AUTO_TEST_CASE(our_own_listeners_are_never_replicas) {
  follow(urls({"http://models.lan:8080", "http://127.0.0.1:1"}));
  resolve("models.lan", resolution{addresses{"10.0.0.1"}, {}});
  BOOST_TEST(count() == 1);
  BOOST_TEST(trouble() == "10.0.0.1:8080 is an address of this modelgate itself");
}

BOOST_AUTO_TEST_CASE(a_new_revision_leaves_the_old_replicas_alone) {
  follow(urls({"http://127.0.0.1:1"}));
  start(0);
  probe("deploy-d-r1-0");
  follow(urls({"http://127.0.0.1:1", "http://127.0.0.1:2"}), 2);
  BOOST_TEST(!table.source("d", 1).has_value());
  BOOST_TEST(count(2) == 2);
  start(0, 2);
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Ready; r2-0 127.0.0.1:1 Starting");
  table.drain("deploy-d-r1-0", today);
  BOOST_TEST(!table.target_of("deploy-d-r1-0").has_value());
}

BOOST_AUTO_TEST_CASE(a_probe_of_an_earlier_replica_of_the_name_says_nothing) {
  follow(urls({"http://127.0.0.1:1"}));
  start(0);
  const auto earlier = table.target_of("deploy-d-r1-0").value();
  table.stop("deploy-d-r1-0");
  start(0);
  table.on_probe("deploy-d-r1-0", earlier.ticket, std::nullopt, today);
  BOOST_TEST(shown() == "r1-0 127.0.0.1:1 Starting");
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_is_not_told) {
  follow(urls({"http://127.0.0.1:1"}));
  start(0);
  probe("deploy-d-r1-0");
  BOOST_TEST(table.take_changed());
  follow(urls({"http://127.0.0.1:1"}));
  probe("deploy-d-r1-0");
  table.stop("deploy-x-r1-0");
  BOOST_TEST(!table.take_changed());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::external
