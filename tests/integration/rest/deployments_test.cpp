#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct furnished : control_port {
  furnished() { furnish(); }

  [[nodiscard]] std::string ids(const std::string& query = {}) const { return get("/deployments" + query).items("id"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(deployments, furnished)

BOOST_AUTO_TEST_CASE(creating_one_answers_with_all_of_it) {
  const reply made = deploy("iris-1", R"("replicas":2,"endpointAccessType":"private","metadata":{"team":"ml"},
      "env":[{"name":"A","value":"b"}],"updateMessage":"first version","serving":{"timeout":5})",
                            member_token);
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.field("Location") == "/api/v1/deployments/iris-1");
  BOOST_TEST(made.field("ETag") == "\"1\"");
  BOOST_TEST(made.text("/id") == "iris-1");
  BOOST_TEST(made.text("/group") == "research");
  BOOST_TEST(made.text("/replicas") == "2");
  BOOST_TEST(made.text("/endpointAccessType") == "private");
  BOOST_TEST(made.text("/metadata/team") == "ml");
  BOOST_TEST(made.text("/env/0/value") == "b");
  BOOST_TEST(made.text("/updateMessage") == "first version");
  BOOST_TEST(made.text("/stop") == "false");
  BOOST_TEST(made.text("/revision") == "1");
  BOOST_TEST(made.text("/createdBy") == "user-1");
  BOOST_TEST(made.text("/updatedBy") == "user-1");
  BOOST_TEST(made.text("/modelURI") == "null");
  BOOST_TEST(made.text("/serving/timeout") == "5");
  BOOST_TEST(made.text("/serving/maxBodyBytes") == "33554432");
  BOOST_TEST(made.text("/progressDeadline") == "600");
  BOOST_TEST(made.text("/endpoint") == "http://127.0.0.1:8080/deployment/iris-1/api/v1.0/predictions");
  BOOST_TEST(made.text("/status/phase") == "Deploying");
  BOOST_TEST(made.text("/status/availableReplicas") == "0");
  BOOST_TEST(get("/deployments/iris-1").body == made.body);
  BOOST_TEST(reconciler.wakes > 0);
}

BOOST_AUTO_TEST_CASE(an_id_is_made_from_the_name) {
  const reply made =
      ask("POST", "/deployments",
          R"({"name":"My Model_1","group":"research","modelImage":" demo/iris:1.0 ","instanceType":"cpu-1"})");
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.text("/id").starts_with("my-model-1-"));
  BOOST_TEST(made.text("/id").size() == std::string{"my-model-1-3f9c2"}.size());
  BOOST_TEST(made.text("/modelImage") == "demo/iris:1.0");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_and_nothing_made) {
  const int wakes = reconciler.wakes;
  const reply refused =
      ask("POST", "/deployments",
          R"({"id":"Bad_Id","name":"?","group":"research","modelImage":"demo/none:9","instanceType":"cpu-9",
                                "replicas":0,"env":[{"name":"LD_PRELOAD","value":""}],"nonsense":1})");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(refused.field("Content-Type") == "application/problem+json");
  BOOST_TEST(refused.text("/code") == "REQUEST_BODY_INVALID");
  BOOST_TEST(refused.errors()
             == "/env/0/name ILLEGAL_ENV_NAME, /id MALFORMED, /instanceType UNKNOWN_INSTANCE_TYPE, /modelImage UNKNOWN_IMAGE, "
                "/name MALFORMED, /nonsense UNKNOWN_MEMBER, /replicas OUT_OF_RANGE");
  BOOST_TEST(ids() == "");
  BOOST_TEST(reconciler.wakes == wakes);
}

BOOST_AUTO_TEST_CASE(an_instance_type_of_another_group_is_not_there) {
  BOOST_TEST(deploy("iris-1", R"("instanceType":"sales-only")").errors() == "/instanceType UNKNOWN_INSTANCE_TYPE");
}

BOOST_AUTO_TEST_CASE(a_group_that_has_deployment_disabled_gets_none) {
  BOOST_TEST(patch("/groups/research", R"({"enabledDeployment":false})").status == 200u);
  const reply refused = deploy("iris-1");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(refused.errors() == "/group DEPLOYMENT_NOT_ENABLED");
  BOOST_TEST(refused.text("/errors/0/detail") == "The model deployment is not enabled for the selected group");
}

