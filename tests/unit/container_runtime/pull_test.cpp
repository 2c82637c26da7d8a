#include "control/runtime/container/container_image.hpp"
#include "control/runtime/container/engine_fault.hpp"
#include "control/runtime/container/pull_progress.hpp"
#include "control/runtime/container/registry_access.hpp"

#include "modelgate/crypto/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace modelgate::control::runtime::container {
namespace {

/// The JSON within X-Registry-Auth.
std::string opened(const crypto::secret& auth) {
  std::string text{auth.reveal()};
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  std::string plain(text.size(), '\0');
  plain.resize(crypto::decode_base64(text, plain).value_or(0));
  return plain;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pull_stream)

BOOST_AUTO_TEST_CASE(tells_how_far_it_is_over_all_layers) {
  pull_progress progress;
  BOOST_TEST(progress.text() == "");
  progress.feed(R"({"status":"Pulling from team/model","id":"v1"})"
                "\r\n");
  progress.feed(R"({"status":"Downloading","progressDetail":{"current":1048576,"total":4194304},"id":"a"})"
                "\n");
  progress.feed(R"({"status":"Already exists","progressDetail":{},"id":"b"})"
                "\n"
                R"({"status":"Downlo)");
  BOOST_TEST(progress.text() == "1 of 2 layers, 1 of 4 MiB");
  progress.feed(R"(ading","progressDetail":{"current":4194304,"total":4194304},"id":"a"})"
                "\n");
  BOOST_TEST(progress.text() == "1 of 2 layers, 4 of 4 MiB");
  progress.feed(R"({"status":"Extracting","progressDetail":{"current":1,"total":4194304},"id":"a"})"
                "\n"
                R"({"status":"Pull complete","progressDetail":{},"id":"a"})"
                "\n");
  BOOST_TEST(progress.text() == "2 of 2 layers, 4 of 4 MiB");
  BOOST_TEST(progress.error() == "");
}

BOOST_AUTO_TEST_CASE(tells_an_error_that_comes_last_also_without_a_lines_end) {
  pull_progress progress;
  progress.feed(R"({"status":"Pulling from team/model","id":"v1"})"
                "\n"
                R"({"error":"short","errorDetail":{"message":"manifest unknown"}})");
  BOOST_TEST(progress.error() == "");
  progress.finish();
  BOOST_TEST(progress.error() == "manifest unknown");
}

BOOST_AUTO_TEST_CASE(holds_little_of_a_line_without_end_and_goes_on_after_it) {
  pull_progress progress;
  for (int i = 0; i < 1'000; ++i) progress.feed(std::string(1'000, 'x'));
  progress.feed("\n{\"error\":\"at last\"}\n");
  BOOST_TEST(progress.error() == "at last");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pull_faults)

BOOST_AUTO_TEST_CASE(are_told_apart_in_the_words_of_both_engines) {
  using enum pull_fault;
  const auto is = [](const char* message, pull_fault expected) {
    BOOST_TEST((fault_of(message) == expected), message);
  };
  is("Head \"http://127.0.0.1:5000/v2/team/model-d/manifests/v1\": no basic auth credentials", access_denied);
  is("unauthorized: authentication required", access_denied);
  is("initializing source docker://127.0.0.1:5000/team/model:v1: reading manifest v1 in 127.0.0.1:5000/team/model: "
     "unauthorized: authentication required",
     access_denied);
  is("manifest for 127.0.0.1:5000/team/model:v9 not found: manifest unknown: manifest unknown", no_such_image);
  is("reading manifest v9 in 127.0.0.1:5000/team/model: manifest unknown", no_such_image);
  is("Get \"http://127.0.0.1:5999/v2/\": dial tcp 127.0.0.1:5999: connect: connection refused", registry_unreachable);
  is("pinging container registry 127.0.0.1:5999: Get \"http://127.0.0.1:5999/v2/\": dial tcp 127.0.0.1:5999: connect: "
     "connection refused",
     registry_unreachable);
  is("no space left on device", other);
}

