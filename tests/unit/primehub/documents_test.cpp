#include "control/api/graphql/schema.hpp"
#include "control/api/primehub/administration_document.hpp"
#include "control/api/primehub/administration_mistakes.hpp"
#include "control/api/primehub/deployment_document.hpp"
#include "control/api/primehub/schema_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace primehub = control::primehub;
namespace domain = control::domain;
namespace json = boost::json;

json::object of(const char* text) {
  return json::parse(text).as_object();
}

domain::deployment iris() {
  domain::deployment now;
  now.id = "iris";
  now.current.update_message = "before";
  now.current.spec.metadata = {{"team", "ml"}, {"tier", "1"}};
  return now;
}

std::string patch(const char* data) {
  return json::serialize(primehub::patch_of(of(data), iris()));
}

BOOST_AUTO_TEST_SUITE(primehub_documents)

BOOST_AUTO_TEST_CASE(the_schema_is_whole) {
  const control::graphql::schema types{primehub::schema_text()};
  BOOST_TEST(types.find("PhDeployment") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_new_deployment_has_what_was_given) {
  BOOST_TEST(
      json::serialize(primehub::document_of_new(of(
          R"({"id":"My-Id","name":"A","groupId":"g","replicas":2,"modelImage":"i","modelURI":null,"imagePullSecret":"image-hub",
                     "env":[],"metadata":{},"description":null,"instanceType":"cpu-1","endpointAccessType":"private","updateMessage":""})")))
      == R"({"id":"my-id","name":"A","group":"g","replicas":2,"modelImage":"i","updateMessage":"","env":[],"metadata":{},)"
         R"("instanceType":"cpu-1","endpointAccessType":"private","imagePullSecret":"hub"})");
  BOOST_TEST(json::serialize(primehub::document_of_new(of(R"({"id":"a","imagePullSecret":""})"))) == R"({"id":"a"})");
}

BOOST_AUTO_TEST_CASE(an_update_keeps_what_it_does_not_say_and_starts) {
  BOOST_TEST(patch("{}") == R"({"updateMessage":"before","stop":false})");
  BOOST_TEST(
      patch(R"({"replicas":null,"modelURI":null,"env":null,"description":null,"metadata":null,"updateMessage":null})")
      == R"({"updateMessage":"before","stop":false})");
  BOOST_TEST(patch(R"({"modelURI":"","env":[],"updateMessage":"now"})")
             == R"({"modelURI":"","updateMessage":"now","env":[],"stop":false})");
}

BOOST_AUTO_TEST_CASE(metadata_with_entries_replaces_and_without_keeps) {
  BOOST_TEST(patch(R"({"metadata":{}})") == R"({"metadata":{},"updateMessage":"before","stop":false})");
  BOOST_TEST(patch(R"({"metadata":{"team":"x"}})")
             == R"({"metadata":{"team":"x","tier":null},"updateMessage":"before","stop":false})");
}

BOOST_AUTO_TEST_CASE(a_pull_secret_is_cleared_by_null_only) {
  BOOST_TEST(patch(R"({"imagePullSecret":null})")
             == R"({"imagePullSecret":null,"updateMessage":"before","stop":false})");
  BOOST_TEST(patch(R"({"imagePullSecret":""})") == R"({"updateMessage":"before","stop":false})");
  BOOST_TEST(patch(R"({"imagePullSecret":"plain"})")
             == R"({"imagePullSecret":"plain","updateMessage":"before","stop":false})");
}

BOOST_AUTO_TEST_CASE(a_group_has_the_quotas_of_the_project) {
  BOOST_TEST(
      json::serialize(primehub::group_document(of(
          R"({"name":"g","displayName":"G","enabledDeployment":true,"maxDeploy":3,"quotaCpu":0.5,"quotaGpu":0,"projectQuotaCpu":4,
                     "projectQuotaMemory":null,"admins":"ada, bob","users":{"connect":[{"id":"eve"}]}})")))
      == R"({"name":"g","displayName":"G","enabledDeployment":true,"maxDeploy":3,"quota":{"cpu":4,"memoryGiB":null},)"
         R"("admins":["ada","bob"],"members":["eve"]})");
  domain::group now;
  now.members = {"ada", "bob"};
  BOOST_TEST(json::serialize(
                 primehub::group_patch(of(R"({"users":{"connect":[{"id":"eve"}],"disconnect":[{"id":"ada"}]}})"), now))
             == R"({"members":["bob","eve"]})");
  BOOST_TEST(json::serialize(primehub::group_patch(of(R"({"admins":"","maxDeploy":null})"), now))
             == R"({"maxDeploy":null,"admins":[]})");
}

BOOST_AUTO_TEST_CASE(an_instance_type_is_for_groups_or_for_all) {
  const auto made = [](const char* data) {
    return json::serialize(primehub::instance_type_document(of(data)).at("groups"));
  };
  BOOST_TEST(made(R"({"name":"a","global":true})") == "null");
  BOOST_TEST(made(R"({"name":"a"})") == "[]");
  BOOST_TEST(made(R"({"name":"a","groups":{"connect":[{"id":"g"}]}})") == R"(["g"])");
  BOOST_TEST(made(R"({"name":"a","groups":{"connect":[{"id":"everyone"}]}})") == "null");
  const auto changed = [](const char* data, std::optional<std::vector<std::string>> groups) {
    domain::instance_type now;
    now.groups = std::move(groups);
    const auto patch = primehub::instance_type_patch(of(data), now);
    return patch.contains("groups") ? json::serialize(patch.at("groups")) : "kept";
  };
  BOOST_TEST(changed(R"({"cpuLimit":2})", std::vector<std::string>{"g"}) == "kept");
  BOOST_TEST(changed(R"({"cpuLimit":2})", std::nullopt) == "null");
  BOOST_TEST(changed(R"({"global":true})", std::vector<std::string>{"g"}) == "null");
  BOOST_TEST(changed(R"({"global":false})", std::nullopt) == "[]");
  BOOST_TEST(changed(R"({"groups":{"connect":[{"id":"h"}]}})", std::vector<std::string>{"g"}) == R"(["g","h"])");
  BOOST_TEST(changed(R"({"groups":{"disconnect":[{"id":"everyone"}]}})", std::nullopt) == "[]");
}

BOOST_AUTO_TEST_CASE(a_new_instance_type_has_primehubs_usual_limits) {
  BOOST_TEST(json::serialize(primehub::instance_type_document(of(R"({"name":"a","cpuLimit":null})")))
             == R"({"name":"a","cpu":1,"memoryGiB":1,"groups":[]})");
}

BOOST_AUTO_TEST_CASE(what_is_not_kept_is_refused_as_primehub_refuses_it) {
  const auto type = [](const char* data, const domain::instance_type* now = nullptr) {
    const auto wrong = primehub::mistake_in_instance_type(of(data), now);
    return wrong ? wrong->message : "";
  };
  BOOST_TEST(type(R"({"cpuLimit":2,"cpuRequest":2,"memoryLimit":1,"memoryRequest":0.5})") == "");
  BOOST_TEST(type(R"({"cpuLimit":1,"cpuRequest":2})") == "cpuRequest must not be more than cpuLimit");
  BOOST_TEST(type(R"({"cpuRequest":2})") == "cpuRequest must not be more than cpuLimit", "the usual limit is 1");
  BOOST_TEST(type(R"({"memoryLimit":1,"memoryRequest":2})") == "memoryRequest must not be more than memoryLimit");
  BOOST_TEST(type(R"({"cpuLimit":0})") == "field cpuLimit should > zero");
  BOOST_TEST(type(R"({"memoryLimit":-1})") == "field memoryLimit should > zero");
  BOOST_TEST(type(R"({"cpuRequest":0,"memoryRequest":0})") == "", "a request of nothing is within every limit");
  BOOST_TEST(type(R"({"cpuRequest":-1})") == "field cpuRequest should >= zero");
  domain::instance_type four;
  four.per_replica = {4'000, 1'073'741'824, 0};
  BOOST_TEST(type(R"({"cpuRequest":4})", &four) == "");
  BOOST_TEST(type(R"({"cpuRequest":5})", &four) != "");
  const auto toleration = [&](const std::string& members) {
    return type((R"({"tolerations":{"set":[{)" + members + "}]}}").c_str());
  };
  BOOST_TEST(toleration(R"("operator":"Exists","key":"gpu")") == "");
  BOOST_TEST(toleration(R"("operator":"Equal","key":"gpu","value":"yes","effect":"NoSchedule")") == "");
  BOOST_TEST(toleration(R"("operator":"Exists","key":"gpu","value":"yes")") == "tolerations: Exists has no value");
  BOOST_TEST(toleration(R"("operator":"Equal","key":"gpu")") == "tolerations: Equal needs a key and a value");
  BOOST_TEST(toleration(R"("operator":"Like","key":"gpu")") == "tolerations: operator must be Equal or Exists");
  BOOST_TEST(toleration(R"("operator":"Exists","key":"x")") == "tolerations: key must have 3 to 63 characters");
  BOOST_TEST(toleration(R"("operator":"Exists","key":"gpu","effect":"Some")") != "");

  const domain::instance_type for_all;
  domain::instance_type for_some;
  for_some.groups = std::vector<std::string>{"g"};
  constexpr auto lost = "groups: the instance type is for all; make it global: false to connect groups";
  BOOST_TEST(type(R"({"groups":{"connect":[{"id":"g"}]}})", &for_all) == lost);
  BOOST_TEST(type(R"({"global":true,"groups":{"connect":[{"id":"g"}]}})") == lost);
  BOOST_TEST(type(R"({"global":false,"groups":{"connect":[{"id":"g"}]}})", &for_all) == "");
  BOOST_TEST(type(R"({"groups":{"connect":[{"id":"h"}]}})", &for_some) == "");
  BOOST_TEST(type(R"({"groups":{"connect":[{"id":"everyone"}]}})", &for_some) == "");
  BOOST_TEST(type(R"({"groups":{"disconnect":[{"id":"g"}]}})", &for_all) == "");

  const auto group = [](const char* data, const domain::group* now = nullptr) {
    const auto wrong = primehub::mistake_in_group(of(data), now);
    return wrong ? wrong->message : "";
  };
  BOOST_TEST(group(R"({"quotaCpu":5,"projectQuotaCpu":null})") == "", "no bound");
  BOOST_TEST(group(R"({"quotaCpu":5})") == "");
  BOOST_TEST(group(R"({"quotaCpu":5,"projectQuotaCpu":1})") == "quotaCpu must not be more than projectQuotaCpu");
  BOOST_TEST(group(R"({"quotaGpu":2,"projectQuotaGpu":1})") == "quotaGpu must not be more than projectQuotaGpu");
  BOOST_TEST(group(R"({"name":"a"})") == "name must have two characters or more");
  BOOST_TEST(group(R"({"name":"ab"})") == "");
  BOOST_TEST(group(R"({"name":"ab","maxDeploy":3})") == "maxDeploy needs enabledDeployment: true");
  BOOST_TEST(group(R"({"name":"ab","maxDeploy":3,"enabledDeployment":false})") != "");
  BOOST_TEST(group(R"({"name":"ab","maxDeploy":3,"enabledDeployment":true})") == "");
  BOOST_TEST(group(R"({"name":"ab","maxDeploy":null})") == "");
  domain::group now;
  BOOST_TEST(group(R"({"maxDeploy":3})", &now) == "maxDeploy needs enabledDeployment: true");
  now.enabled_deployment = true;
  BOOST_TEST(group(R"({"maxDeploy":3})", &now) == "");
  now.quota.cpu_milli = 2'000;
  BOOST_TEST(group(R"({"quotaCpu":3})", &now) == "quotaCpu must not be more than projectQuotaCpu");
  BOOST_TEST(group(R"({"quotaCpu":3,"projectQuotaCpu":4})", &now) == "");
}

BOOST_AUTO_TEST_CASE(a_user_has_one_name_made_of_two) {
  BOOST_TEST(json::serialize(primehub::user_document(
                 of(R"({"username":"ada","firstName":"Ada","lastName":"Byron","isAdmin":true,"email":"a@b.c"})")))
             == R"({"name":"ada","displayName":"Ada Byron","role":"admin"})");
  BOOST_TEST(json::serialize(primehub::user_patch(of(R"({"enabled":false})"), {})) == R"({"disabled":true})");
}

BOOST_AUTO_TEST_CASE(one_name_that_is_told_leaves_the_other) {
  domain::user now;
  now.display_name = "Grace Brewster Hopper";
  const auto name = [&](const char* data) {
    const auto patch = primehub::user_patch(of(data), now);
    return patch.contains("displayName") ? std::string{patch.at("displayName").as_string()} : "kept";
  };
  BOOST_TEST(name(R"({"lastName":"Murray"})") == "Grace Murray");
  BOOST_TEST(name(R"({"firstName":"Ann"})") == "Ann Brewster Hopper");
  BOOST_TEST(name(R"({"firstName":"Ann","lastName":""})") == "Ann");
  BOOST_TEST(name(R"({"firstName":null,"lastName":null})") == "kept");
  BOOST_TEST(name(R"({"isAdmin":true})") == "kept");
  now.display_name = "Grace";
  BOOST_TEST(name(R"({"lastName":"Hopper"})") == "Grace Hopper");
  BOOST_TEST(name(R"({"firstName":"Ann"})") == "Ann");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
