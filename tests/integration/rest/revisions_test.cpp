// What makes a revision, and what brings one back.
#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct furnished : control_port {
  furnished() { furnish(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(revisions, furnished)

BOOST_AUTO_TEST_CASE(stop_and_start_make_revisions_of_their_own) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply stopped = ask("POST", "/deployments/iris-1/stop");
  BOOST_TEST(stopped.status == 200u);
  BOOST_TEST(stopped.text("/status/phase") == "Stopped");
  BOOST_TEST(stopped.text("/revision") == "2");
  BOOST_TEST(stopped.text("/updateMessage") == "Deployment Stopped");
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").text("/revision") == "2");

  ask_options stale;
  stale.if_match = "\"1\"";
  BOOST_TEST(ask("POST", "/deployments/iris-1/start", {}, stale).status == 412u);
  const reply started = ask("POST", "/deployments/iris-1/start", R"({"updateMessage":"again"})");
  BOOST_TEST(started.text("/revision") == "3");
  BOOST_TEST(started.text("/updateMessage") == "again");
  BOOST_TEST(ask("POST", "/deployments/iris-1/start", R"({"message":"x"})").errors() == "/message UNKNOWN_MEMBER");

  const reply history = get("/deployments/iris-1/history");
  BOOST_TEST(history.items("revision") == "3, 2, 1");
  BOOST_TEST(history.items("updateMessage") == "again, Deployment Stopped, ");
  BOOST_TEST(get("/deployments/iris-1/history?pageSize=2").items("revision") == "3, 2");
  const std::string next = get("/deployments/iris-1/history?pageSize=2").text("/nextPageToken");
  BOOST_TEST(get("/deployments/iris-1/history?pageSize=2&pageToken=" + next).items("revision") == "1");
  BOOST_TEST(get("/deployments/iris-1/history/2").text("/spec/stop") == "true");
  BOOST_TEST(get("/deployments/iris-1/history/9").status == 404u);
  BOOST_TEST(get("/deployments/iris-1/history/x").status == 404u);
}

BOOST_AUTO_TEST_CASE(a_put_makes_what_is_not_there_and_replaces_what_is) {
  const std::string whole =
      R"("name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1","metadata":{"team":"ml"})";
  const ask_options unconditional;
  ask_options any;
  any.if_match = "*";
  BOOST_TEST(ask("PUT", "/deployments/iris-1", "{" + whole + "}", any).status == 404u);
  BOOST_TEST(ask("PUT", "/deployments/iris-1", R"({"id":"iris-2",)" + whole + "}", unconditional).errors()
             == "/id IMMUTABLE_MEMBER");
  BOOST_TEST(ask("PUT", "/deployments/iris-1", "{}", unconditional).status == 422u);
  BOOST_TEST(ask("PUT", "/deployments/iris-1?dryRun=true", "{" + whole + "}", unconditional).status == 200u);
  BOOST_TEST(get("/deployments/iris-1").status == 404u);
  const reply made = ask("PUT", "/deployments/iris-1", R"({"description":"one",)" + whole + "}", unconditional);
  BOOST_TEST(made.status == 201u);
  BOOST_TEST(made.text("/revision") == "1");

  BOOST_TEST(ask("PUT", "/deployments/iris-1", "{" + whole + "}", unconditional).status == 428u);
  const reply same = ask("PUT", "/deployments/iris-1", R"({"description":"one",)" + whole + "}", any);
  BOOST_TEST(same.status == 200u);
  BOOST_TEST(same.text("/revision") == "1");
  const reply replaced = ask("PUT", "/deployments/iris-1",
                             R"({"modelImage":"demo/iris:1.0","instanceType":"cpu-1","updateMessage":"less"})", any);
  BOOST_TEST(replaced.status == 200u);
  BOOST_TEST(replaced.text("/revision") == "2");
  BOOST_TEST(replaced.text("/description").empty());
  BOOST_TEST(replaced.text("/metadata") == "{}");
  BOOST_TEST(replaced.text("/updateMessage") == "less");
  ask_options stale;
  stale.if_match = "\"1\"";
  BOOST_TEST(ask("PUT", "/deployments/iris-1", "{" + whole + "}", stale).status == 412u);
  BOOST_TEST(ask("PUT", "/deployments/iris-1", R"({"name":"Other"})", any).status == 422u);

  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  BOOST_TEST(ask("PUT", "/deployments/iris-1", "{" + whole + "}", any).text("/stop") == "true");
  BOOST_TEST(ask("PUT", "/deployments/iris-1", R"({"stop":false,)" + whole + "}", any).text("/stop") == "false");
}

BOOST_AUTO_TEST_CASE(an_earlier_revision_is_brought_back_by_a_new_one) {
  BOOST_TEST(deploy("iris-1", R"("description":"one")").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"description":"two","endpointAccessType":"private"})").status == 200u);
  const reply back = ask("POST", "/deployments/iris-1/rollback", R"({"revision":1})");
  BOOST_TEST(back.status == 200u);
  BOOST_TEST(back.text("/revision") == "3");
  BOOST_TEST(back.text("/description") == "one");
  BOOST_TEST(back.text("/endpointAccessType") == "public");
  BOOST_TEST(back.text("/updateMessage") == "Rolled back to revision 1");
  BOOST_TEST(ask("POST", "/deployments/iris-1/rollback", R"({"revision":9})").errors() == "/revision UNKNOWN_REVISION");
  BOOST_TEST(ask("POST", "/deployments/iris-1/rollback", "{}").errors() == "/revision REQUIRED");
  BOOST_TEST(ask("POST", "/deployments/iris-1/rollback", R"({"revision":1,"x":2})").errors() == "/x UNKNOWN_MEMBER");
  ask_options stale;
  stale.if_match = "\"1\"";
  BOOST_TEST(ask("POST", "/deployments/iris-1/rollback", R"({"revision":2})", stale).status == 412u);
  BOOST_TEST(ask("POST", "/deployments/none/rollback", R"({"revision":2})").status == 404u);
}

