#include "control/cli/cli.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace modelgate::control::cli {
namespace {

using words = std::vector<std::string>;

/// The words as a list of processes shows them afterwards.
words hidden(words arguments) {
  std::vector<char*> pointers;
  for (std::string& each : arguments) pointers.push_back(each.data());
  hide_token(static_cast<int>(pointers.size()), pointers.data());
  return arguments;
}

BOOST_AUTO_TEST_SUITE(hide_token_suite)

BOOST_AUTO_TEST_CASE(overwrites_the_token_in_either_spelling) {
  BOOST_TEST(hidden({"modelgate", "--token", "mga_1", "deployments", "list"})
                 == (words{"modelgate", "--token", "xxxxx", "deployments", "list"}),
             boost::test_tools::per_element());
  BOOST_TEST(hidden({"modelgate", "deployments", "list", "--token=mga_1"})
                 == (words{"modelgate", "deployments", "list", "--token=xxxxx"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(leaves_every_other_word) {
  const words others{"--token", "modelgate", "--token-file", "secret", "--token-file=secret", "token", "--token"};
  words expected = others;
  BOOST_TEST(hidden(others) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
