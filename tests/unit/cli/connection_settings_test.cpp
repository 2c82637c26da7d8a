#include "control/cli/connection_settings.hpp"

#include <boost/test/unit_test.hpp>
#include <stdlib.h>

#include <fstream>

namespace modelgate::control::cli {
namespace {

namespace fs = std::filesystem;

struct home_fixture {
  home_fixture() {
    std::string pattern = (fs::temp_directory_path() / "modelgate-cli-XXXXXX").string();
    home = ::mkdtemp(pattern.data());
    environment["HOME"] = home.string();
  }
  ~home_fixture() {
    std::error_code ignored;
    fs::remove_all(home, ignored);
  }

  fs::path write(const fs::path& name, const std::string& text) const {
    const fs::path file = home / name;
    fs::create_directories(file.parent_path());
    std::ofstream{file} << text;
    return file;
  }
  void configure(const std::string& text) const { write(".config/modelgate/config.toml", text); }

  [[nodiscard]] outcome<connection_settings> choose() const { return choose_connection(flags, environment); }

  fs::path home;
  connection_flags flags;
  std::map<std::string, std::string> environment;
};

BOOST_FIXTURE_TEST_SUITE(connection_settings_suite, home_fixture)

BOOST_AUTO_TEST_CASE(without_anything_it_is_this_machine_and_no_token) {
  const auto chosen = choose();
  BOOST_REQUIRE(chosen.has_value());
  BOOST_TEST(chosen->server == "http://127.0.0.1:8081");
  BOOST_TEST(chosen->token.empty());
}

BOOST_AUTO_TEST_CASE(the_file_beats_the_default) {
  configure("server = \"http://file\"\ntoken = \"from-file\"\n");
  const auto chosen = choose();
  BOOST_TEST(chosen->server == "http://file");
  BOOST_TEST(chosen->token.reveal() == "from-file");
}

BOOST_AUTO_TEST_CASE(the_environment_beats_the_file) {
  configure("server = \"http://file\"\ntoken = \"from-file\"\n");
  environment["MODELGATE_SERVER"] = "http://environment";
  environment["MODELGATE_TOKEN"] = "from-environment";
  const auto chosen = choose();
  BOOST_TEST(chosen->server == "http://environment");
  BOOST_TEST(chosen->token.reveal() == "from-environment");
}

BOOST_AUTO_TEST_CASE(flags_beat_the_environment) {
  environment["MODELGATE_SERVER"] = "http://environment";
  environment["MODELGATE_TOKEN"] = "from-environment";
  flags.server = "http://flag";
  flags.token_file = write("token", "from-flag\n").string();
  const auto chosen = choose();
  BOOST_TEST(chosen->server == "http://flag");
  BOOST_TEST(chosen->token.reveal() == "from-flag");
}

BOOST_AUTO_TEST_CASE(a_token_may_be_a_flag_but_not_beside_a_file_and_not_empty) {
  configure("token = \"from-file\"\n");
  environment["MODELGATE_TOKEN"] = "from-environment";
  flags.token = "from-flag";
  BOOST_TEST(choose()->token.reveal() == "from-flag");
  flags.token_file = write("token", "from-token-file").string();
  const auto both = choose();
  BOOST_REQUIRE(both.has_error());
  BOOST_CHECK(both.error().code == exit_code::usage);
  BOOST_TEST(both.error().text.find("from-flag") == std::string::npos);
  flags.token_file.reset();
  flags.token = "";
  BOOST_TEST(choose().has_error());
}

BOOST_AUTO_TEST_CASE(server_and_token_are_chosen_each_for_itself) {
  configure("token = \"from-file\"\n");
  flags.server = "http://flag";
  const auto chosen = choose();
  BOOST_TEST(chosen->server == "http://flag");
  BOOST_TEST(chosen->token.reveal() == "from-file");
}

BOOST_AUTO_TEST_CASE(token_files_may_be_named_anywhere_and_beside_the_config_relatively) {
  write(".config/modelgate/secret", "  \n");
  configure("token_file = \"secret\"\n");
  BOOST_TEST(choose().has_error());
  write(".config/modelgate/secret", "from-token-file \r\n");
  BOOST_TEST(choose()->token.reveal() == "from-token-file");
  environment["MODELGATE_TOKEN_FILE"] = write("other", "from-other").string();
  BOOST_TEST(choose()->token.reveal() == "from-other");
}

BOOST_AUTO_TEST_CASE(an_empty_variable_is_as_good_as_none) {
  configure("token = \"from-file\"\n");
  environment["MODELGATE_TOKEN"] = "";
  environment["MODELGATE_SERVER"] = "";
  BOOST_TEST(choose()->token.reveal() == "from-file");
}

BOOST_AUTO_TEST_CASE(xdg_config_home_is_where_the_file_is_when_set) {
  write("xdg/modelgate/config.toml", "server = \"http://xdg\"\n");
  configure("server = \"http://home\"\n");
  environment["XDG_CONFIG_HOME"] = (home / "xdg").string();
  BOOST_TEST(choose()->server == "http://xdg");
  BOOST_TEST(!personal_config_file({}).has_value());
}

BOOST_AUTO_TEST_CASE(mistakes_in_the_file_are_located) {
  const std::string file = (home / ".config/modelgate/config.toml").string();
  for (const auto& [text, message] :
       {std::pair{"server = \"a\"\nsevrer = \"b\"\n", ":2:1: unknown key \"sevrer\"; did you mean \"server\"?"},
        std::pair{"server = 5\n", ":1:10: server must be a text"}, std::pair{"server = \n", ":1:"}}) {
    configure(text);
    const auto chosen = choose();
    BOOST_REQUIRE(chosen.has_error());
    BOOST_CHECK(chosen.error().code == exit_code::usage);
    BOOST_TEST(chosen.error().text.starts_with(file + message), chosen.error().text);
  }
}

BOOST_AUTO_TEST_CASE(a_token_file_that_is_not_there_is_named) {
  flags.token_file = "/nonexistent/token";
  const auto chosen = choose();
  BOOST_REQUIRE(chosen.has_error());
  BOOST_CHECK(chosen.error().code == exit_code::usage);
  BOOST_TEST(chosen.error().text.find("/nonexistent/token") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
