#include "control/runtime/container/container_record.hpp"
#include "control/runtime/container/container_request.hpp"
#include "control/runtime/container/image_book.hpp"
#include "control/runtime/runtime_choice.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime::container {
namespace {

namespace json = boost::json;

replica_spec some_spec() {
  replica_spec spec;
  spec.name = "deploy-iris-r3-1";
  spec.deployment = "iris";
  spec.revision = 3;
  spec.index = 1;
  spec.model_image = "r:5000/team/iris:1";
  spec.env = {{"A", "b"}};
  spec.limits = {500, 67'108'864, 0};
  return spec;
}

json::value request_of(const replica_spec& spec, const config::container_runtime_settings& settings = {}) {
  const container_order order{
      .spec = spec, .settings = settings, .image_id = "sha256:abc", .instance = "here", .log_bytes = 1'000'000};
  const auto body = make_container_request(order);
  BOOST_TEST_REQUIRE(body.has_value());
  return json::parse(*body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(container_requests)

BOOST_AUTO_TEST_CASE(hold_a_container_to_its_limits_and_name_whose_it_is) {
  const json::value body = request_of(some_spec());
  BOOST_TEST(body.at("Image").as_string() == "sha256:abc");
  BOOST_TEST(
      json::serialize(body.at("Labels"))
      == R"({"modelgate.instance":"here","modelgate.deployment":"iris","modelgate.revision":"3","modelgate.replica":"deploy-iris-r3-1"})");
  const json::value& host = body.at("HostConfig");
  BOOST_TEST(host.at("NanoCpus").to_number<std::int64_t>() == 500'000'000);
  BOOST_TEST(host.at("Memory").to_number<std::int64_t>() == 67'108'864);
  BOOST_TEST(host.at("MemorySwap").to_number<std::int64_t>() == 67'108'864);
  BOOST_TEST(host.at("PidsLimit").to_number<std::int64_t>() == 4'096);
  BOOST_TEST(host.at("ReadonlyRootfs").as_bool());
  const std::string size = ",size=" + std::to_string(config::container_runtime_settings{}.tmp_bytes);
  BOOST_TEST(std::string_view{host.at("Tmpfs").at("/tmp").as_string()}.ends_with(size));
  BOOST_TEST(json::serialize(host.at("CapDrop")) == R"(["ALL"])");
  BOOST_TEST(json::serialize(host.at("SecurityOpt")) == R"(["no-new-privileges"])");
  BOOST_TEST(json::serialize(host.at("PortBindings")) == R"({"9000/tcp":[{"HostIp":"127.0.0.1","HostPort":""}]})");
  BOOST_TEST(!host.as_object().contains("DeviceRequests"));
  BOOST_TEST(container_name(some_spec(), "here") == "deploy-iris-r3-1.here");
}

BOOST_AUTO_TEST_CASE(ask_for_no_more_cpus_than_the_machine_has) {
  replica_spec spec = some_spec();
  spec.limits.cpu_milli = 4'500;
  const config::container_runtime_settings settings;
  const auto cpus_of = [&](std::int64_t machine) {
    const container_order order{
        .spec = spec, .settings = settings, .image_id = "sha256:abc", .instance = "here", .cpus = machine};
    const json::value body = json::parse(*make_container_request(order));
    return body.at("HostConfig").at("NanoCpus").to_number<std::int64_t>();
  };
  BOOST_TEST(cpus_of(2) == 2'000'000'000);
  BOOST_TEST(cpus_of(8) == 4'500'000'000);
  BOOST_TEST(cpus_of(0) == 4'500'000'000);
}

BOOST_AUTO_TEST_CASE(ask_for_gpus_only_where_the_instance_type_has_some) {
  replica_spec spec = some_spec();
  spec.limits.gpu = 2;
  BOOST_TEST(json::serialize(request_of(spec).at("HostConfig").at("DeviceRequests"))
             == R"([{"Driver":"","Count":2,"Capabilities":[["gpu"]]}])");
}

BOOST_AUTO_TEST_CASE(bring_the_model_and_a_place_for_a_socket_only_where_there_are_such) {
  BOOST_TEST(!request_of(some_spec()).at("HostConfig").as_object().contains("Mounts"));
  BOOST_TEST(json::serialize(request_of(some_spec())).find("MODELGATE_SOCKET") == std::string::npos);
  const replica_spec spec = some_spec();
  const config::container_runtime_settings settings;
  const container_order order{.spec = spec,
                              .settings = settings,
                              .image_id = "sha256:abc",
                              .instance = "here",
                              .models = "/data/models/deploy-iris-r3",
                              .shared_folder = "/data/docker/.sockets/x"};
  const json::value body = json::parse(*make_container_request(order));
  BOOST_TEST(
      json::serialize(body.at("HostConfig").at("Mounts"))
      == R"([{"Type":"bind","Source":"/data/models/deploy-iris-r3","Target":"/mnt/models","ReadOnly":true},{"Type":"bind","Source":"/data/docker/.sockets/x","Target":"/run/modelgate","ReadOnly":false}])");
  BOOST_TEST(json::serialize(body.at("Env")).find("\"MODELGATE_SOCKET=/run/modelgate/model.sock\"")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(give_the_environment_of_seldon_and_of_the_deployment) {
  const std::string env = json::serialize(request_of(some_spec()).at("Env"));
  for (const char* part : {"\"A=b\"", "\"PREDICTIVE_UNIT_SERVICE_PORT=9000\"", "\"SELDON_DEPLOYMENT_ID=iris\""})
    BOOST_TEST(env.find(part) != std::string::npos, part << " in " << env);
  replica_spec spec = some_spec();
  spec.env = {{"LD_PRELOAD", "x"}};
  const config::container_runtime_settings settings;
  const container_order order{.spec = spec, .settings = settings, .image_id = "sha256:abc", .instance = "here"};
  BOOST_TEST(make_container_request(order).error()
             == "The environment variable \"LD_PRELOAD\" may not be set by a deployment.");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(container_records)

BOOST_AUTO_TEST_CASE(come_back_as_they_were_written) {
  container_record record;
  record.spec = some_spec();
  record.phase = domain::replica_phase::unready;
  record.reason = "so \"far\"";
  record.since = system_time{} + std::chrono::milliseconds{1'700'000'000'123};
  record.unready_since = record.since;
  record.restarts = 2;
  record.failures = 1;
  record.container = "abc";
  record.image_id = "sha256:abc";
  record.port = 4'711;
  record.health_path = "/health";
  record.labels = {{"modelgate.protocol", "passthrough"}};
  record.warm_up = warm_up_request{"/predict", "{}"};
  record.last_end = "exited with code 3";
  record.may_use_socket = true;
  record.listens_on_socket = true;
  const auto read = parse_container_record(to_json(record));
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(to_json(*read) == to_json(record));
  BOOST_TEST(!parse_container_record("{}").has_value());
  BOOST_TEST(!parse_container_record("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(image_labels)

BOOST_AUTO_TEST_CASE(say_how_an_image_is_served_and_nonsense_says_nothing) {
  const labelled_image told = read_image_labels("a:1", {{"modelgate.protocol", "passthrough"},
                                                        {"modelgate.health-path", "/ready"},
                                                        {"modelgate.concurrency", "4"},
                                                        {"modelgate.example-request", "{\"a\":1}"},
                                                        {"modelgate.example-path", "/v1"},
                                                        {"modelgate.unix-socket", "true"}});
  BOOST_TEST((told.description.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(told.description.health_path == "/ready");
  BOOST_TEST(told.description.concurrency.value_or(0) == 4U);
  BOOST_TEST(told.description.example_request.value_or("") == "{\"a\":1}");
  BOOST_TEST(told.example_path == "/v1");
  BOOST_TEST(told.can_use_socket);
  const labelled_image nonsense = read_image_labels("a:1", {{"modelgate.protocol", "x"},
                                                            {"modelgate.health-path", "no path"},
                                                            {"modelgate.concurrency", "-1"},
                                                            {"modelgate.example-request", "{"},
                                                            {"modelgate.unix-socket", "yes"}});
  BOOST_TEST((nonsense.description.protocol == config::upstream_protocol::seldon));
  BOOST_TEST(nonsense.description.health_path == "/health/status");
  BOOST_TEST(!nonsense.description.concurrency.has_value());
  BOOST_TEST(!nonsense.description.example_request.has_value());
  BOOST_TEST(!nonsense.can_use_socket);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(runtime_choices)

BOOST_AUTO_TEST_CASE(go_by_instance_type_then_group_then_default) {
  using config::runtime_kind;
  config::settings settings;
  settings.docker_runtime.groups = {"research"};
  settings.podman_runtime.instance_types = {"gpu-1"};
  BOOST_TEST((choose_runtime(settings, {"other", "cpu-1"}) == runtime_kind::process));
  BOOST_TEST((choose_runtime(settings, {"research", "cpu-1"}) == runtime_kind::docker));
  BOOST_TEST((choose_runtime(settings, {"research", "gpu-1"}) == runtime_kind::podman));
  BOOST_TEST((choose_runtime(settings, {}) == runtime_kind::process));
  settings.default_runtime = runtime_kind::podman;
  BOOST_TEST((choose_runtime(settings, {}) == runtime_kind::podman));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