BOOST_AUTO_TEST_CASE(an_id_in_use_is_a_conflict) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply again = deploy("iris-1");
  BOOST_TEST(again.status == 409u);
  BOOST_TEST(again.text("/code") == "RESOURCE_CONFLICT");
}

BOOST_AUTO_TEST_CASE(the_quota_refuses_with_its_arithmetic) {
  BOOST_TEST(deploy("iris-1", R"("replicas":3)").status == 201u);
  const reply refused = deploy("iris-2", R"("replicas":2)");
  BOOST_TEST(refused.status == 403u);
  BOOST_TEST(refused.text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(refused.text("/detail") == "Group research exceeded cpu quota: 4, requesting 2, in use 3");
  BOOST_TEST(refused.text("/quota/0") == R"({"resource":"cpu","requested":2,"used":3,"limit":4})");
  BOOST_TEST(ids() == "iris-1");
  BOOST_TEST(deploy("iris-3", R"("replicas":1000)").text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(deploy("iris-4", R"("replicas":1)").status == 201u);
  BOOST_TEST(get("/groups/research").text("/usage") == R"({"cpu":4,"memoryGiB":4,"gpu":0,"deployments":2})");
}

BOOST_AUTO_TEST_CASE(the_number_of_running_deployments_is_bounded) {
  BOOST_TEST(patch("/groups/research", R"({"maxDeploy":1})").status == 200u);
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply refused = deploy("iris-2");
  BOOST_TEST(refused.status == 403u);
  BOOST_TEST(refused.text("/detail") == "Group Maximum Deployments exceeded");
  BOOST_TEST(refused.text("/quota/3") == R"({"resource":"deployments","requested":1,"used":1,"limit":1})");
  // One that is stopped does not count, but starting it does.
  BOOST_TEST(deploy("iris-2", R"("stop":true)").status == 201u);
  BOOST_TEST(ask("POST", "/deployments/iris-2/start").text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(patch("/deployments/iris-2", R"({"stop":false})").text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  BOOST_TEST(ask("POST", "/deployments/iris-2/start").status == 200u);
  // At the limit, what runs can still be changed.
  BOOST_TEST(patch("/deployments/iris-2", R"({"description":"x"})").status == 200u);
}

BOOST_AUTO_TEST_CASE(an_update_excludes_its_own_old_use) {
  BOOST_TEST(deploy("iris-1", R"("replicas":3)").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":4})").status == 200u);
  const reply refused = patch("/deployments/iris-1", R"({"replicas":5})");
  BOOST_TEST(refused.text("/detail") == "Group research exceeded cpu quota: 4, requesting 5");
  BOOST_TEST(get("/deployments/iris-1").text("/replicas") == "4");
  BOOST_TEST(patch("/groups/research", R"({"quota":{"cpu":1}})").status == 200u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":2})").status == 200u);
}

BOOST_AUTO_TEST_CASE(a_patch_makes_a_revision_and_needs_the_one_that_was_seen) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply missing = patch("/deployments/iris-1", R"({"replicas":2})", "");
  BOOST_TEST(missing.status == 428u);
  BOOST_TEST(missing.text("/code") == "PRECONDITION_REQUIRED");

  const reply changed = patch("/deployments/iris-1", R"({"modelImage":"demo/iris:2.0","updateMessage":"v2"})", "\"1\"");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(changed.field("ETag") == "\"2\"");
  BOOST_TEST(changed.text("/revision") == "2");
  BOOST_TEST(changed.text("/updateMessage") == "v2");

  const reply stale = patch("/deployments/iris-1", R"({"replicas":2})", "\"1\"");
  BOOST_TEST(stale.status == 412u);
  BOOST_TEST(stale.text("/current") == "2");
  BOOST_TEST(stale.text("/changedBy") == "admin");
  BOOST_TEST(stale.text("/changes/0/pointer") == "/modelImage");
  BOOST_TEST(stale.text("/changes/0/to") == "demo/iris:2.0");
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":2})", "\"stale\"").status == 412u);
  BOOST_TEST(get("/deployments/iris-1").text("/replicas") == "1");

  // The same once more changes nothing.
  BOOST_TEST(patch("/deployments/iris-1", R"({"modelImage":"demo/iris:2.0","updateMessage":"v2"})").text("/revision")
             == "2");
  BOOST_TEST(patch("/deployments/iris-1", "{}").text("/revision") == "2");
}

