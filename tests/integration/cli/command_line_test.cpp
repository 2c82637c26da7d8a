// Help and wrong words: what the command line says before any server is asked.
#include "tests/integration/cli/commands_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

using test::commands_fixture;

BOOST_FIXTURE_TEST_SUITE(command_line, commands_fixture)

BOOST_AUTO_TEST_CASE(help_starts_with_examples) {
  BOOST_TEST(run_words({"--help"}) == 0);
  BOOST_TEST(out.str().find("Examples:") < out.str().find("Usage:"));
  BOOST_TEST(printed("modelgate serve --config"));
  BOOST_TEST(printed("Exit codes:"));
  out.str("");
  BOOST_TEST(run_words({"deployments", "wait", "--help"}) == 0);
  BOOST_TEST(out.str().find("modelgate deployments wait iris --timeout 5m") < out.str().find("Usage:"));
  BOOST_TEST(err.str().empty());
}

BOOST_AUTO_TEST_CASE(help_of_every_command_names_the_flags_of_the_whole_program) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"deployments", "--help"},
                                             {"deployments", "list", "--help"},
                                             {"deployments", "create", "--help"},
                                             {"clients", "--help"},
                                             {"clients", "add", "--help"}}) {
    out.str("");
    BOOST_TEST(run_words(words) == 0);
    BOOST_TEST_CONTEXT(out.str()) {
      for (const char* flag : {"--server URL", "--token-file FILE", "--token TOKEN", "-o,--output FORMAT"}) {
        const std::size_t first = out.str().find(flag);
        BOOST_TEST(first != std::string::npos, flag);
        BOOST_TEST(out.str().find(flag, first + 1) == std::string::npos, flag);
      }
      BOOST_TEST(printed("other users of this machine can see it"));
    }
  }
}

BOOST_AUTO_TEST_CASE(version_is_told) {
  BOOST_TEST(run_words({"--version"}) == 0);
  BOOST_TEST(out.str().starts_with("modelgate "));
}

BOOST_AUTO_TEST_CASE(no_words_show_the_help_as_a_mistake) {
  BOOST_TEST(run_words({}) == 2);
  BOOST_TEST(said("Examples:"));
  BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_CASE(wrong_words_end_with_2_and_a_suggestion) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"deployment", "list"},
                                             {"deployments", "lst"},
                                             {"sevre"},
                                             {"nonsense"},
                                             {"deployments"},
                                             {"deployments", "get"},
                                             {"deployments", "list", "--grup", "a"},
                                             {"deployments", "list", "extra"},
                                             {"deployments", "wait", "iris", "--for", "ever"},
                                             {"-o", "yaml", "deployments", "list"}}) {
    BOOST_TEST_CONTEXT(words.back()) {
      BOOST_TEST(run_words(words) == 2);
    }
  }
  BOOST_TEST(asked.empty());
  BOOST_TEST(said("the word behind \"modelgate\" is no command; did you mean deployments?"));
  BOOST_TEST(said("the word behind \"modelgate\" is no command; did you mean serve?"));
  BOOST_TEST(
      said("the word behind \"modelgate\" is no command; there are deployments, clients, import, events, apply, "
           "predict, groups, instance-types, users, tokens, audit, whoami, pull-secrets, rotate-secret-key, completion, "
           "serve, check, upgrade, backup, restore"));
  BOOST_TEST(said("the word behind \"modelgate deployments\" is no command; did you mean list?"));
  BOOST_TEST(
      said("\"modelgate deployments\" needs more: one of list, get, create, update, delete, wait, logs, start, stop, "
           "restart, rollback, history, diff\n"));
  BOOST_TEST(
      said("\"modelgate deployments get\" needs more: id is required\n  try: modelgate deployments get --help\n"));
  BOOST_TEST(said("\"modelgate deployments list\" has no option --grup; did you mean --group?"));
  BOOST_TEST(said("\"modelgate deployments list\" is followed by one word too many; it takes options only"));
  BOOST_TEST(said("--for: takes one of deployed, stopped, deleted"));
}

BOOST_AUTO_TEST_CASE(a_secret_in_the_wrong_place_is_not_repeated) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"mga_secret"},
                                             {"deployments", "mga_secret"},
                                             {"deployments", "list", "mga_secret"},
                                             {"deployments", "get", "iris", "mga_secret"},
                                             {"deployments", "list", "--tokn", "mga_secret"},
                                             {"deployments", "list", "--tokn=mga_secret"},
                                             {"deployments", "list", "-pmga_secret"},
                                             {"deployments", "list", "--mine=mga_secret"},
                                             {"deployments", "create", "--replicas", "mga_secret"},
                                             {"deployments", "wait", "iris", "--for", "mga_secret"},
                                             {"-o", "mga_secret", "deployments", "list"},
                                             {"deployments", "list", "--token", "mga_secret", "--token-file", "f"}}) {
    err.str("");
    BOOST_TEST_CONTEXT(words.back()) {
      BOOST_TEST(run_words(words) == 2);
      BOOST_TEST(!err.str().empty());
      BOOST_TEST(!said("mga_secret"), err.str());
    }
  }
  BOOST_TEST(out.str().empty());
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
