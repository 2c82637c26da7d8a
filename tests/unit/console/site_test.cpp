#include "control/console/site.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <string>

using modelgate::control::console::asset;
using modelgate::control::console::embedded_assets;
using modelgate::control::console::site;
namespace http_io = modelgate::http_io;

namespace {

constexpr std::array<asset, 3> files{
    {{"/assets/index-3f9c2d1a.js", "text/javascript; charset=utf-8", "let a = 1;", "packed", "abc"},
     {"/favicon.svg", "image/svg+xml", "<svg/>", "", "def"},
     {"/index.html", "text/html; charset=utf-8", "<!doctype html>", "packed page", "012"}}};

using fields = std::vector<std::pair<std::string, std::string>>;

std::optional<http_io::response> get(std::string path, const fields& more = {}) {
  http_io::request asked;
  asked.method = "GET";
  asked.path = std::move(path);
  for (const auto& [name, value] : more) asked.fields.add(name, value);
  return site{files}.answer(asked);
}

std::string body(const std::string& path, const fields& more = {}) {
  const auto answer = get(path, more);
  return answer ? answer->body : "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(console_site)

BOOST_AUTO_TEST_CASE(every_path_that_the_console_makes_sense_of_is_its_page) {
  for (const char* path : {"/", "/index.html", "/deployments", "/deployments/iris/logs", "/admin/groups", "/sign-in",
                           "/admin/users/jane.doe", "/admin/images/demo/iris:1.0", "/deployments/", "/apis"}) {
    BOOST_TEST(body(path) == "<!doctype html>", path);
  }
}

BOOST_AUTO_TEST_CASE(what_is_the_programs_is_no_page) {
  for (const char* path : {"/api",
                           "/api/",
                           "/api/v1/deployments",
                           "/api/v2",
                           "/api/graphql",
                           "/metrics",
                           "/prometheus",
                           "/ping",
                           "/oidc/auth-flow/request",
                           "/deployment/iris/api/v1.0/predictions",
                           "/livez",
                           "/readyz",
                           "/assets/",
                           "/assets/gone-00000000.js",
                           "/assets",
                           "/robots.txt",
                           "/favicon.ico",
                           "/.env",
                           "",
                           "*"}) {
    BOOST_TEST(!get(path), path);
  }
}

BOOST_AUTO_TEST_CASE(pages_are_for_who_takes_html) {
  for (const char* accept : {"text/html,application/xhtml+xml;q=0.9", "*/*", "TEXT/*", "application/json, */*;q=0.1"}) {
    BOOST_TEST(body("/deployments", {{"Accept", accept}}) == "<!doctype html>", accept);
  }
  for (const char* accept : {"application/json", "text/html;q=0", "image/*"}) {
    BOOST_TEST(!get("/deployments", {{"Accept", accept}}), accept);
  }
  BOOST_TEST(body("/favicon.svg", {{"Accept", "image/*"}}) == "<svg/>");
}

BOOST_AUTO_TEST_CASE(a_file_whose_name_changes_with_its_bytes_is_kept_for_good) {
  const auto script = get("/assets/index-3f9c2d1a.js").value();
  BOOST_TEST(script.fields.get("Cache-Control") == "public, max-age=31536000, immutable");
  BOOST_TEST(script.fields.get("Content-Type") == "text/javascript; charset=utf-8");
  for (const char* path : {"/", "/favicon.svg", "/deployments/iris"})
    BOOST_TEST(get(path).value().fields.get("Cache-Control") == "no-cache", path);
}

BOOST_AUTO_TEST_CASE(gzip_is_for_those_who_take_it) {
  const auto packed = get("/", {{"Accept-Encoding", "br, gzip"}}).value();
  BOOST_TEST(packed.body == "packed page");
  BOOST_TEST(packed.fields.get("Content-Encoding") == "gzip");
  BOOST_TEST(packed.fields.get("Vary") == "Accept-Encoding");
  for (const char* coding : {"gzip;q=0", "identity", "", "br", "*;q=0"}) {
    const auto plain = get("/", {{"Accept-Encoding", coding}}).value();
    BOOST_TEST(plain.body == "<!doctype html>", coding);
    BOOST_TEST(!plain.fields.contains("Content-Encoding"), coding);
    BOOST_TEST(plain.fields.get("Vary") == "Accept-Encoding", coding);
  }
  BOOST_TEST(body("/favicon.svg", {{"Accept-Encoding", "gzip"}}) == "<svg/>");  // it saves nothing there
}

BOOST_AUTO_TEST_CASE(who_has_it_already_is_not_sent_it_again) {
  const std::string tag{get("/").value().fields.get("ETag")};
  const std::string packed_tag{get("/", {{"Accept-Encoding", "gzip"}}).value().fields.get("ETag")};
  BOOST_TEST(tag == "\"012\"");
  BOOST_TEST(packed_tag != tag);
  for (const std::string& known : {tag, "W/" + tag, "\"x\" , " + tag, std::string{"*"}}) {
    const auto answer = get("/deployments", {{"If-None-Match", known}}).value();
    BOOST_TEST(answer.status == 304U, known);
    BOOST_TEST(answer.body == "");
    BOOST_TEST(answer.fields.get("ETag") == tag);
    BOOST_TEST(answer.fields.get("Cache-Control") == "no-cache");
    BOOST_TEST(answer.fields.get("Vary") == "Accept-Encoding");
  }
  for (const std::string& other : {std::string{"\"x\""}, packed_tag, std::string{"012"}, std::string{}})
    BOOST_TEST(get("/", {{"If-None-Match", other}}).value().status == 200U, other);
  BOOST_TEST(get("/", {{"If-None-Match", packed_tag}, {"Accept-Encoding", "gzip"}}).value().status == 304U);
}

BOOST_AUTO_TEST_CASE(nobody_else_is_in_a_page_or_around_it) {
  for (const char* path : {"/", "/assets/index-3f9c2d1a.js", "/favicon.svg"}) {
    const auto answer = get(path).value();
    const std::string policy{answer.fields.get("Content-Security-Policy")};
    BOOST_TEST(policy
               == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                  "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    BOOST_TEST(answer.fields.get("X-Content-Type-Options") == "nosniff");
    BOOST_TEST(answer.fields.get("Referrer-Policy") == "no-referrer");
    BOOST_TEST(answer.fields.get("Cross-Origin-Opener-Policy") == "same-origin");
    BOOST_TEST(answer.fields.contains("Permissions-Policy"));
  }
}

BOOST_AUTO_TEST_CASE(a_page_that_was_not_embedded_is_nothing) {
  http_io::request asked;
  asked.path = "/";
  BOOST_TEST(!site{{}}.answer(asked));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(embedded)

BOOST_AUTO_TEST_CASE(files_are_sorted_typed_and_there) {
  const auto all = embedded_assets();
  BOOST_TEST(std::is_sorted(all.begin(), all.end(), [](const asset& a, const asset& b) { return a.path < b.path; }));
  for (const asset& each : all) {
    BOOST_TEST_CONTEXT(each.path) {
      BOOST_TEST(each.path.starts_with('/'));
      BOOST_TEST(!each.media_type.empty());
      BOOST_TEST(!each.bytes.empty());
      BOOST_TEST(each.packed.size() < each.bytes.size());
      BOOST_TEST(each.hash.size() == 32U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_and_the_apis_document_are_always_there) {
  for (const char* path : {"/", "/api/docs"}) {
    http_io::request asked;
    asked.path = path;
    const auto answer = site{embedded_assets()}.answer(asked);
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->fields.get("Content-Type") == "text/html; charset=utf-8");
    BOOST_TEST(answer->body.starts_with("<!doctype html>"));
    for (const char* inline_code : {"<style", " style=", "<script>", "javascript:", "=\"http", "=\"//"})
      BOOST_TEST(answer->body.find(inline_code) == std::string::npos, path << " has " << inline_code);
  }
}

BOOST_AUTO_TEST_SUITE_END()
