// The commands as they are typed, against a server in this process that plays back answers and keeps what it was asked.
#include "tests/integration/cli/commands_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <memory>

namespace modelgate::control::cli {
namespace {

using test::commands_fixture;
using test::json_answer;
using test::request;
using test::response;

std::string deployment_in(const std::string& phase, const std::string& message = "") {
  return R"({"id":"iris","name":"Iris","replicas":2,"status":{"phase":")" + phase + R"(","message":")" + message
         + R"(","availableReplicas":0,"replicas":[]}})";
}

BOOST_FIXTURE_TEST_SUITE(commands, commands_fixture)

BOOST_AUTO_TEST_CASE(list_asks_for_every_page_and_prints_a_table) {
  answers = {json_answer(200, R"({"items":[)" + deployment_in("Deployed") + R"(],"nextPageToken":"a/b"})"),
             json_answer(200, R"({"items":[{"id":"last"}],"nextPageToken":""})")};
  BOOST_TEST(run_words({"deployments", "list", "--group", "research", "--group", "r&d", "--mine"}) == 0);
  BOOST_REQUIRE(asked.size() == 2U);
  BOOST_TEST(asked[0].path == "/api/v1/deployments");
  BOOST_TEST(asked[0].fields.get("Authorization") == "Bearer mga_test");
  BOOST_TEST(asked[0].query_value("mine").value() == "true");
  BOOST_TEST((asked[0].query[0] == std::pair<std::string, std::string>{"group", "research"}));
  BOOST_TEST((asked[0].query[1] == std::pair<std::string, std::string>{"group", "r&d"}));
  BOOST_TEST(asked[1].query_value("pageToken").value() == "a/b");
  BOOST_TEST(out.str().starts_with("ID    NAME"));
  BOOST_TEST(printed("iris"));
  BOOST_TEST(printed("last"));
  BOOST_TEST(!printed("\x1b"));
}

BOOST_AUTO_TEST_CASE(colours_are_for_terminals_without_no_color) {
  out_is_terminal = true;
  answers = {json_answer(200, R"({"items":[)" + deployment_in("Failed") + R"(],"nextPageToken":""})")};
  BOOST_TEST(run_words({"deployments", "list"}) == 0);
  BOOST_TEST(printed("\x1b[31mFailed"));
  out.str("");
  environment["NO_COLOR"] = "1";
  BOOST_TEST(run_words({"deployments", "list"}) == 0);
  BOOST_TEST(!printed("\x1b"));
}

BOOST_AUTO_TEST_CASE(an_empty_list_is_said_to_people_and_is_json_for_programs) {
  answers = {json_answer(200, R"({"items":[],"nextPageToken":""})")};
  BOOST_TEST(run_words({"deployments", "list"}) == 0);
  BOOST_TEST(out.str().empty());
  BOOST_TEST(said("no deployments"));
  BOOST_TEST(run_words({"-o", "json", "deployments", "list"}) == 0);
  BOOST_TEST(out.str() == "{\"items\":[],\"nextPageToken\":\"\"}\n");
}

BOOST_AUTO_TEST_CASE(get_passes_the_servers_json_on) {
  answers = {json_answer(200, deployment_in("Deployed"))};
  BOOST_TEST(run_words({"deployments", "get", "iris", "-o", "json"}) == 0);
  BOOST_TEST(out.str() == deployment_in("Deployed") + "\n");
  BOOST_TEST(asked[0].path == "/api/v1/deployments/iris");
}

BOOST_AUTO_TEST_CASE(an_id_cannot_leave_its_place_in_the_path) {
  answers = {json_answer(404, R"({"detail":"no such deployment","code":"RESOURCE_NOT_FOUND"})")};
  BOOST_TEST(run_words({"deployments", "get", "../users?x=1"}) == 3);
  BOOST_TEST(asked[0].path == "/api/v1/deployments/../users?x=1");
  BOOST_TEST(asked[0].query.empty());
  BOOST_TEST(said("modelgate: no such deployment (RESOURCE_NOT_FOUND)"));
}

