#include "control/domain/primehub_object.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace domain = control::domain;
namespace json = boost::json;

const system_time now = parse_rfc3339("2030-01-01T00:00:00Z").value();

json::value of(const std::string& text) {
  return json::parse(text);
}

const std::string predictors =
    R"("predictors":[{"modelImage":" demo/iris:1.0 ","instanceType":"cpu-1","replicas":2,"imagePullSecret":"image-hub","metadata":{"a":"b","n":1}}])";

std::string spec(const std::string& more = "") {
  return R"({"displayName":"Iris","groupName":"g","userName":"ann","updateTime":"2022-01-02T03:04:05.678Z",)"
         + predictors + (more.empty() ? "" : "," + more) + "}";
}

domain::parsed<domain::primehub_deployment> read(const std::string& a_spec, const std::string& status = "{}") {
  return domain::read_primehub_deployment(
      of(R"({"metadata":{"name":"iris","creationTimestamp":"2021-01-01T00:00:00Z"},"spec":)" + a_spec + R"(,"status":)"
         + status + "}"),
      now);
}

std::string notes_of(const std::vector<domain::import_note>& notes) {
  std::string text;
  for (const auto& each : notes) text += (text.empty() ? "" : ", ") + each.what;
  return text;
}

BOOST_AUTO_TEST_SUITE(primehub_object)

BOOST_AUTO_TEST_CASE(a_spec_is_read_into_our_words) {
  const auto found = read(spec(
      R"("stop":true,"description":"d","updateMessage":"m","endpoint":{"accessType":"private"},"env":[{"name":"A","value":"1"}])"));
  BOOST_REQUIRE(found.ok());
  const auto& taken = found.value;
  BOOST_TEST(taken.id == "iris");
  BOOST_TEST(taken.group == "g");
  BOOST_TEST(format_rfc3339(taken.created_at) == "2021-01-01T00:00:00.000Z");
  const auto& last = taken.revisions.back();
  BOOST_TEST(format_rfc3339(last.created_at) == "2022-01-02T03:04:05.678Z");
  BOOST_TEST(last.created_by == "ann");
  BOOST_TEST(last.update_message == "m");
  BOOST_TEST(last.spec.model_image == "demo/iris:1.0", "without the spaces around it");
  BOOST_TEST(last.spec.replicas == 2u);
  BOOST_TEST(last.spec.image_pull_secret.value() == "hub");
  BOOST_TEST(last.spec.stop);
  BOOST_TEST((last.spec.access == config::access_type::clients));
  BOOST_TEST(last.spec.env.at(0).value == "1");
  BOOST_TEST(notes_of(taken.notes) == "metadata n");
}

BOOST_AUTO_TEST_CASE(a_history_comes_oldest_first_and_without_repetitions) {
  const std::string entry = R"({"time":"2022-0)";
  const auto found = read(spec(R"("description":"c")"),
                          R"({"history":[)" + entry + R"(3-01T00:00:00Z","spec":)" + spec(R"("description":"c")") + "},"
                              + entry + R"(2-01T00:00:00Z","spec":{"displayName":"broken"}},)" + entry
                              + R"(1-01T00:00:00Z","spec":)" + spec(R"("description":"a")") + "}]}");
  BOOST_REQUIRE(found.ok());
  std::string told;
  for (const auto& each : found.value.revisions) {
    told += std::to_string(each.number) + each.spec.description + std::to_string(each.replica_revision) + " ";
  }
  BOOST_TEST(told == "1a1 2c1 ", "both by the same replicas");
  BOOST_TEST(notes_of(found.value.notes) == "metadata n, history of 2022-02-01T00:00:00Z");
  BOOST_TEST(format_rfc3339(found.value.revisions.back().created_at) == "2022-03-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(clients_come_with_hashes_that_can_be_compared) {
  const auto found = read(spec(
      R"("endpoint":{"clients":[{"name":"app","token":"$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/"},{"name":"a:b","token":"x"},{"name":"x\ny","token":"x"},{"name":"bad","token":"x\nroot:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/"},{"name":"plain","token":"hunter2"}]})"));
  BOOST_REQUIRE(found.ok());
  BOOST_REQUIRE(found.value.clients.size() == 1u);
  BOOST_TEST(found.value.clients.at(0).name == "app");
  BOOST_TEST(notes_of(found.value.notes) == "metadata n, client a:b, client x\ny, client bad, client plain");
}

BOOST_AUTO_TEST_CASE(what_has_no_place_is_a_note_and_what_is_missing_a_mistake) {
  const auto odd = read(
      R"({"displayName":"\u9cf6","groupName":"g","other":1,"env":[{"name":"PATH","value":""},{"name":"1"}],"predictors":[{"modelImage":"i","instanceType":"t","replicas":0},{}]})");
  BOOST_REQUIRE(odd.ok());
  BOOST_TEST(notes_of(odd.value.notes)
             == "its name, predictors after the first, env PATH, env 1, replicas 0, spec.other");
  BOOST_TEST(odd.value.name == "iris");
  BOOST_TEST(odd.value.revisions.back().spec.stop);
  for (const char* wrong :
       {"{}", "null", "[]", R"({"groupName":"g","predictors":{}})", R"({"groupName":1,"predictors":[1]})"}) {
    BOOST_TEST(!read(wrong).ok(), wrong);
  }
  BOOST_TEST(!domain::read_primehub_deployment(of("[]"), now).ok());
}