BOOST_AUTO_TEST_CASE(a_patch_is_refused_with_pointers_and_changes_nothing) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply refused =
      patch("/deployments/iris-1",
            R"({"group":"sales","modelImage":"demo/none:9","instanceType":"sales-only","status":{},"x":null})");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(refused.errors()
             == "/group IMMUTABLE_MEMBER, /instanceType UNKNOWN_INSTANCE_TYPE, /modelImage UNKNOWN_IMAGE, "
                "/status READ_ONLY_MEMBER, /x UNKNOWN_MEMBER");
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");
  BOOST_TEST(patch("/deployments/none", "{}").status == 404u);
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_and_changes_nothing) {
  const reply created =
      ask("POST", "/deployments?dryRun=true",
          R"({"name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1","replicas":2})");
  BOOST_TEST(created.status == 200u, created.body);
  BOOST_TEST(created.text("/deployment/replicas") == "2");
  BOOST_TEST(created.text("/changes") == "[]");
  BOOST_TEST(created.text("/quota/0") == R"({"resource":"cpu","requested":2,"used":0,"limit":4})");
  BOOST_TEST(ids() == "");

  BOOST_TEST(deploy("iris-1").status == 201u);
  const int wakes = reconciler.wakes;
  const reply changed = patch("/deployments/iris-1?dryRun=true", R"({"replicas":3,"metadata":{"team":"ml"}})");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(changed.text("/deployment/revision") == "2");
  BOOST_TEST(changed.text("/changes")
             == R"([{"pointer":"/replicas","from":1,"to":3},{"pointer":"/metadata/team","from":null,"to":"ml"}])");
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");
  BOOST_TEST(reconciler.wakes == wakes);
  BOOST_TEST(patch("/deployments/iris-1?dryRun=true", R"({"replicas":30})").text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(patch("/deployments/iris-1?dryrun=true", R"({"replicas":3})").status == 400u);
}

BOOST_AUTO_TEST_CASE(whether_an_id_can_be_had_is_told) {
  BOOST_TEST(get("/deployments/iris-1/available").text("/available") == "true");
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(get("/deployments/iris-1/available").text("/available") == "false");
  BOOST_TEST(get("/deployments/No/available").text("/available") == "false");
}

BOOST_AUTO_TEST_CASE(a_disabled_group_shows_why_its_deployments_failed) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(patch("/groups/research", R"({"enabledDeployment":false})").status == 200u);
  const reply failed = get("/deployments/iris-1");
  BOOST_TEST(failed.text("/status/phase") == "Failed");
  BOOST_TEST(failed.text("/status/message") == "The model deployment is not enabled for the selected group");
}

BOOST_AUTO_TEST_CASE(deleting_what_runs_drains_and_deleting_what_does_not_is_done) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(remove("/deployments/iris-1").status == 428u);
  BOOST_TEST(remove("/deployments/iris-1", "\"7\"").status == 412u);
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  BOOST_TEST(remove("/deployments/iris-1", "\"1\"").status == 202u);
  BOOST_TEST(get("/deployments/iris-1").text("/status/phase") == "Stopping");
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":2})").status == 409u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/start").status == 409u);
  BOOST_TEST(deploy("iris-1").status == 409u);
  BOOST_TEST(get("/groups/research").text("/usage/deployments") == "0");
  reconciler.set_replicas("iris-1", {});
  BOOST_TEST(remove("/deployments/iris-1", "*").status == 204u);
  BOOST_TEST(runtime.forgotten() == std::vector<std::string>{"iris-1"}, boost::test_tools::per_element());
  BOOST_TEST(get("/deployments/iris-1").status == 404u);
  BOOST_TEST(remove("/deployments/iris-1", "*").status == 404u);
  BOOST_TEST(deploy("iris-1").text("/revision") == "1");
}

BOOST_AUTO_TEST_CASE(what_drains_after_its_group_is_shown_with_the_group_that_it_was_in) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"});
  BOOST_TEST(remove("/groups/research?confirm=iris-1").status == 202u);
  BOOST_TEST(get("/deployments/iris-1").text("/group") == "research");
  BOOST_TEST(ids("?status=Stopping") == "iris-1");
}