BOOST_AUTO_TEST_CASE(create_sends_what_the_flags_say) {
  answers = {json_answer(201, deployment_in("Deploying"))};
  BOOST_TEST(run_words({"deployments",
                        "create",
                        "iris",
                        "--name",
                        "Iris",
                        "--group",
                        "research",
                        "--image",
                        "demo/iris:1.0",
                        "--instance-type",
                        "cpu-1",
                        "--replicas",
                        "2",
                        "--private",
                        "--env",
                        "A=b",
                        "--env",
                        "C=d",
                        "-m",
                        "first"})
             == 0);
  BOOST_TEST(asked[0].method == "POST");
  BOOST_TEST(asked[0].path == "/api/v1/deployments");
  BOOST_TEST(asked[0].fields.get("Content-Type") == "application/json");
  BOOST_TEST(
      asked[0].body
      == R"({"id":"iris","name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1","updateMessage":"first",)"
         R"("replicas":2,"endpointAccessType":"private","env":[{"name":"A","value":"b"},{"name":"C","value":"d"}]})");
  BOOST_TEST(said("modelgate deployments wait iris"));
}

BOOST_AUTO_TEST_CASE(create_reads_a_spec_from_standard_input_and_tries_it_out) {
  typed = R"({"id":"iris"})";
  answers = {json_answer(200, R"({"deployment":)" + deployment_in("Deploying")
                                  + R"(,"quota":[{"resource":"cpu","requested":2,"used":0,"limit":4}],"changes":[]})")};
  BOOST_TEST(run_words({"deployments", "create", "--dry-run", "-f", "-"}) == 0);
  BOOST_TEST(asked[0].query_value("dryRun").value() == "true");
  BOOST_TEST(asked[0].body == R"({"id":"iris"})");
  BOOST_TEST(printed("QUOTA"));
  BOOST_TEST(said("nothing was changed"));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_with_its_pointers_and_sums) {
  answers = {
      json_answer(
          422,
          R"({"detail":"the deployment is not valid","code":"INVALID","errors":[{"pointer":"/replicas","code":"X","detail":"must be at least 1"}]})"),
      json_answer(
          403,
          R"({"detail":"over quota","code":"EXCEED_QUOTA","quota":[{"resource":"cpu","requested":2,"used":3,"limit":4}]})")};
  BOOST_TEST(run_words({"deployments", "create", "iris"}) == 1);
  BOOST_TEST(said("  /replicas: must be at least 1\n"));
  BOOST_TEST(run_words({"deployments", "create", "iris"}) == 1);
  BOOST_TEST(said("  cpu: 2 requested + 3 in use = 5, over the limit of 4\n"));
  BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_CASE(delete_needs_yes_where_nobody_can_be_asked) {
  BOOST_TEST(run_words({"deployments", "delete", "iris"}) == 2);
  BOOST_TEST(said("--yes"));
  BOOST_TEST(asked.empty());
  answers = {json_answer(202, "")};
  BOOST_TEST(run_words({"deployments", "delete", "iris", "--yes"}) == 0);
  BOOST_TEST(asked[0].method == "DELETE");
  BOOST_TEST(asked[0].fields.get("If-Match") == "*");
  BOOST_TEST(said("is being deleted"));
}

BOOST_AUTO_TEST_CASE(delete_asks_on_a_terminal_and_deletes_what_was_shown) {
  in_is_terminal = true;
  typed = "y\n";
  answers = {json_answer(200, deployment_in("Deployed")), json_answer(204, "")};
  BOOST_TEST(run_words({"deployments", "delete", "iris"}) == 0);
  BOOST_REQUIRE(asked.size() == 2U);
  BOOST_TEST(asked[1].method == "DELETE");
  BOOST_TEST(asked[1].fields.get("If-Match") == "\"3\"");
}

BOOST_AUTO_TEST_CASE(deleting_anything_asks_on_a_terminal) {
  const std::vector<std::vector<std::string>> deletions{
      {"clients", "delete", "iris", "app"},  {"users", "delete", "ann"}, {"groups", "delete", "lab"},
      {"instance-types", "delete", "small"}, {"tokens", "delete", "t"},  {"pull-secrets", "delete", "s"}};
  answers = {json_answer(204, "")};
  in_is_terminal = true;
  std::size_t done = 0;
  for (std::vector<std::string> words : deletions) {
    typed = "n\n";
    BOOST_TEST(run_words(words) == 1, words.front());
    BOOST_TEST(asked.size() == done, words.front());
    typed = "y\n";
    BOOST_TEST(run_words(words) == 0, words.front());
    words.emplace_back("--yes");
    typed.clear();
    BOOST_TEST(run_words(words) == 0, words.front());
    BOOST_TEST(asked.size() == (done += 2), words.front());
  }
  BOOST_TEST(said("Delete the client app of iris? [y/N] "));
  BOOST_TEST(said("Delete the instance type small? [y/N] "));
  BOOST_TEST(run_words({"groups", "delete", "lab", "--confirm", "iris"}) == 0);
  in_is_terminal = false;
  const std::size_t before = asked.size();
  for (const std::vector<std::string>& words : deletions) {
    BOOST_TEST(run_words(words) == 2, words.front());
    BOOST_TEST(said("deleting needs --yes where nobody can be asked"));
  }
  BOOST_TEST(asked.size() == before);
}

BOOST_AUTO_TEST_CASE(deleting_a_group_says_what_to_repeat_as_the_command_takes_it) {
  answers = {json_answer(409, R"({"detail":"the group has deployments; repeat with ?confirm=a,b"})")};
  BOOST_TEST(run_words({"groups", "delete", "lab", "--yes"}) == 4);
  BOOST_TEST(said("repeat with --confirm a,b\n"));
  answers = {json_answer(409, R"({"detail":"the group has no deployments; delete it without ?confirm"})")};
  BOOST_TEST(run_words({"groups", "delete", "lab", "--confirm", "a"}) == 4);
  BOOST_TEST(said("delete it without --confirm\n"));
}

BOOST_AUTO_TEST_CASE(values_that_no_server_would_take_are_refused_at_once) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"deployments", "list", "--status", "Bogus"},
                                             {"deployments", "logs", "iris", "--tail", "x"},
                                             {"deployments", "logs", "iris", "--since", "yesterday"},
                                             {"audit", "--since", "yesterday"},
                                             {"audit", "--until", "soon"}}) {
    BOOST_TEST(run_words(words) == 2, words.back());
  }
  BOOST_TEST(run_words({"deployments", "logs", "iris", "--tail", "x"}) == 2);
  BOOST_TEST(said("takes a whole number of lines, or all"));
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(durations_are_read_alike_wherever_they_stand) {
  answers = {json_answer(200, R"({"token":"mgc_x"})")};
  const auto sent = [&] { return asked.back().body; };
  BOOST_TEST(run_words({"clients", "rotate", "iris", "app", "--overlap", "1h"}) == 0);
  BOOST_TEST(sent() == R"({"overlapSeconds":3600})");
  BOOST_TEST(run_words({"clients", "rotate", "iris", "app", "--overlap", "600"}) == 0);
  BOOST_TEST(sent() == R"({"overlapSeconds":600})");
  BOOST_TEST(run_words({"deployments", "update", "iris", "--progress-deadline", "1m"}) == 0);
  BOOST_TEST(sent() == R"({"progressDeadline":60})");
  BOOST_TEST(run_words({"deployments", "logs", "iris", "--since", "5m"}) == 0);
  BOOST_TEST(asked.back().query_value("since").value() == "300");
  BOOST_TEST(run_words({"deployments", "logs", "iris", "--since", "2030-01-31T00:00:00Z"}) == 0);
  BOOST_TEST(asked.back().query_value("since").value() == "2030-01-31T00:00:00Z");
  answers = {json_answer(200, R"({"items":[],"nextPageToken":""})")};
  BOOST_TEST(run_words({"audit", "--since", "24h"}) == 0);
  const auto since = parse_rfc3339(asked.back().query_value("since").value());
  BOOST_TEST_REQUIRE(since.has_value());
  const auto ago = system_clock::now() - *since;
  BOOST_TEST((ago >= std::chrono::hours{24} && ago < std::chrono::hours{25}));
}