BOOST_AUTO_TEST_CASE(are_explained_with_image_secret_and_reason) {
  const auto said = [](const pull_access& access, const char* message) {
    return explain_pull("r:5000/team/model:v1", "r:5000", access, message);
  };
  BOOST_TEST(said({}, "unauthorized").find("needs an image pull secret, and the deployment names none")
             != std::string::npos);
  BOOST_TEST(said({"key", false}, "unauthorized").find("\"key\" has no credentials for this registry")
             != std::string::npos);
  BOOST_TEST(said({"key", true}, "unauthorized").find("to the credentials of the image pull secret \"key\"")
             != std::string::npos);
  BOOST_TEST(said({}, "manifest unknown")
             == "the registry r:5000 has no image \"r:5000/team/model:v1\" (manifest unknown)");
}

BOOST_AUTO_TEST_CASE(of_a_registry_that_says_nothing_are_not_blamed_on_the_engine) {
  using std::chrono::milliseconds;
  BOOST_TEST(explain_silent_pull("r:5000/a:v1", "r:5000", milliseconds{60'000}, "runtime.docker.pull_timeout")
             == "the image \"r:5000/a:v1\" cannot be pulled: no news from the registry r:5000 for 60 s (runtime.docker.pull_timeout)");
  BOOST_TEST(explain_silent_pull("a", "r", milliseconds{1'500}, "x").ends_with("for 1500 ms (x)"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(container_images)

BOOST_AUTO_TEST_CASE(are_taken_apart) {
  const auto parts = [](const char* text) {
    const auto image = parse_container_image(text);
    return image ? image->registry + " | " + image->repository + " | " + image->tag + " | " + to_string(*image)
                 : std::string{"refused"};
  };
  BOOST_TEST(parts("127.0.0.1:5000/team/model:v1")
             == "127.0.0.1:5000 | 127.0.0.1:5000/team/model | v1 | 127.0.0.1:5000/team/model:v1");
  BOOST_TEST(parts("demo/iris") == "docker.io | demo/iris | latest | demo/iris:latest");
  BOOST_TEST(parts("localhost/a:1") == "localhost | localhost/a | 1 | localhost/a:1");
  const std::string digest = "sha256:" + std::string(64, 'a');
  BOOST_TEST(parts(("ghcr.io/a/b:1@" + digest).c_str()) == "ghcr.io | ghcr.io/a/b | 1 | ghcr.io/a/b@" + digest);
  BOOST_TEST(parts("[::1]:5000/a:1") == "[::1]:5000 | [::1]:5000/a | 1 | [::1]:5000/a:1");
}

BOOST_AUTO_TEST_CASE(that_could_be_something_else_in_a_request_are_refused) {
  for (const char* text : {"", ":1", "a b:1", "Upper/case:1", "a/../b:1", "a//b:1", "/a:1", "a:1?x=y",
                           "a:", "a@sha256:12", "a:1\r\nX: y", "host:port/a:1", "a/%2e%2e:1", "a#b"}) {
    BOOST_TEST(!parse_container_image(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(registry_credentials)

BOOST_AUTO_TEST_CASE(are_those_of_the_registry_of_the_image) {
  const char* config =
      R"({"auths":{"r:5000":{"username":"u","password":"p"},"https://index.docker.io/v1/":{"auth":"YTpiOmM="},
                           "ghcr.io/team":{"username":"team","password":"t"},"ghcr.io":{"username":"all","password":"a"}}})";
  BOOST_TEST(opened(registry_auth(config, "r:5000", "r:5000/team/model"))
             == R"({"username":"u","password":"p","serveraddress":"r:5000"})");
  BOOST_TEST(opened(registry_auth(config, "docker.io", "demo/iris"))
             == R"({"username":"a","password":"b:c","serveraddress":"https://index.docker.io/v1/"})");
  BOOST_TEST(opened(registry_auth(config, "ghcr.io", "ghcr.io/team/model")).find("\"team\"") != std::string::npos);
  BOOST_TEST(opened(registry_auth(config, "ghcr.io", "ghcr.io/other/model")).find("\"all\"") != std::string::npos);
  BOOST_TEST(registry_auth(config, "quay.io", "quay.io/a").empty());
  BOOST_TEST(registry_auth("no json", "r:5000", "r:5000/a").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