BOOST_AUTO_TEST_CASE(what_a_change_closes_is_closed_when_it_is_answered) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const auto waits = [&](const reply& answer) {
    BOOST_TEST(answer.status == 200u);
    return reconciler.publications.exchange(0) == 1;
  };
  BOOST_TEST(!waits(patch("/deployments/iris-1", R"({"description":"x"})")));
  BOOST_TEST(waits(patch("/deployments/iris-1", R"({"endpointAccessType":"private"})")));
  BOOST_TEST(waits(patch("/deployments/iris-1", R"({"serving":{"maxBodyBytes":10}})")));
  BOOST_TEST(!waits(patch("/deployments/iris-1?dryRun=true", R"({"stop":true})")));
  BOOST_TEST(waits(ask("POST", "/deployments/iris-1/stop")));
  BOOST_TEST(!waits(ask("POST", "/deployments/iris-1/stop")));
  BOOST_TEST(!waits(ask("POST", "/deployments/iris-1/start")));
}

BOOST_AUTO_TEST_CASE(nothing_is_started_by_leaving_out_whether_it_is_stopped) {
  BOOST_TEST(deploy("iris-1", R"("stop":true)").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"stop":null})").errors() == "/stop WRONG_TYPE");
  ask_options options;
  options.if_match = "*";
  const reply put = ask(
      "PUT", "/deployments/iris-1",
      R"({"name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1","stop":null})", options);
  BOOST_TEST(put.status == 200u, put.body);
  BOOST_TEST(put.text("/stop") == "true");
}

BOOST_AUTO_TEST_CASE(others_are_told_that_there_is_none) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  for (const auto& [method, path, body] :
       std::initializer_list<std::array<const char*, 3>>{{"GET", "/deployments/iris-1", ""},
                                                         {"PATCH", "/deployments/iris-1", "{}"},
                                                         {"DELETE", "/deployments/iris-1", ""},
                                                         {"POST", "/deployments/iris-1/start", ""},
                                                         {"POST", "/deployments/iris-1/stop", ""},
                                                         {"GET", "/deployments/iris-1/history", ""},
                                                         {"GET", "/deployments/iris-1/history/1", ""},
                                                         {"GET", "/deployments/iris-1/replicas", ""},
                                                         {"GET", "/deployments/iris-1/logs", ""},
                                                         {"GET", "/deployments/iris-1/clients", ""},
                                                         {"POST", "/deployments/iris-1/clients", R"({"name":"app"})"},
                                                         {"DELETE", "/deployments/iris-1/clients/app", ""}}) {
    ask_options options;
    options.token = other_token;
    options.if_match = "*";
    const reply foreign = ask(method, path, body, options);
    BOOST_TEST_CONTEXT(method << ' ' << path) {
      BOOST_TEST(foreign.status == 404u);
      BOOST_TEST(foreign.text("/detail") == "deployment \"iris-1\" not found");
    }
  }
  BOOST_TEST(get("/deployments", other_token).items("id") == "");
  BOOST_TEST(get("/deployments?group=research", other_token).items("id") == "");
  BOOST_TEST(get("/deployments", member_token).items("id") == "iris-1");
  // Neither a group that is not theirs nor one that is not there can be deployed to, and the two are told alike.
  const reply not_theirs = deploy("iris-2", "", other_token);
  BOOST_TEST(not_theirs.status == 403u);
  BOOST_TEST(not_theirs.text("/code") == "NOT_AUTH");
  BOOST_TEST(deploy("iris-2", R"("group":"nowhere")", other_token).text("/code") == "NOT_AUTH");
  BOOST_TEST(deploy("iris-2", R"("group":"nowhere")").errors() == "/group UNKNOWN_GROUP");
}