BOOST_AUTO_TEST_CASE(a_value_out_of_range_is_refused_in_words) {
  const auto refusal = [&](const std::vector<std::string>& words) {
    err.str("");
    BOOST_TEST(run_words(words) == 2);
    return err.str();
  };
  const char* const duration = "takes a duration such as 90s, 5m or 1h";
  const char* const revision = "takes the number of a revision, which is 1 or more";
  for (const auto& [words, text] : std::initializer_list<std::pair<std::vector<std::string>, const char*>>{
           {{"clients", "rotate", "iris", "app", "--overlap", "long"}, duration},
           {{"clients", "rotate", "iris", "app", "--overlap", "-1"}, duration},
           {{"deployments", "wait", "iris", "--timeout", "soon"}, duration},
           {{"deployments", "update", "iris", "--progress-deadline", "1d"}, duration},
           {{"deployments", "rollback", "iris", "--revision", "0"}, revision},
           {{"deployments", "wait", "iris", "--revision", "1.5"}, revision},
           {{"deployments", "update", "iris", "--revision", "-3"}, revision},
           {{"deployments", "diff", "iris", "0", "1"}, revision}}) {
    const std::string said_so = refusal(words);
    BOOST_TEST(said_so.find(text) != std::string::npos, said_so);
  }
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(what_was_waited_for_is_json_for_programs_however_it_ended) {
  answers = {json_answer(200, deployment_in("Deploying")), json_answer(200, deployment_in("Deployed"))};
  BOOST_TEST(run_words({"-o", "json", "deployments", "wait", "iris"}) == 0);
  BOOST_TEST(out.str() == deployment_in("Deployed") + "\n");
  out.str("");
  answers = {json_answer(200, deployment_in("Failed", "boom"))};
  BOOST_TEST(run_words({"-o", "json", "deployments", "wait", "iris"}) == 1);
  BOOST_TEST(out.str() == deployment_in("Failed", "boom") + "\n");
  out.str("");
  answers = {json_answer(404, R"({"detail":"not found"})")};
  BOOST_TEST(run_words({"-o", "json", "deployments", "wait", "iris", "--for", "deleted"}) == 0);
  BOOST_TEST(out.str() == "null\n");
  out.str("");
  answers = {json_answer(200, deployment_in("Deployed"))};
  BOOST_TEST(run_words({"deployments", "wait", "iris"}) == 0);
  BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_CASE(any_other_reply_deletes_nothing) {
  in_is_terminal = true;
  answers = {json_answer(200, deployment_in("Deployed"))};
  for (const char* reply : {"\n", "n\n", "", "yess\n"}) {
    typed = reply;
    BOOST_TEST(run_words({"deployments", "delete", "iris"}) == 1);
  }
  for (const request& each : asked) BOOST_TEST(each.method == "GET");
}

BOOST_AUTO_TEST_CASE(wait_ends_when_it_is_deployed) {
  answers = {json_answer(200, deployment_in("Deploying", "0 of 2 are ready")),
             json_answer(200, deployment_in("Deploying", "0 of 2 are ready")),
             json_answer(200, deployment_in("Deployed", "up"))};
  BOOST_TEST(run_words({"deployments", "wait", "iris"}) == 0);
  BOOST_TEST(err.str() == "Deploying: 0 of 2 are ready\nDeployed: up\n");
  BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_CASE(wait_ends_with_1_and_the_reason_when_it_failed) {
  answers = {json_answer(200, deployment_in("Failed", "the model exits: no module named numpy"))};
  BOOST_TEST(run_words({"deployments", "wait", "iris"}) == 1);
  BOOST_TEST(said("  Failed: the model exits: no module named numpy\n"));
}

BOOST_AUTO_TEST_CASE(wait_ends_with_6_when_time_is_over) {
  answers = {json_answer(200, deployment_in("Deploying", "0 of 2 are ready"))};
  BOOST_TEST(run_words({"deployments", "wait", "iris", "--timeout", "20ms"}) == 6);
  BOOST_TEST(said("is not deployed after 20ms"));
  BOOST_TEST(run_words({"deployments", "wait", "iris", "--timeout", "soon"}) == 2);
}

BOOST_AUTO_TEST_CASE(wait_for_deleted_ends_when_it_is_gone) {
  answers = {json_answer(200, deployment_in("Stopping")), json_answer(404, "{}")};
  BOOST_TEST(run_words({"deployments", "wait", "iris", "--for", "deleted"}) == 0);
  BOOST_TEST(run_words({"deployments", "wait", "iris"}) == 3);
}

BOOST_AUTO_TEST_CASE(logs_are_passed_on_as_they_come) {
  struct two_parts final : http_io::body_stream {
    int asked_for = 0;
    part next() override { return ++asked_for == 1 ? part{"[r-0] one\n", false} : part{"[r-0] two\n", true}; }
  };
  response answer;
  answer.stream = std::make_shared<two_parts>();
  answers = {answer};
  BOOST_TEST(run_words({"deployments", "logs", "iris", "-f", "--tail", "all", "--timestamps", "--since",
                        "2026-01-31T00:00:00+01:00"})
             == 0);
  BOOST_TEST(out.str() == "[r-0] one\n[r-0] two\n");
  BOOST_TEST(asked[0].path == "/api/v1/deployments/iris/logs");
  BOOST_TEST(asked[0].query_value("follow").value() == "true");
  BOOST_TEST(asked[0].query_value("tail").value() == "all");
  BOOST_TEST(asked[0].query_value("timestamps").value() == "true");
  BOOST_TEST(asked[0].query_value("since").value() == "2026-01-31T00:00:00+01:00");
}

BOOST_AUTO_TEST_CASE(a_refused_log_prints_no_data) {
  answers = {json_answer(404, R"({"detail":"no such deployment"})")};
  BOOST_TEST(run_words({"deployments", "logs", "nope"}) == 3);
  BOOST_TEST(out.str().empty());
  BOOST_TEST(said("no such deployment"));
}

BOOST_AUTO_TEST_CASE(clients_add_prints_the_token_alone) {
  answers = {json_answer(201, R"({"name":"app","token":"mgc_secret","prefix":"mgc_secr"})")};
  BOOST_TEST(run_words({"clients", "add", "iris", "app", "--expires-at", "2027-01-31T00:00:00Z"}) == 0);
  BOOST_TEST(out.str() == "mgc_secret\n");
  BOOST_TEST(asked[0].path == "/api/v1/deployments/iris/clients");
  BOOST_TEST(asked[0].body == R"({"name":"app","expiresAt":"2027-01-31T00:00:00Z"})");
  BOOST_TEST(!said("mgc_secret"));
}

BOOST_AUTO_TEST_CASE(without_a_valid_token_it_ends_with_5) {
  answers = {json_answer(401, R"({"detail":"a token is needed","code":"AUTH_REQUIRED"})")};
  environment.erase("MODELGATE_TOKEN");
  BOOST_TEST(run_words({"deployments", "list"}) == 5);
  BOOST_TEST(!asked[0].fields.contains("Authorization"));
  BOOST_TEST(said("initial-admin-token"));
}

BOOST_AUTO_TEST_CASE(a_stale_revision_ends_with_4) {
  answers = {json_answer(412, R"({"detail":"changed meanwhile"})")};
  BOOST_TEST(run_words({"deployments", "delete", "iris", "-y"}) == 4);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_it_ends_with_7) {
  served.drain();  // closes the listener; its port is free again
  BOOST_TEST(run_words({"deployments", "list"}) == 7);
  BOOST_TEST(said("cannot reach " + environment["MODELGATE_SERVER"]));
}

BOOST_AUTO_TEST_CASE(flags_may_stand_behind_the_command_and_win) {
  answers = {json_answer(200, R"({"items":[],"nextPageToken":""})")};
  std::ofstream{home / "token"} << "mga_other\n";
  environment["MODELGATE_SERVER"] = "http://127.0.0.1:1";
  BOOST_TEST(run_words({"deployments", "list", "--server", "http://localhost:" + std::to_string(served.address().port),
                        "--token-file", (home / "token").string()})
             == 0);
  BOOST_TEST(asked[0].fields.get("Authorization") == "Bearer mga_other");
  BOOST_TEST(asked[0].fields.get("Host") == "localhost:" + std::to_string(served.address().port));
}

BOOST_AUTO_TEST_CASE(a_token_may_be_a_flag) {
  answers = {json_answer(200, R"({"items":[],"nextPageToken":""})")};
  BOOST_TEST(run_words({"deployments", "list", "--token", "mga_flag"}) == 0);
  BOOST_TEST(asked[0].fields.get("Authorization") == "Bearer mga_flag");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
