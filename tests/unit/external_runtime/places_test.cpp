// Where external replicas are written down, and where they may be.
#include "control/runtime/external/network_list.hpp"
#include "control/runtime/external/own_addresses.hpp"
#include "control/runtime/external/replica_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <fstream>

namespace modelgate::control::runtime::external {

BOOST_AUTO_TEST_SUITE(replica_file_rule)

BOOST_AUTO_TEST_CASE(has_one_url_a_line_with_comments) {
  const auto urls = parse_replica_file("# models\n\n http://10.0.0.1:9000 # the first\r\nhttp://models.lan\n#end\n");
  BOOST_REQUIRE(urls.has_value());
  const std::vector<std::string> expected{"http://10.0.0.1:9000", "http://models.lan"};
  BOOST_TEST(*urls == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(says_which_line_is_wrong) {
  const auto why = [](const std::string& text) { return parse_replica_file(text).error(); };
  BOOST_TEST(why("") == "it lists no URL");
  BOOST_TEST(why("# nothing\n") == "it lists no URL");
  BOOST_TEST(why("http://a\nhttp://b") == "line 2: is not ended by a line feed; is the file still being written?");
  BOOST_TEST(why("http://a\n\nhttp://b/x\n").starts_with("line 3: must not have a path"));
  BOOST_TEST(why("http://a\nhttp://A:80\n") == "line 2: is listed twice");
  BOOST_TEST(why("http://a http://b\n").starts_with("line 1: "));
  std::string many;
  for (int i = 0; i < 65; ++i) many += "http://h" + std::to_string(i) + "x\n";
  BOOST_TEST(why(many) == "line 65: is one more than the 64 URLs that are allowed");
}

BOOST_AUTO_TEST_CASE(only_small_regular_files_are_read) {
  const tests::temporary_folder folder;
  const auto file = folder.path() / "iris.txt";
  BOOST_TEST(read_replica_file(file).error() == "it cannot be read: No such file or directory");
  std::ofstream{file} << "http://a\n";
  BOOST_TEST(*read_replica_file(file) == "http://a\n");
  std::ofstream{file} << std::string(65'537, '#');
  BOOST_TEST(read_replica_file(file).error() == "it is larger than 64 KiB");
  BOOST_TEST(read_replica_file(folder.path()).error() == "it is no regular file");
  const auto pipe = folder.path() / "pipe";
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  BOOST_TEST(read_replica_file(pipe).error() == "it is no regular file");  // and nobody waits for its other end
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(hold_what_lies_in_one_of_them) {
  const network_list list{{"127.0.0.0/8", "172.16.0.0/12", "::1/128", "fc00::/7"}};
  for (const char* inside : {"127.0.0.1", "127.255.255.255", "172.16.0.0", "172.31.255.255", "::1", "fd12::3"}) {
    BOOST_TEST(list.contains(inside), inside);
  }
  for (const char* outside :
       {"128.0.0.1", "172.32.0.0", "172.15.255.255", "8.8.8.8", "::2", "fe80::1", "::", "x", ""}) {
    BOOST_TEST(!list.contains(outside), outside);
  }
  BOOST_TEST(network_list{{"0.0.0.0/0"}}.contains("8.8.8.8"));
  BOOST_TEST(!network_list{{"0.0.0.0/0"}}.contains("::1"));
  BOOST_TEST(!network_list{{}}.contains("127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(a_listener_on_every_address_is_reached_through_each_local_one) {
  const std::vector<net::endpoint> listeners{{"0.0.0.0", 8'080}, {"127.0.0.1", 8'081}};
  const std::vector<std::string> local{"127.0.0.1", "10.0.0.5"};
  BOOST_TEST(is_own_address({"127.0.0.1", 8'080}, listeners, local));
  BOOST_TEST(is_own_address({"127.9.9.9", 8'080}, listeners, local));
  BOOST_TEST(is_own_address({"10.0.0.5", 8'080}, listeners, local));
  BOOST_TEST(is_own_address({"127.0.0.1", 8'081}, listeners, local));
  BOOST_TEST(!is_own_address({"10.0.0.6", 8'080}, listeners, local));
  BOOST_TEST(!is_own_address({"10.0.0.5", 8'081}, listeners, local));
  BOOST_TEST(!is_own_address({"127.0.0.1", 9'000}, listeners, local));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::external
