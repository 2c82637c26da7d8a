#include "control/runtime/end_text.hpp"
#include "control/runtime/process/exit_text.hpp"
#include "control/runtime/process/replica_environment.hpp"
#include "control/runtime/readiness.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime::process {
namespace {

struct environment_request {
  environment_request() {
    spec.name = "deploy-iris-r1-0";
    spec.deployment = "iris";
    spec.model_image = "demo/iris:1.0";
  }

  auto make() const { return make_environment({spec, image, 9'000, "cookie", "/var/tmp/own"}); }

  replica_spec spec;
  std::map<std::string, std::string> image;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(environment, environment_request)

BOOST_AUTO_TEST_CASE(holds_seldons_variables_and_nothing_of_ours_but_the_cookie_and_the_name) {
  const auto made = make();
  BOOST_TEST_REQUIRE(made.has_value());
  const std::map<std::string, std::string> expected{{"HOME", "/var/tmp/own"},
                                                    {"LANG", "C.UTF-8"},
                                                    {"MODELGATE_COOKIE", "cookie"},
                                                    {"MODELGATE_REPLICA", "deploy-iris-r1-0"},
                                                    {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                                    {"PREDICTIVE_UNIT_ID", "model"},
                                                    {"PREDICTIVE_UNIT_IMAGE", "demo/iris:1.0"},
                                                    {"PREDICTIVE_UNIT_SERVICE_PORT", "9000"},
                                                    {"PREDICTOR_ID", "deploy"},
                                                    {"SELDON_DEPLOYMENT_ID", "iris"},
                                                    {"TMPDIR", "/var/tmp/own"}};
  BOOST_TEST((*made == expected));
}

BOOST_AUTO_TEST_CASE(says_where_a_socket_may_be) {
  const auto made = make_environment({spec, image, 9'000, "cookie", "/var/tmp/own", "/var/tmp/own/model.sock"});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(made->at("MODELGATE_SOCKET") == "/var/tmp/own/model.sock");
}

BOOST_AUTO_TEST_CASE(later_sources_win) {
  image = {{"HOME", "/image"}, {"PATH", "/opt/bin"}, {"A", "image"}, {"B", "image"}, {"PREDICTIVE_UNIT_ID", "other"}};
  spec.env = {{"A", "deployment"}, {"PREDICTOR_ID", "mine"}};
  const auto made = make();
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(made->at("HOME") == "/image");
  BOOST_TEST(made->at("PATH") == "/opt/bin");
  BOOST_TEST(made->at("A") == "deployment");
  BOOST_TEST(made->at("B") == "image");
  BOOST_TEST(made->at("PREDICTIVE_UNIT_ID") == "model");
  BOOST_TEST(made->at("PREDICTOR_ID") == "mine");
}

BOOST_AUTO_TEST_CASE(refuses_reserved_and_impossible_names_and_says_which) {
  for (const std::string name :
       {"LD_PRELOAD", "PATH", "PYTHONPATH", "MODELGATE_COOKIE", "PREDICTIVE_UNIT_ID", "SELDON_X"}) {
    spec.env = {{"FINE", "x"}, {name, "x"}};
    const auto made = make();
    BOOST_TEST_REQUIRE(!made.has_value());
    BOOST_TEST(made.error() == "The environment variable \"" + name + "\" may not be set by a deployment.");
  }
  spec.env = {{"A=B", "x"}};
  BOOST_TEST(!make().has_value());
  spec.env = {{"A", std::string{"x\0y", 3}}};
  BOOST_TEST(!make().has_value());
}

BOOST_AUTO_TEST_CASE(hands_the_models_place_over_as_a_parameter) {
  spec.model_uri = "file:///a\"b";
  BOOST_TEST(make()->at("PREDICTIVE_UNIT_PARAMETERS")
             == R"([{"name":"model_uri","value":"file:///a\"b","type":"STRING"}])");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(readiness_rule)

BOOST_AUTO_TEST_CASE(comes_with_the_first_good_probe_and_goes_with_three_bad_ones_in_a_row) {
  readiness state;
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(state.on_probe(true));
  BOOST_TEST(state.ready());
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(!state.on_probe(true));
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(state.on_probe(false));
  BOOST_TEST(!state.ready());
  BOOST_TEST(!state.on_probe(false));
  BOOST_TEST(state.on_probe(true));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exit_text)

BOOST_AUTO_TEST_CASE(says_how_a_process_ended) {
  siginfo_t info{};
  info.si_code = CLD_EXITED;
  info.si_status = 3;
  BOOST_TEST(describe_exit(info) == "exited with code 3");
  info.si_code = CLD_KILLED;
  info.si_status = SIGKILL;
  BOOST_TEST(describe_exit(info) == "was ended by signal 9 (Killed)");
  info.si_code = CLD_DUMPED;
  info.si_status = SIGSEGV;
  BOOST_TEST(describe_exit(info) == "was ended by signal 11 (Segmentation fault)");
  BOOST_TEST(with_last_line("exited with code 3", "boom") == "exited with code 3; last log line: boom");
  BOOST_TEST(with_last_line("exited with code 3", "") == "exited with code 3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
