// A replica is ready when it has answered its example request, and not before.
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

struct fixture : runtime_fixture {
  /// Replaced in one step: the model reads it at any time.
  void predict(const std::string& text) const {
    std::ofstream{shared() / "draft"} << text;
    std::filesystem::rename(shared() / "draft", answer);
  }
  config::settings quick() const {
    config::settings made = settings();
    made.health.warm_up_interval = std::chrono::milliseconds{20};
    made.health.warm_up_timeout = std::chrono::seconds{10};
    return made;
  }
  control::runtime::replica_spec spec(const std::string& tag = "1") const {
    auto made = spec_of(0, {{"PREDICT", answer.native()}});
    made.model_image = "test/model:" + tag;
    return made;
  }
  /// The model of `test/model:1` with more in its image.toml.
  void write_model(const std::string& tag, const std::string& more) const {
    write_image("test/model", tag, "command = [\"python3\", \"model.py\"]\nhealth_path = \"/health\"\n" + more);
    std::filesystem::copy_file(catalogue() / "test/model/1/model.py", catalogue() / "test/model" / tag / "model.py");
  }
  std::string log() const { return read_text(data() / "replicas" / name / "log"); }
  bool waits_because(const driver& runtime, const std::string& why) const {
    return eventually([&] {
      const auto replica = find(runtime, name);
      return replica && replica->phase == replica_phase::starting && replica->reason.find(why) != std::string::npos;
    });
  }

  const std::string name = "deploy-iris-r1-0";
  const std::filesystem::path answer = shared() / "answer";
};

BOOST_FIXTURE_TEST_SUITE(warm_up, fixture)

BOOST_AUTO_TEST_CASE(an_example_that_is_not_answered_well_keeps_it_from_being_ready) {
  predict("500 no weights yet");
  driver runtime{quick()};
  auto wanted = spec();
  wanted.example_request = R"({"data":1})";
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST(waits_because(
      runtime, "it is not ready yet: its example request, POST /predict, was answered 500: no weights yet"));
  predict("200 fine");
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  BOOST_TEST(find(runtime, name)->reason == "");
  BOOST_TEST(eventually([&] { return log().find(R"(POST /predict {"data":1} 200)") != std::string::npos; }));
}

BOOST_AUTO_TEST_CASE(an_image_names_the_example_and_its_path) {
  write_model("2", "protocol = \"passthrough\"\nexample_request = '[2]'\nexample_path = \"/v1/answer\"\n");
  driver runtime{quick()};
  BOOST_TEST_REQUIRE(runtime.start(spec("2")).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  BOOST_TEST(eventually([&] { return log().find("POST /v1/answer [2] 200") != std::string::npos; }));
}

BOOST_AUTO_TEST_CASE(the_example_of_the_deployment_wins_and_is_asked_once) {
  write_model("2", "example_request = '[2]'\n");
  driver runtime{quick()};
  auto wanted = spec("2");
  wanted.example_request = "[3]";
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  predict("500 too late to matter");
  BOOST_TEST(ask(runtime, name, "/run?print('asked',flush=True)") == "");
  BOOST_TEST(eventually([&] { return log().find("asked") != std::string::npos; }));
  const std::string seen = log();
  BOOST_TEST(seen.find("POST /predict [3] 200") != std::string::npos);
  BOOST_TEST(seen.find("[2]") == std::string::npos);
  BOOST_TEST(seen.find("POST") == seen.rfind("POST"));
}

BOOST_AUTO_TEST_CASE(it_is_asked_again_after_a_restart) {
  driver runtime{quick()};
  auto wanted = spec();
  wanted.example_request = "[4]";
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  predict("503 loading");
  static_cast<void>(ask(runtime, name, "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::exited));
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST(waits_because(runtime, "was answered 503: loading"));
}

BOOST_AUTO_TEST_CASE(a_later_modelgate_asks_what_was_not_answered) {
  predict("500 not yet");
  const pid_t first = ::fork();
  if (first == 0) {
    driver runtime{quick()};
    auto wanted = spec();
    wanted.example_request = "[5]";
    if (!runtime.start(wanted) || !waits_because(runtime, "was answered 500")) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(first, &status, 0) == first);
  BOOST_TEST_REQUIRE(WIFSIGNALED(status));

  driver later{quick()};
  BOOST_TEST(waits_because(later, "was answered 500: not yet"));
  predict("200 now");
  BOOST_TEST_REQUIRE(reaches(later, name, replica_phase::ready));
  BOOST_TEST(find(later, name)->inherited);
  BOOST_TEST(read_text(data() / "replicas" / name / "replica.json").find("warmUp") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(warming_up_can_be_switched_off) {
  predict("500 broken");
  auto without = quick();
  without.health.warm_up = false;
  driver runtime{without};
  auto wanted = spec();
  wanted.example_request = "[6]";
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST(reaches(runtime, name, replica_phase::ready));
  BOOST_TEST(log().find("POST") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_model_that_does_not_answer_in_time_is_asked_again) {
  const auto hold = shared() / "hold";
  std::ofstream{hold} << "";
  auto hasty = quick();
  hasty.health.warm_up_timeout = std::chrono::milliseconds{100};
  driver runtime{hasty};
  auto wanted = spec();
  wanted.env.push_back({"HOLD", hold.native()});
  wanted.example_request = "[7]";
  BOOST_TEST_REQUIRE(runtime.start(wanted).has_value());
  BOOST_TEST(waits_because(runtime, "its example request, POST /predict, was not answered: "));
  std::filesystem::remove(hold);
  BOOST_TEST(reaches(runtime, name, replica_phase::ready));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