BOOST_AUTO_TEST_CASE(lists_by_page_filter_and_maker) {
  BOOST_TEST(deploy("aaa").status == 201u);
  BOOST_TEST(deploy("bbb", R"("name":"Wine")", member_token).status == 201u);
  BOOST_TEST(deploy("ccc", R"("stop":true)").status == 201u);
  BOOST_TEST(deploy("ddd", R"("group":"sales")").status == 201u);
  BOOST_TEST(patch("/deployments/aaa", R"({"description":"x"})").status == 200u);
  reconciler.set_replicas("bbb", {"deploy-bbb-r1-0"});

  BOOST_TEST(ids() == "aaa, ddd, ccc, bbb");
  BOOST_TEST(ids("?group=research") == "aaa, ccc, bbb");
  BOOST_TEST(ids("?group=sales&group=research") == "aaa, ddd, ccc, bbb");
  BOOST_TEST(ids("?search=wIN") == "bbb");
  BOOST_TEST(ids("?status=Stopped") == "ccc");
  BOOST_TEST(ids("?status=Deployed&mine=false") == "bbb");
  BOOST_TEST(ids("?mine=true") == "aaa, ddd, ccc");
  BOOST_TEST(get("/deployments?mine=true", member_token).items("id") == "bbb");
  BOOST_TEST(ids("?group=&search=&status=&mine=&pageSize=&pageToken=") == "aaa, ddd, ccc, bbb");

  reply page = get("/deployments?pageSize=3");
  BOOST_TEST(page.items("id") == "aaa, ddd, ccc");
  page = get("/deployments?pageSize=3&pageToken=" + page.text("/nextPageToken"));
  BOOST_TEST(page.items("id") == "bbb");
  BOOST_TEST(page.text("/nextPageToken") == "");
  page = get("/deployments?status=Deploying&pageSize=1");
  BOOST_TEST(page.items("id") == "aaa");
  page = get("/deployments?status=Deploying&pageSize=1&pageToken=" + page.text("/nextPageToken"));
  BOOST_TEST(page.items("id") == "ddd");
  BOOST_TEST(page.text("/nextPageToken") == "");

  const reply wrong = get("/deployments?pageSize=501&status=deployed&grop=x");
  BOOST_TEST(wrong.status == 400u);
  BOOST_TEST(wrong.errors() == "?grop UNKNOWN_PARAMETER, ?pageSize MALFORMED, ?status MALFORMED");
}

BOOST_AUTO_TEST_CASE(replicas_are_shown_as_they_are) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0", "deploy-iris-1-r1-1"});
  const reply replicas = get("/deployments/iris-1/replicas");
  BOOST_TEST(replicas.items("name") == "deploy-iris-1-r1-0, deploy-iris-1-r1-1");
  BOOST_TEST(replicas.text("/items/0/phase") == "Ready");
  BOOST_TEST(replicas.text("/items/0/limits") == "advisory");
  BOOST_TEST(replicas.text("/items/0/limitsBy") == "polling");
  BOOST_TEST(replicas.text("/items/0/usage") == "null");
  BOOST_TEST(replicas.text("/items/0/since") == "2026-01-31T12:00:00.000Z");
  BOOST_TEST(get("/deployments/iris-1").text("/status/availableReplicas") == "2");
}

BOOST_AUTO_TEST_CASE(what_replicas_take_is_shown_once_it_is_known) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  modelgate::control::domain::replica_usage usage;
  usage.cpu_seconds = 9;
  usage.memory_bytes = 805'306'368;
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"}, usage);
  BOOST_TEST(get("/deployments/iris-1/replicas").text("/items/0/usage") == "null");
  usage.cpu_cores = 0.33349;
  reconciler.set_replicas("iris-1", {"deploy-iris-1-r1-0"}, usage);
  BOOST_TEST(get("/deployments/iris-1/replicas").text("/items/0/usage") == R"({"cpu":0.333,"memoryGiB":0.75})");
  BOOST_TEST(get("/deployments/iris-1").text("/status/replicas/0/usage/memoryGiB") == "0.75");
}

BOOST_AUTO_TEST_CASE(limits_on_traffic_are_set_shown_and_patched) {
  const reply refused =
      deploy("iris-9", R"("serving":{"limits":{"burst":5,"perClient":{"requestsPerSecond":-1,"concurrent":1}}})");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(refused.errors()
             == "/serving/limits/perClient NOT_AVAILABLE, /serving/limits/perClient/requestsPerSecond OUT_OF_RANGE, "
                "/serving/limits/requestsPerSecond REQUIRED");
  BOOST_TEST(deploy("iris-9", R"("serving":{"limits":{"requestsPerSecond":50,"concurrent":20}})").status == 201u);
  BOOST_TEST(get("/deployments/iris-9").text("/serving/limits")
             == R"({"requestsPerSecond":50,"burst":50,"concurrent":20,"perClient":null})");
  const reply changed = patch("/deployments/iris-9", R"({"endpointAccessType":"private",
      "serving":{"limits":{"requestsPerSecond":0.5,"concurrent":null,"perClient":{"concurrent":2}}}})");
  BOOST_TEST(changed.body.find(R"("limits":{"requestsPerSecond":0.5,"burst":1,"concurrent":null,)"
                               R"("perClient":{"requestsPerSecond":null,"burst":null,"concurrent":2}})")
                 != std::string::npos,
             changed.body);
  BOOST_TEST(patch("/deployments/iris-9", R"({"serving":{"limits":null}})").text("/serving/limits") == "null");
}

BOOST_AUTO_TEST_SUITE_END()
