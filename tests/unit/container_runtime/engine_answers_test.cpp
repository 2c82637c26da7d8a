#include "control/runtime/container/engine_answers.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime::container {

BOOST_AUTO_TEST_SUITE(engine_answers)

BOOST_AUTO_TEST_CASE(say_which_engine_it_is_and_what_it_speaks) {
  const auto docker = read_version(
      R"({"Components":[{"Name":"Engine"}],"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
  BOOST_TEST_REQUIRE(docker.has_value());
  BOOST_TEST(!docker->is_podman);
  BOOST_TEST(choose_api(*docker) == "1.41");
  const auto podman = read_version(
      R"({"Components":[{"Name":"Podman Engine"}],"Version":"4.3.1","ApiVersion":"1.41","MinAPIVersion":"1.24"})");
  BOOST_TEST(podman->is_podman);
  BOOST_TEST(choose_api({false, "", "1.52", "1.44"}) == "1.44");
  BOOST_TEST(choose_api({false, "", "1.60", "1.48"}) == "1.48");
  BOOST_TEST(!read_version("{}").has_value());
  BOOST_TEST(!read_version("<html>").has_value());
}

BOOST_AUTO_TEST_CASE(list_containers_and_null_is_none) {
  const auto list = read_containers(
      R"([{"Id":"a","Names":["/deploy-iris-r1-0.x"],"State":"running","Ports":[{"PrivatePort":9000,"PublicPort":32768}],"Labels":{"modelgate.replica":"deploy-iris-r1-0"}},
          {"Id":"b","Names":["c"],"State":"exited","Labels":null},{"Id":"d","State":"created"}])");
  BOOST_TEST_REQUIRE(list.has_value());
  BOOST_TEST_REQUIRE(list->size() == 3U);
  BOOST_TEST(list->at(0).running);
  BOOST_TEST(list->at(0).published_port == 32'768);
  BOOST_TEST(list->at(0).name == "deploy-iris-r1-0.x");
  BOOST_TEST(list->at(0).labels.at("modelgate.replica") == "deploy-iris-r1-0");
  BOOST_TEST(!list->at(1).running);
  BOOST_TEST(list->at(2).created);
  BOOST_TEST(read_containers("null")->empty());
  BOOST_TEST(!read_containers("{}").has_value());
}

BOOST_AUTO_TEST_CASE(say_how_a_container_is) {
  const auto found = read_container(
      R"({"Id":"a","State":{"Running":false,"OOMKilled":true,"ExitCode":137,"Error":""},
          "NetworkSettings":{"Ports":{"8000/tcp":null,"9000/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}]}},
          "HostConfig":{"DeviceRequests":[{}]}})");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->out_of_memory);
  BOOST_TEST(found->exit_code == 137);
  BOOST_TEST(found->published_port == 32'768);
  BOOST_TEST(found->has_devices);
  BOOST_TEST(!read_container(R"({"Id":"a"})").has_value());
}

BOOST_AUTO_TEST_CASE(say_what_containers_run_on) {
  const auto machine = read_machine(R"({"CgroupVersion":"1","NCPU":2})");
  BOOST_TEST_REQUIRE(machine.has_value());
  BOOST_TEST(machine->group_version == "1");
  BOOST_TEST(machine->cpus == 2);
  BOOST_TEST(read_machine("{}")->cpus == 0);
  BOOST_TEST(read_machine(R"({"NCPU":-1})")->cpus == 0);
  BOOST_TEST(machine->unlimited.empty());
  BOOST_TEST(read_machine(R"({"MemoryLimit":true,"CpuCfsQuota":true,"PidsLimit":true})")->unlimited.empty());
  BOOST_TEST(read_machine(R"({"MemoryLimit":false,"CpuCfsQuota":true,"PidsLimit":false})")->unlimited
             == "memory, processes");
  BOOST_TEST(!read_machine("[]").has_value());
}

BOOST_AUTO_TEST_CASE(tell_errors_of_both_engines_in_one_sentence) {
  BOOST_TEST(read_error(R"({"message":"no such container"})") == "no such container");
  BOOST_TEST(read_error(R"({"cause":"exit status 1","message":"crun failed","response":500})")
             == "crun failed: exit status 1");
  BOOST_TEST(read_error(R"({"cause":"not found","message":"it was not found","response":404})") == "it was not found");
  BOOST_TEST(read_error("page not found\n") == "page not found");
}

BOOST_AUTO_TEST_CASE(tell_what_a_container_takes) {
  const auto use = read_stats(
      R"({"cpu_stats":{"cpu_usage":{"total_usage":1500000000},"throttling_data":{"throttled_time":250000000}},
          "memory_stats":{"usage":3000,"stats":{"total_inactive_file":1000,"inactive_file":7}}})");
  BOOST_TEST_REQUIRE(use.has_value());
  BOOST_TEST(use->cpu_seconds.value_or(0) == 1.5);
  BOOST_TEST(use->throttled_seconds.value_or(0) == 0.25);
  BOOST_TEST(use->memory_bytes.value_or(0) == 2'000U);
  BOOST_TEST(!read_stats("{}")->memory_bytes.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
