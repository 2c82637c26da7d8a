#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include "modelgate/http_io/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

BOOST_FIXTURE_TEST_SUITE(demo_images, runtime_fixture)

BOOST_AUTO_TEST_CASE(answer_their_own_example_requests) {
  auto with_demo = settings();
  with_demo.catalogue = std::filesystem::path{MODELGATE_SOURCE_DIR} / "conf/images";
  driver runtime{with_demo};
  for (const auto& image : runtime.list_images()) {
    auto spec = spec_of(0);
    spec.model_image = image.image;
    spec.name = image.image == "demo/iris:1.0" ? "deploy-iris-r1-0" : "deploy-iris-r2-0";
    BOOST_TEST_REQUIRE(runtime.start(spec).has_value());
    BOOST_TEST_REQUIRE(reaches(runtime, spec.name, replica_phase::ready));
    http_io::client_request request;
    request.method = "POST";
    request.target = "/predict";
    request.fields.add("Content-Type", "application/json");
    request.fields.add("X-Forwarded-User", "app");
    request.body = image.example_request.value();
    const auto answer =
        http_io::fetch_blocking(*find(runtime, spec.name)->address, request, std::chrono::milliseconds{30'000});
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->status == 200U);
    const auto tensor = boost::json::parse(answer->body).at_pointer("/data/tensor").as_object();
    BOOST_TEST(tensor.at("shape").as_array().size() == 2U);
    BOOST_TEST(tensor.at("values").as_array().size() == 6U);
    BOOST_TEST(eventually([&] {
      return read_text(data() / "replicas" / spec.name / "log").find("POST /predict 200 user=app") != std::string::npos;
    }));
    runtime.stop(spec.name);
    BOOST_TEST_REQUIRE(reaches(runtime, spec.name, replica_phase::exited));
    BOOST_TEST(find(runtime, spec.name)->reason == "exited with code 0; last log line: stopped");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
