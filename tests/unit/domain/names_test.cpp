#include "control/domain/names.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace domain = modelgate::control::domain;

namespace {

struct row {
  std::string text;
  bool holds;
};

template <class Rule, std::size_t N>
void check_rows(Rule rule, const row (&rows)[N]) {
  for (const row& r : rows) BOOST_TEST_CONTEXT(r.text) BOOST_TEST(rule(r.text) == r.holds);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(texts_are_cut_between_characters) {
  BOOST_TEST(domain::cut("abc", 3) == "abc");
  BOOST_TEST(domain::cut("abc", 2) == "ab");
  BOOST_TEST(domain::cut("a\xc3\xa4", 2) == "a");
  BOOST_TEST(domain::cut("\xe2\x82\xac\xe2\x82\xac", 5) == "\xe2\x82\xac");
  BOOST_TEST(domain::cut("\xe2\x82\xac", 2) == "");
}

BOOST_AUTO_TEST_CASE(deployment_ids) {
  check_rows(domain::is_deployment_id, {{"iris-3f9c2", true},
                                        {"abc", true},
                                        {"0-0", true},
                                        {std::string(63, 'a'), true},
                                        {std::string(64, 'a'), false},
                                        {"ab", false},
                                        {"", false},
                                        {"Bad_Id", false},
                                        {"-ab", false},
                                        {"ab-", false},
                                        {"a.b", false},
                                        {"a/b", false}});
}

BOOST_AUTO_TEST_CASE(deployment_names) {
  check_rows(domain::is_deployment_name, {{"Iris", true},
                                          {"My Model_1", true},
                                          {"a", false},
                                          {" iris", false},
                                          {"iris ", false},
                                          {"iris!", false},
                                          {"i\nris", false},
                                          {"", false},
                                          {std::string(129, 'a'), false}});
}

BOOST_AUTO_TEST_CASE(client_names) {
  check_rows(domain::is_client_name, {{"app", true},
                                      {"_x", true},
                                      {"a-b_c9", true},
                                      {std::string(64, 'a'), true},
                                      {std::string(65, 'a'), false},
                                      {"9a", false},
                                      {"-a", false},
                                      {"App", false},
                                      {"Bad:Name", false},
                                      {"a\nb", false},
                                      {"", false}});
}

BOOST_AUTO_TEST_CASE(group_names) {
  check_rows(domain::is_group_name, {{"research", true},
                                     {"Team_A-1", true},
                                     {"x", true},
                                     {"everyone", false},
                                     {"Everyone", false},
                                     {"everyone1", true},
                                     {"_a", false},
                                     {"a b", false},
                                     {std::string(64, 'a'), false},
                                     {"", false}});
  BOOST_TEST(domain::group_name_key("My_Group") == domain::group_name_key("my-group"));
  BOOST_TEST(domain::group_name_key("my-group") != domain::group_name_key("mygroup"));
}

BOOST_AUTO_TEST_CASE(instance_type_and_user_names) {
  check_rows(domain::is_instance_type_name,
             {{"cpu-1", true}, {"gpu.large", true}, {"CPU", false}, {"-a", false}, {"", false}});
  check_rows(
      domain::is_user_name,
      {{"user-1", true}, {"a.b@example.org", true}, {"Alice", false}, {"@a", false}, {"a b", false}, {"", false}});
}

BOOST_AUTO_TEST_CASE(env_names) {
  check_rows(
      domain::is_env_name,
      {{"A", true}, {"my.env-name", true}, {"_x9", true}, {"9a", false}, {"a b", false}, {"a=b", false}, {"", false}});
  check_rows(domain::is_reserved_env_name, {{"LD_PRELOAD", true},
                                            {"LD_", true},
                                            {"PATH", true},
                                            {"PYTHONPATH", true},
                                            {"PYTHON", true},
                                            {"MODELGATE_X", true},
                                            {"PREDICTIVE_UNIT_ID", true},
                                            {"SELDON_DEPLOYMENT_ID", true},
                                            {"MYPATH", false},
                                            {"PATHS", false},
                                            {"LDAP", false},
                                            {"MODEL_NAME", false}});
}

BOOST_AUTO_TEST_CASE(an_id_is_made_from_the_name) {
  BOOST_TEST(domain::deployment_id_from("Iris", "3f9c2") == "iris-3f9c2");
  BOOST_TEST(domain::deployment_id_from("My Model_1", "db51c") == "my-model-1-db51c");
  const std::string longest = domain::deployment_id_from(std::string(128, 'X'), "3f9c2");
  BOOST_TEST(longest.size() == 63u);
  BOOST_TEST(domain::is_deployment_id(longest));
}

BOOST_AUTO_TEST_CASE(white_space_at_both_ends_goes) {
  BOOST_TEST(domain::trimmed(" \t demo/iris:1.0\n") == "demo/iris:1.0");
  BOOST_TEST(domain::trimmed("   ").empty());
  BOOST_TEST(domain::trimmed("a b") == "a b");
}

BOOST_AUTO_TEST_SUITE_END()