BOOST_AUTO_TEST_CASE(a_restart_is_a_revision_and_needs_something_that_runs) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply restarted = ask("POST", "/deployments/iris-1/restart", R"({"updateMessage":"fresh"})");
  BOOST_TEST(restarted.text("/revision") == "2");
  BOOST_TEST(restarted.text("/updateMessage") == "fresh");
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  const reply refused = ask("POST", "/deployments/iris-1/restart");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail") == "the deployment is stopped; start it instead");
}

BOOST_AUTO_TEST_CASE(each_shows_group_instance_type_and_clients_as_they_were_then) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 201u);
  BOOST_TEST(patch("/instance-types/cpu-1", R"({"displayName":"Twice","cpu":2})").status == 200u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  BOOST_TEST(patch("/instance-types/cpu-1", R"({"displayName":"Thrice","cpu":3})").status == 200u);
  const reply first = get("/deployments/iris-1/history/1");
  BOOST_TEST(first.text("/group") == "research");
  BOOST_TEST(first.text("/instanceType/cpu") == "1");
  BOOST_TEST(first.text("/clients") == "[]");
  const reply second = get("/deployments/iris-1/history");
  BOOST_TEST(second.text("/items/0/instanceType/displayName") == "Twice");
  BOOST_TEST(second.text("/items/0/instanceType/name") == "cpu-1");
  BOOST_TEST(second.text("/items/0/instanceType/cpu") == "2");
  BOOST_TEST(second.text("/items/0/clients/0") == "app");
  const reply compared = get("/deployments/iris-1/history/1/diff?to=2");
  BOOST_TEST(compared.text("/changes/0/pointer") == "/stop");
  BOOST_TEST(compared.text("/changes/1/pointer") == "/instanceType/displayName");
  BOOST_TEST(compared.text("/changes/2/pointer") == "/instanceType/cpu");
  BOOST_TEST(compared.text("/changes/3/pointer") == "/clients");
}

BOOST_AUTO_TEST_CASE(two_revisions_are_compared_field_by_field) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"serving":{"timeout":7}})").status == 200u);
  const reply compared = get("/deployments/iris-1/history/2/diff?to=1");
  BOOST_TEST(compared.status == 200u);
  BOOST_TEST(compared.text("/changes/0/pointer") == "/serving/timeout");
  BOOST_TEST(compared.text("/changes/0/from") == "7");
  BOOST_TEST(get("/deployments/iris-1/history/2/diff").status == 400u);
  BOOST_TEST(get("/deployments/iris-1/history/2/diff?to=9").status == 404u);
  BOOST_TEST(get("/deployments/iris-1/history/x/diff?to=1").status == 404u);
}

BOOST_AUTO_TEST_CASE(starting_what_may_not_run_is_a_conflict) {
  BOOST_TEST(deploy("iris-1", R"("stop":true)").status == 201u);
  BOOST_TEST(patch("/groups/research", R"({"enabledDeployment":false})").status == 200u);
  const reply refused = ask("POST", "/deployments/iris-1/start");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail") == "The model deployment is not enabled for the selected group");
  BOOST_TEST(patch("/deployments/iris-1", R"({"description":"still mine to describe"})").status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
