#include "control/domain/deployment_document.hpp"
#include "control/domain/replica_url.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

parsed<deployment_draft> read_with(const std::string& more) {
  return read_deployment(json::parse(R"({"name":"Iris","group":"research",)" + more + "}"));
}

/// "pointer CODE" of every mistake, sorted.
std::string told(const diagnostics& mistakes) {
  std::vector<std::string> lines;
  for (const diagnostic& mistake : mistakes) lines.push_back(mistake.where + " " + mistake.code);
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text.append(text.empty() ? "" : ", ").append(line);
  return text;
}

deployment external_deployment() {
  deployment made;
  made.id = "iris-1";
  made.name = "Iris";
  made.group = "research";
  made.current.number = made.current.replica_revision = 1;
  made.current.spec = read_with(R"("external":{"urls":["http://127.0.0.1:9000"],"healthPath":"/health"})").value.spec;
  return made;
}

std::string patch_mistakes(const deployment& of, const char* patch) {
  return told(read_deployment_patch(of, json::parse(patch)).mistakes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(external_document)

BOOST_AUTO_TEST_CASE(urls_and_a_file_are_read_and_written_back) {
  const auto urls =
      read_with(R"("external":{"urls":["http://127.0.0.1:9000","http://models.lan"],"healthPath":"/ok"})");
  BOOST_TEST(told(urls.mistakes) == "");
  BOOST_TEST(urls.value.spec.external->urls.size() == 2);
  BOOST_TEST(urls.value.spec.external->health_path.value() == "/ok");
  BOOST_TEST(urls.value.spec.replicas == 0);
  const auto file = read_with(R"("external":{"file":"iris.txt","healthPath":null},"modelImage":null,"replicas":null)");
  BOOST_TEST(told(file.mistakes) == "");
  BOOST_TEST(file.value.spec.external->file.value() == "iris.txt");
  for (const auto& spec : {urls.value.spec, file.value.spec}) {
    const auto again = from_stored_text(to_stored_text(spec));
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST((*again == spec));
  }
  const auto shown = to_json(file.value.spec);
  BOOST_TEST(json::value(shown.at("external")) == json::parse(R"({"file":"iris.txt","healthPath":null})"));
  for (const char* member : {"modelImage", "instanceType", "replicas"}) BOOST_TEST(shown.at(member).is_null());
}

BOOST_AUTO_TEST_CASE(exactly_one_of_image_and_external_is_given) {
  BOOST_TEST(told(read_with(R"("modelImage":"a:1","external":{"urls":["http://127.0.0.1"]})").mistakes)
             == "/modelImage EXACTLY_ONE");
  BOOST_TEST(told(read_with(R"("instanceType":"cpu-1")").mistakes) == "/modelImage REQUIRED");
  BOOST_TEST(told(read_with(R"("external":{"urls":["http://127.0.0.1"],"file":"a"})").mistakes)
             == "/external/file EXACTLY_ONE");
  BOOST_TEST(told(read_with(R"("external":{})").mistakes) == "/external/urls REQUIRED");
  BOOST_TEST(told(read_with(R"("external":{"urls":[]})").mistakes) == "/external/urls REQUIRED");
  BOOST_TEST(told(read_with(R"("external":5)").mistakes) == "/external WRONG_TYPE");
}

BOOST_AUTO_TEST_CASE(what_says_how_replicas_are_made_has_no_place_beside_it) {
  BOOST_TEST(told(read_with(R"("external":{"urls":["http://127.0.0.1"]},"replicas":2,"modelURI":"gs://b",
      "imagePullSecret":"s","env":[{"name":"A","value":"1"}])")
                      .mistakes)
             == "/env NOT_AVAILABLE, /imagePullSecret NOT_AVAILABLE, /modelURI NOT_AVAILABLE, /replicas NOT_AVAILABLE");
  BOOST_TEST(told(read_with(R"("external":{"urls":["http://127.0.0.1"]},"instanceType":"cpu-1")").mistakes) == "");
}

BOOST_AUTO_TEST_CASE(each_url_is_judged_where_it_stands) {
  const auto read = read_with(
      R"("external":{"urls":["http://127.0.0.1","ftp://a","http://A.lan","http://a.lan:80/",5,"http://10.0.0.1/x"]})");
  BOOST_TEST(told(read.mistakes)
             == "/external/urls/1 MALFORMED, /external/urls/3 DUPLICATE, /external/urls/4 WRONG_TYPE, "
                "/external/urls/5 MALFORMED");
  BOOST_TEST(read.mistakes.front().detail.find("https://") != std::string::npos);
  std::string many;
  for (int i = 0; i < 65; ++i) many += (i == 0 ? "\"http://h" : ",\"http://h") + std::to_string(i) + "x\"";
  BOOST_TEST(told(read_with("\"external\":{\"urls\":[" + many + "]}").mistakes) == "/external/urls TOO_MANY");
}

BOOST_AUTO_TEST_CASE(a_file_is_a_plain_name_and_a_health_path_a_path) {
  for (const char* name : {"../a", "a/b", "/etc/passwd", "..", ".hidden", "", "a b", "a\\u0000b"}) {
    const auto read = read_with("\"external\":{\"file\":\"" + std::string{name} + "\"}");
    BOOST_TEST(told(read.mistakes).starts_with("/external/file MALFORMED"), name);
  }
  for (const char* path : {"health", "", "/a b", "/a#b", "http://a/"}) {
    const auto read = read_with("\"external\":{\"file\":\"a\",\"healthPath\":\"" + std::string{path} + "\"}");
    BOOST_TEST(told(read.mistakes) == "/external/healthPath MALFORMED", path);
  }
}

BOOST_AUTO_TEST_CASE(a_patch_moves_the_urls_but_never_to_an_image) {
  const deployment before = external_deployment();
  const auto moved = read_deployment_patch(before, json::parse(R"({"external":{"urls":["http://127.0.0.1:9001"]}})"));
  BOOST_TEST(told(moved.mistakes) == "");
  BOOST_TEST(moved.value.spec.external->urls.front() == "http://127.0.0.1:9001");
  BOOST_TEST(moved.value.spec.external->health_path.value() == "/health");
  BOOST_TEST(needs_other_replicas(before.current.spec, moved.value.spec));
  BOOST_TEST(patch_mistakes(before, R"({"external":{"file":"a","urls":null}})") == "");
  BOOST_TEST(patch_mistakes(before, R"({"description":"x"})") == "");
  BOOST_TEST(patch_mistakes(before, R"({"modelImage":"a:1","instanceType":"cpu-1","external":null})")
             == "/external IMMUTABLE_MEMBER");
  BOOST_TEST(patch_mistakes(before, R"({"replicas":3})") == "/replicas NOT_AVAILABLE");

  deployment image = before;
  image.current.spec = read_with(R"("modelImage":"a:1","instanceType":"cpu-1")").value.spec;
  BOOST_TEST(patch_mistakes(image, R"({"modelImage":null,"external":{"urls":["http://127.0.0.1"]}})")
             == "/modelImage IMMUTABLE_MEMBER, /replicas NOT_AVAILABLE");
}

BOOST_AUTO_TEST_CASE(it_runs_without_an_instance_type) {
  const deployment made = external_deployment();
  BOOST_TEST(refusal_to_run(made.current.spec, true, false) == "");
  BOOST_TEST(refusal_to_run(made.current.spec, false, false) != "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replica_url_rule)

BOOST_AUTO_TEST_CASE(reads_addresses_and_names) {
  BOOST_TEST((*parse_replica_url("http://127.0.0.1:9000") == replica_url{"127.0.0.1", true, 9'000}));
  BOOST_TEST((*parse_replica_url("HTTP://Models.LAN/") == replica_url{"models.lan", false, 80}));
  BOOST_TEST((*parse_replica_url("http://[::1]:1") == replica_url{"::1", true, 1}));
  BOOST_TEST((*parse_replica_url("http://[FD00::0:7]") == replica_url{"fd00::7", true, 80}));
  BOOST_TEST((*parse_replica_url("http://[::ffff:10.0.0.7]:80") == replica_url{"10.0.0.7", true, 80}));
  BOOST_TEST((*parse_replica_url("http://model_1.a-b:65535") == replica_url{"model_1.a-b", false, 65'535}));
  BOOST_TEST((*parse_replica_url("https://models.lan") == replica_url{"models.lan", false, 443, true}));
  BOOST_TEST((*parse_replica_url("HTTPS://10.0.0.7:8443") == replica_url{"10.0.0.7", true, 8'443, true}));
}

BOOST_AUTO_TEST_CASE(refuses_what_could_be_read_otherwise) {
  for (const char* text : {"",
                           "http://",
                           "http:/a",
                           "a:80",
                           "//a",
                           "ftp://a",
                           "wss://a",
                           "http://a/b",
                           "http://a?b",
                           "http://a#b",
                           "http://u@a",
                           "http://u:p@a",
                           "http://a:",
                           "http://a:0",
                           "http://a:65536",
                           "http://a:080000",
                           "http://a:8x",
                           "http://a:+8",
                           "http://::1",
                           "http://[::1",
                           "http://[::1]x",
                           "http://[::1%eth0]",
                           "http://127.1",
                           "http://0x7f000001",
                           "http://127.0.0.0x1",
                           "http://2130706433",
                           "http://1.2.3.4.5",
                           "http://256.0.0.1",
                           "http://010.0.0.1.",
                           "http://a..b",
                           "http://.a",
                           "http://a.",
                           "http://-a",
                           "http://a-",
                           "http://a b",
                           "http://a%41",
                           "http://\xc3\xa9.lan",
                           "http://a\\b"}) {
    BOOST_TEST(parse_replica_url(text).has_error(), text);
  }
  BOOST_TEST(parse_replica_url("http://" + std::string(64, 'a')).has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::domain
