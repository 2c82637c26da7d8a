#include "control/console/site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using modelgate::control::console::embedded_assets;
using modelgate::control::console::site;
namespace http_io = modelgate::http_io;

namespace {

http_io::response get(std::string path) {
  http_io::request asked;
  asked.method = "GET";
  asked.path = std::move(path);
  asked.fields.add("Accept", "text/html");
  auto answer = site{embedded_assets()}.answer(asked);
  BOOST_REQUIRE(answer);
  return std::move(*answer);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(console_of_a_build_without_node)

BOOST_AUTO_TEST_CASE(every_page_says_how_to_build_it) {
  for (const char* path : {"/", "/deployments", "/deployments/iris/logs"}) {
    const auto page = get(path);
    BOOST_TEST(page.body.find("its console is not in this build") != std::string::npos, path);
    BOOST_TEST(page.body.find("make run") != std::string::npos);
    BOOST_TEST(page.body.find("-DMODELGATE_CONSOLE=ON") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_the_page_loads_is_there_and_no_script) {
  BOOST_TEST(get("/").body.find(R"(<link rel="stylesheet" href="/plain.css">)") != std::string::npos);
  BOOST_TEST(get("/plain.css").body.find('{') != std::string::npos);
  BOOST_TEST(get("/").body.find("<script") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
