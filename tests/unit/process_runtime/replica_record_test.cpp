#include "control/runtime/process/replica_record.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime::process {
namespace {

replica_record full_record() {
  replica_record record;
  record.spec = {"deploy-iris-r3-1", "iris", 3, 1, "demo/iris:1.0", "file:///m", {{"A", "b \"c\" \n"}},
                 {1'500, 1 << 30, 1}};
  record.phase = domain::replica_phase::unready;
  record.reason = "it does not answer well";
  record.last_end = "exited with code 3; last log line: \"boom\"";
  record.since = system_time{std::chrono::milliseconds{1'700'000'000'123}};
  record.unready_since = system_time{std::chrono::milliseconds{1'700'000'000'456}};
  record.restarts = 4;
  record.failures = 2;
  record.cookie = "abc.def";
  record.pid = 4'242;
  record.start_time = 18'446'744'073'709'551'000ULL;
  record.boot_id = "b-o-o-t";
  record.port = 40'001;
  record.health_path = "/health";
  record.image_copy = "demo+iris+1.0+00";
  record.warm_up = warm_up_request{"/predict", R"({"data": 1})"};
  record.group = group_record{limit_method::cgroup1, {"/g/memory/modelgate-x/a", "/g/cpu/modelgate-x/a"}, 7};
  return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replica_record_format)

BOOST_AUTO_TEST_CASE(comes_back_as_it_was) {
  const replica_record record = full_record();
  const auto read = parse_replica_record(to_json(record));
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(to_json(*read) == to_json(record));
  BOOST_TEST(read->spec.name == record.spec.name);
  BOOST_TEST(read->spec.model_uri.value() == "file:///m");
  BOOST_TEST((read->spec.env == record.spec.env));
  BOOST_TEST((read->spec.limits == record.spec.limits));
  BOOST_TEST((read->phase == record.phase));
  BOOST_TEST(read->last_end == record.last_end);
  BOOST_TEST((read->since == record.since));
  BOOST_TEST((read->unready_since == record.unready_since));
  BOOST_TEST(read->pid == record.pid);
  BOOST_TEST(read->start_time == record.start_time);
  BOOST_TEST(read->port == record.port);
  BOOST_TEST((read->warm_up == record.warm_up));
  BOOST_TEST((read->group == record.group));
}

BOOST_AUTO_TEST_CASE(comes_back_in_every_phase) {
  using enum domain::replica_phase;
  for (const auto phase : {starting, ready, unready, draining, stopping, exited}) {
    replica_record record = full_record();
    record.phase = phase;
    record.spec.model_uri.reset();
    record.warm_up.reset();
    record.group.reset();
    const auto read = parse_replica_record(to_json(record));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST((read->phase == phase));
    BOOST_TEST(!read->spec.model_uri.has_value());
    BOOST_TEST(!read->warm_up.has_value());
    BOOST_TEST(!read->group.has_value());
  }
}

BOOST_AUTO_TEST_CASE(refuses_text_that_is_no_record) {
  const std::string good = to_json(full_record());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& text :
       {std::string{}, std::string{"{}"}, std::string{"[]"}, good.substr(0, good.size() / 2),
        with("\"format\":1", "\"format\":2"), with("unready", "asleep"), with("cgroup1", "polling"),
        with("\"port\":40001", "\"port\":70000"), with("\"pid\":4242", "\"pid\":\"x\"")}) {
    BOOST_TEST(!parse_replica_record(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
