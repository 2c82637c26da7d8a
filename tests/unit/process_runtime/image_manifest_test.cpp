#include "control/runtime/process/image_manifest.hpp"

#include "control/runtime/image_reference.hpp"
#include "control/runtime/process/image_catalogue.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::runtime::process {
namespace {

std::vector<std::string> mistakes_of(std::string_view toml) {
  std::vector<std::string> texts;
  const auto parsed = parse_image_manifest(toml, "a:1");
  if (parsed.has_error()) {
    for (const diagnostic& mistake : parsed.error()) texts.push_back(mistake.where + " " + mistake.detail);
  }
  return texts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(image_manifest_parser)

BOOST_AUTO_TEST_CASE(reads_every_key) {
  const auto parsed = parse_image_manifest(R"(
description = "What it does"
command = ["python3", "model.py"]
working_folder = "src"
include = ["demo/common"]
protocol = "passthrough"
health_path = "/v2/health/ready"
concurrency = 8
example_request = '{"data": {}}'
example_path = "/v1/answer"
[environment]
A = "b"
PYTHONUNBUFFERED = "1"
)",
                                           "demo/x:1");
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->description.image == "demo/x:1");
  BOOST_TEST(parsed->description.description == "What it does");
  BOOST_TEST((parsed->description.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(parsed->description.health_path == "/v2/health/ready");
  BOOST_TEST(parsed->description.concurrency.value() == 8);
  BOOST_TEST(parsed->description.example_request.value() == R"({"data": {}})");
  BOOST_TEST(parsed->example_path == "/v1/answer");
  BOOST_TEST(parsed->command == (std::vector<std::string>{"python3", "model.py"}), boost::test_tools::per_element());
  BOOST_TEST(parsed->working_folder == "src");
  BOOST_TEST(parsed->include.at(0) == "demo/common");
  BOOST_TEST(parsed->environment.at("PYTHONUNBUFFERED") == "1");
}

BOOST_AUTO_TEST_CASE(needs_a_command_only) {
  const auto parsed = parse_image_manifest("command = [\"x\"]", "a:1");
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST((parsed->description.protocol == config::upstream_protocol::seldon));
  BOOST_TEST(parsed->description.health_path == "/health/status");
  BOOST_TEST(!parsed->description.concurrency.has_value());
}

BOOST_AUTO_TEST_CASE(says_every_mistake_with_its_place) {
  const auto mistakes = mistakes_of(R"(comand = ["x"]
command = "x"
protocol = "grpc"
concurrency = 0
health_path = "health"
working_folder = "../x"
include = ["/etc"]
example_request = "{"
[environment]
SELDON_X = "1"
A = 1
)");
  const std::vector<std::string> expected{
      "1:1 unknown key \"comand\"",
      "2:11 command must be a list of texts",
      "6:18 working_folder must be a path within the image's folder",
      "7:11 include names folders from the catalogue's root, without \"..\"",
      "3:12 protocol must be \"seldon\" or \"passthrough\"",
      "5:15 health_path must start with \"/\" and hold no spaces",
      "4:15 concurrency must be a whole number from 1 to 1000000",
      "8:19 example_request must be JSON text",
      "11:5 environment must be a table of texts",
      "10:1 the environment variable \"SELDON_X\" is set by modelgate",
  };
  BOOST_TEST(mistakes == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_toml_and_duplicate_keys) {
  BOOST_TEST(mistakes_of("command = [").size() == 1);
  BOOST_TEST(mistakes_of("command = [\"x\"]\ncommand = [\"y\"]").at(0).starts_with("2:"));
  BOOST_TEST(mistakes_of("").at(0).ends_with("command = [\"python3\", \"model.py\"]"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(image_reference_parser)

BOOST_AUTO_TEST_CASE(takes_names_with_tags) {
  const auto parsed = parse_image_reference("demo/iris:1.0");
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->name == "demo/iris");
  BOOST_TEST(parsed->tag == "1.0");
  for (const char* name : {"a:1", "a-b/c_d/e.f:V1_2-x", "a--b:latest"})
    BOOST_TEST(parse_image_reference(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(refuses_what_could_leave_the_catalogue_or_is_no_name) {
  for (const char* name :
       {"",       ":",         "a",    "a:",     ":1",  "/a:1",  "a/:1",  "a//b:1", "../a:1", "a/../b:1",
        "a/..:1", "a:..",      "a:.x", "a:../b", "A:1", "a b:1", "a:1:2", "a/.b:1", "a..b:1", "registry:5000/a",
        "a:1/b",  "a@sha256:1"}) {
    BOOST_TEST(!parse_image_reference(name).has_value(), name);
  }
  BOOST_TEST(!parse_image_reference("a:" + std::string(129, 'x')).has_value());
  BOOST_TEST(!parse_image_reference(std::string_view{"a\0:1", 4}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(own_catalogue)

BOOST_AUTO_TEST_CASE(holds_the_demo_images) {
  const image_catalogue catalogue{std::string{MODELGATE_SOURCE_DIR} + "/conf/images"};
  const auto listed = catalogue.list();
  BOOST_TEST(listed.broken.empty());
  BOOST_TEST_REQUIRE(listed.images.size() == 2);
  BOOST_TEST(listed.images[0].image == "demo/iris:1.0");
  BOOST_TEST(listed.images[1].image == "demo/iris:2.0");
  BOOST_TEST(listed.images[0].example_request.has_value());
  BOOST_TEST(catalogue.find("demo/iris:1.0")->folders.size() == 2);
  BOOST_TEST(catalogue.find("demo/iris:3.0").error()
             == "The image \"demo/iris:3.0\" is not in the catalogue; of \"demo/iris\" it has 1.0, 2.0.");
  BOOST_TEST(catalogue.find("demo/none:9").error()
             == "The image \"demo/none:9\" is not in the catalogue, which has no image of that name.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