BOOST_AUTO_TEST_CASE(whatever_is_not_carried_is_listed) {
  const auto found = domain::read_primehub_deployment(
      of(R"({"metadata":{"name":"iris","labels":{"team":"x","app.kubernetes.io/name":"y"},"annotations":{"owner":"me",
           "kubectl.kubernetes.io/last-applied-configuration":"{}"}},
           "spec":{"displayName":"Iris","groupName":"g","groupId":"5aae0bb8","endpoint":{"accessType":"public","rateLimit":5},
           "env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},{"name":"Y","value":"1"}],
           "predictors":[{"name":"p","modelImage":"i","instanceType":"t","replicas":1,"hpa":{"max":3}}]}})"),
      now);
  BOOST_REQUIRE(found.ok());
  BOOST_TEST(notes_of(found.value.notes)
             == "env X, spec.endpoint.rateLimit, spec.predictors[0].hpa, metadata.labels.team, "
                "metadata.annotations.owner, spec.groupId");
  BOOST_TEST(found.value.revisions.back().spec.env.size() == 1u, "not with an empty value");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_of_the_past_only_is_listed_with_its_time) {
  const std::string entry = R"({"time":"2022-0)";
  const auto past = [](const char* name) {
    return spec(std::string{R"("env":[{"name":")"} + name + R"(","value":"x"},{"name":"PATH","value":""}])");
  };
  const auto found = read(spec(R"("env":[{"name":"PATH","value":""}])"),
                          R"({"history":[)" + entry + R"(2-01T00:00:00Z","spec":)" + past("LD_PRELOAD") + "}," + entry
                              + R"(1-01T00:00:00Z","spec":)" + past("LD_PRELOAD") + "}]}");
  BOOST_REQUIRE(found.ok());
  BOOST_TEST(notes_of(found.value.notes) == "env PATH, metadata n, history of 2022-01-01T00:00:00Z: env LD_PRELOAD",
             "once");
}

BOOST_AUTO_TEST_CASE(sizes_are_read_with_their_units) {
  const auto type = [](const char* text) { return domain::read_primehub_instance_type(of(text)); };
  const auto half = type(
      R"({"metadata":{"name":"half"},"spec":{"limits.cpu":"500m","limits.memory":"1.5G","limits.nvidia.com/gpu":1,"requests.cpu":1}})");
  BOOST_REQUIRE(half.ok());
  BOOST_TEST(half.value.type.per_replica.cpu_milli == 500);
  BOOST_TEST(half.value.type.per_replica.memory_bytes == 1'610'612'736);
  BOOST_TEST(half.value.type.per_replica.gpu == 1);
  BOOST_TEST(half.value.type.display_name == "half");
  BOOST_TEST(notes_of(half.value.notes) == "requests.cpu, groups");
  const auto other = type(
      R"({"metadata":{"name":"amd","labels":{"a":"b"}},"spec":{"limits.cpu":1,"limits.memory":"1G","limits.amd.com/gpu":2,"gpuResourceName":"amd.com/gpu","foo":1}})");
  BOOST_REQUIRE(other.ok());
  BOOST_TEST(other.value.type.per_replica.gpu == 2);
  BOOST_TEST(notes_of(other.value.notes)
             == "spec.limits.amd.com/gpu, spec.gpuResourceName, spec.foo, metadata.labels.a, groups");
  const auto memory = [&](const std::string& text) {
    const auto read =
        type((R"({"metadata":{"name":"m"},"spec":{"limits.cpu":1,"limits.memory":)" + text + "}}").c_str());
    return read.ok() ? read.value.type.per_replica.memory_bytes : 0;
  };
  BOOST_TEST(memory("\"524288Ki\"") == 536'870'912);
  BOOST_TEST(memory("\"524288k\"") == 536'870'912);
  BOOST_TEST(memory("\"2Ti\"") == 2'199'023'255'552);
  BOOST_TEST(memory("\"1T\"") == 1'099'511'627'776);
  BOOST_TEST(memory("\"2147483648\"") == 2'147'483'648);
  BOOST_TEST(memory("2147483648") == 2'147'483'648);
  BOOST_TEST(memory("\"129e6\"") > 0);
  for (const char* none : {"2", "\"2\"", "\"1X\"", "\"1i\"", "\"1m\"", "\"G\"", "true"})
    BOOST_TEST(memory(none) == 0, none);
  BOOST_TEST(type(R"({"metadata":{"name":"m"},"spec":{"limits.cpu":1,"limits.memory":"512Mi"}})")
                 .value.type.per_replica.memory_bytes
             == 536'870'912);
  for (const char* wrong : {"{}", R"({"metadata":{"name":"m"},"spec":{"limits.cpu":1}})",
                            R"({"metadata":{"name":"m"},"spec":{"limits.cpu":"x","limits.memory":"1G"}})",
                            R"({"metadata":{"name":"M"},"spec":{"limits.cpu":1,"limits.memory":"1G"}})",
                            R"({"metadata":{"name":"m"},"spec":{"limits.cpu":1,"limits.memory":"1X"}})"}) {
    BOOST_TEST(!type(wrong).ok(), wrong);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
