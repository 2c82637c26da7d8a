#include "control/runtime/process/process_table.hpp"

#include "control/runtime/replica_name.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

namespace modelgate::control::runtime::process {

BOOST_AUTO_TEST_SUITE(process_status_parser)

BOOST_AUTO_TEST_CASE(reads_past_any_name) {
  const auto status = parse_process_status(
      "4242 (a) S (b) 9 ) S 1 4240 4240 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 123456 0 0 18446744073709551615\n");
  BOOST_TEST_REQUIRE(status.has_value());
  BOOST_TEST(status->pid == 4242);
  BOOST_TEST(status->group == 4240);
  BOOST_TEST(status->start_time == 123456);
  BOOST_TEST(!status->ended);
}

BOOST_AUTO_TEST_CASE(a_zombie_has_ended_unless_other_threads_of_it_run) {
  BOOST_TEST(parse_process_status("1 (x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 7 0")->ended);
  BOOST_TEST(!parse_process_status("1 (x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 7 0")->ended);
}

BOOST_AUTO_TEST_CASE(refuses_other_text) {
  for (const char* text :
       {"", "1", "1 (x", "1 (x)", "1 (x) S", "x (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 7 0", ") ("}) {
    BOOST_TEST(!parse_process_status(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(finds_this_process) {
  const auto status = status_of_process(::getpid());
  BOOST_TEST_REQUIRE(status.has_value());
  BOOST_TEST(status->pid == ::getpid());
  BOOST_TEST(status->group == ::getpgrp());
  BOOST_TEST(!status_of_process(0).has_value());
  BOOST_TEST(!boot_id().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replica_names)

BOOST_AUTO_TEST_CASE(are_folders_that_stay_where_they_are) {
  BOOST_TEST(is_replica_name("deploy-iris-r1-0"));
  for (const char* name : {"", ".", "..", "a/b", "-a", "A", "a.b", "a b"}) BOOST_TEST(!is_replica_name(name), name);
  BOOST_TEST(!is_replica_name(std::string(201, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
