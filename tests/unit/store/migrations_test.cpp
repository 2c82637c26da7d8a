// A store of every earlier schema, brought up to date. schemas/<n>.sql is the n-th step as it was released with rows of that
// time; whoever adds a step adds its file, or the first test here fails.
#include "control/store/migrations.hpp"

#include "control/store/access_token_store.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/connection.hpp"
#include "control/store/kept_answer_store.hpp"
#include "control/store/pull_secret_store.hpp"
#include "control/store/session_store.hpp"
#include "tests/unit/store/fixture.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace modelgate::tests {
namespace {

namespace data = boost::unit_test::data;

std::filesystem::path sample_of(std::int64_t schema) {
  return std::filesystem::path{MODELGATE_SOURCE_DIR} / "tests/unit/store/schemas" / (std::to_string(schema) + ".sql");
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream{file};
  BOOST_REQUIRE_MESSAGE(stream.good(), file << " is missing: write what the step makes, and rows of that time");
  return {std::istreambuf_iterator<char>{stream}, {}};
}

SQLite::Database opened(const std::filesystem::path& file) {
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  database.exec("PRAGMA foreign_keys = ON");
  return database;
}

/// A store as a modelgate of that schema has left it.
void make_store(const std::filesystem::path& folder, std::int64_t schema) {
  SQLite::Database database = opened(folder / "modelgate.db");
  for (std::int64_t each = 1; each <= schema; ++each) database.exec(text_of(sample_of(each)));
  database.exec("PRAGMA application_id = " + std::to_string(store::store_id));
  database.exec("PRAGMA user_version = " + std::to_string(schema));
}

std::vector<std::string> column(SQLite::Database& database, const std::string& query) {
  std::vector<std::string> values;
  SQLite::Statement rows{database, query};
  while (rows.executeStep()) values.push_back(rows.getColumn(0).getString());
  return values;
}

std::string without_layout(const std::string& sql) {
  std::istringstream words{sql};
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Every table, index and trigger by its name.
std::map<std::string, std::string> schema_of(const std::filesystem::path& folder) {
  SQLite::Database database = opened(folder / "modelgate.db");
  std::map<std::string, std::string> things;
  SQLite::Statement rows{database, "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL"};
  while (rows.executeStep()) things[rows.getColumn(0).getString()] = without_layout(rows.getColumn(1).getString());
  return things;
}

const auto every_schema = data::xrange(std::int64_t{1}, store::newest_schema() + 1);

BOOST_AUTO_TEST_SUITE(every_migration)

BOOST_DATA_TEST_CASE(has_a_sample_with_a_value_in_every_column, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  SQLite::Database database = opened(folder.path() / "modelgate.db");
  const auto tables =
      column(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  BOOST_TEST(tables.size() >= 9u);
  for (const std::string& table : tables) {
    for (const std::string& name : column(database, "SELECT name FROM pragma_table_info('" + table + "')")) {
      const auto values = column(database, "SELECT count(\"" + name + "\") FROM \"" + table + "\"");
      BOOST_TEST(values.front() != "0",
                 "no row in " << sample_of(schema) << " and before has a value in " << table << '.' << name);
    }
  }
}

BOOST_DATA_TEST_CASE(ends_in_the_schema_of_a_fresh_store, every_schema, schema) {
  const temporary_folder fresh;
  const temporary_folder old;
  { const store::database made{fresh.path()}; }
  make_store(old.path(), schema);
  { const store::database migrated{old.path()}; }
  const auto want = schema_of(fresh.path());
  const auto got = schema_of(old.path());
  BOOST_TEST(got.size() == want.size());
  for (const auto& [name, sql] : want) {
    const auto found = got.find(name);
    BOOST_TEST_CONTEXT(name) BOOST_TEST((found == got.end() ? "nothing" : found->second) == sql);
  }
}

BOOST_DATA_TEST_CASE(leaves_whole_rows_that_hold_together, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  { const store::database migrated{folder.path()}; }
  SQLite::Database database = opened(folder.path() / "modelgate.db");
  BOOST_TEST(column(database, "PRAGMA integrity_check").front() == "ok");
  BOOST_TEST(column(database, "PRAGMA foreign_key_check").size() == 0u);
  BOOST_TEST(column(database, "PRAGMA user_version").front() == std::to_string(store::newest_schema()));
  // What holds for new rows holds for the old ones, too.
  BOOST_CHECK_THROW(database.exec("UPDATE revisions SET spec = 'no json'"), SQLite::Exception);
  BOOST_CHECK_THROW(database.exec("INSERT INTO group_people VALUES ('research', 'nobody', 'member')"),
                    SQLite::Exception);
  BOOST_CHECK_THROW(database.exec("UPDATE deployments SET group_name = NULL WHERE id = 'off'"), SQLite::Exception);
}

BOOST_DATA_TEST_CASE(keeps_what_people_and_groups_mean, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  look(database, [&](store::transaction& within) {
    const auto people = store::user_store{within}.list();
    BOOST_REQUIRE(people.size() == 3u);
    BOOST_TEST(people[0].name == "admin-1");
    BOOST_TEST((people[0].role == domain::platform_role::admin));
    BOOST_TEST(people[1].display_name == "One");
    BOOST_TEST((people[1].created_at == noon));

    const store::access_token_store tokens{within};
    crypto::token_digest digest;
    digest.bytes.fill(0x0a);
    const auto laptop = tokens.find_by_digest(digest);
    BOOST_REQUIRE(laptop.has_value());
    BOOST_TEST(laptop->user == "user-1");
    BOOST_TEST(laptop->prefix == "mga_4mXo");
    BOOST_TEST(!laptop->expires_at.has_value());
    BOOST_TEST((tokens.find("bbbbbbbbbbbb")->expires_at == parse_rfc3339("2100-01-01T00:00:00Z")));

    const store::group_store groups{within};
    const auto group = groups.find("research");
    BOOST_REQUIRE(group.has_value());
    BOOST_TEST(group->enabled_deployment);
    BOOST_TEST(group->max_deploy.value() == 5u);
    BOOST_TEST(group->quota.cpu_milli.value() == 4'000);
    BOOST_TEST(group->quota.memory_bytes.value() == 8'589'934'592);
    BOOST_TEST(group->quota.gpu.value() == 1);
    BOOST_TEST(group->limits.empty());
    BOOST_TEST(group->admins == std::vector<std::string>{"admin-1"}, boost::test_tools::per_element());
    BOOST_TEST(group->members == std::vector<std::string>{"user-1"}, boost::test_tools::per_element());
    BOOST_TEST(!groups.find("Sales_EU")->enabled_deployment);
    BOOST_TEST(!groups.find("Sales_EU")->max_deploy.has_value());
    if (schema >= 2) BOOST_TEST((groups.find("bounded")->limits == domain::traffic_limit{2'500, 10, 4}));

    const store::instance_type_store types{within};
    BOOST_TEST((types.find("cpu-1")->per_replica == domain::resources{500, 1'073'741'824, 0}));
    BOOST_TEST(types.find("cpu-1")->description == "half a core");
    BOOST_TEST(!types.find("cpu-1")->groups.has_value());
    BOOST_TEST(types.find("gpu-1")->groups.value() == std::vector<std::string>{"research"},
               boost::test_tools::per_element());
    return true;
  });
}

BOOST_DATA_TEST_CASE(keeps_what_deployments_mean, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  look(database, [](store::transaction& within) {
    const store::deployment_store deployments{within};
    const auto found = deployments.find("iris-3f9c2");
    BOOST_REQUIRE(found.has_value());
    const domain::deployment& deployment = found->deployment;
    BOOST_TEST(deployment.group == "research");
    BOOST_TEST(deployment.created_by == "user-1");
    BOOST_TEST(deployment.current.number == 2u);
    BOOST_TEST(deployment.current.replica_revision == 1u);
    BOOST_TEST(deployment.current.update_message == "described");
    const domain::deployment_spec& spec = deployment.current.spec;
    BOOST_TEST(spec.model_image == "demo/iris:1.0");
    BOOST_TEST(spec.description == "flowers");
    BOOST_TEST(spec.replicas == 2u);
    BOOST_TEST((spec.access == config::access_type::clients));
    BOOST_TEST(spec.metadata.at("team") == "ml");
    BOOST_REQUIRE(spec.env.size() == 1u);
    BOOST_TEST(spec.env[0].value == "1");
    BOOST_TEST((spec.serving.timeout == std::chrono::seconds{5}));
    BOOST_TEST((found->per_replica == domain::resources{500, 1'073'741'824, 0}));
    BOOST_TEST(found->refusal == "");
    const auto history = deployments.history("iris-3f9c2");
    BOOST_REQUIRE(history.size() == 2u);
    BOOST_TEST(history[1].update_message == "first");
    BOOST_TEST((history[1].created_at == noon));
    BOOST_TEST(deployments.find("off")->deployment.current.spec.stop);
    BOOST_TEST(deployments.find("leaving")->deployment.deleting);

    const auto clients = store::client_store{within}.list("iris-3f9c2");
    BOOST_REQUIRE(clients.size() == 2u);
    crypto::token_digest digest;
    digest.bytes.fill(0x0c);
    BOOST_TEST(clients[0].name == "app");
    BOOST_TEST(clients[0].digest.equal(digest));
    BOOST_TEST(clients[0].created_by == "user-1");
    BOOST_TEST((clients[1].expires_at == parse_rfc3339("2100-01-01T00:00:00Z")));
    return true;
  });
}

BOOST_DATA_TEST_CASE(knows_which_revision_was_good, data::xrange(std::int64_t{3}, store::newest_schema() + 1), schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  const auto good = [&](const char* id) {
    return look(database, [&](auto& within) { return store::deployment_store{within}.find(id); })
        ->deployment.good_replica_revision;
  };
  BOOST_TEST((good("iris-3f9c2") == 1U));
  BOOST_TEST(!good("off").has_value());
}

BOOST_DATA_TEST_CASE(tells_of_old_revisions_what_is_known_and_invents_nothing, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  const auto history = [&](const char* id) {
    return look(database, [&](auto& within) { return store::deployment_store{within}.history(id); });
  };
  const auto iris = history("iris-3f9c2");
  BOOST_REQUIRE(iris.size() == 2u);
  BOOST_TEST((iris[1].then == domain::revision_context{"research", std::nullopt, std::nullopt}));
  const domain::instance_type_copy copy{"cpu-1", "CPU one", {250, 536'870'912, 0}};
  const domain::revision_context written{"research", copy, std::vector<std::string>{"app", "batch"}};
  BOOST_TEST((iris[0].then == (schema >= 7 ? written : iris[1].then)));
  BOOST_TEST(history("leaving").front().then.group == "", "its group has gone");
}

BOOST_DATA_TEST_CASE(keeps_what_became_of_clients, data::xrange(std::int64_t{4}, store::newest_schema() + 1), schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  const auto clients = look(database, [](auto& within) { return store::client_store{within}.list("iris-3f9c2"); });
  BOOST_REQUIRE(clients.size() == 2u);
  BOOST_TEST(!clients[0].disabled);
  BOOST_TEST(!clients[0].previous.has_value());
  BOOST_TEST(clients[1].disabled);
  crypto::token_digest before;
  before.bytes.fill(0x0f);
  BOOST_REQUIRE(clients[1].previous.has_value());
  BOOST_TEST(clients[1].previous->digest.equal(before));
  BOOST_TEST((clients[1].previous->until == parse_rfc3339("2100-01-01T00:00:00Z")));
  BOOST_TEST((clients[1].last_used_at == parse_rfc3339("2026-01-31T12:00:00Z")));
}

BOOST_DATA_TEST_CASE(counts_the_requests_of_clients_from_nothing, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  const auto clients = look(database, [](auto& within) { return store::client_store{within}.list("iris-3f9c2"); });
  BOOST_REQUIRE(clients.size() == 2u);
  BOOST_TEST(clients[0].requests == (schema >= 7 ? 42u : 0u));
  BOOST_TEST(!clients[0].is_password);
  BOOST_TEST(clients[1].is_password == (schema >= 7));
  BOOST_TEST(clients[1].foreign_hash.has_value() == (schema >= 7));
  if (schema >= 7) BOOST_TEST(clients[1].previous->is_password);
}

BOOST_DATA_TEST_CASE(keeps_answers_to_requests_with_a_key, data::xrange(std::int64_t{5}, store::newest_schema() + 1),
                     schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  const auto kept =
      look(database, [](auto& within) { return store::kept_answer_store{within}.find("user-1", "b6d3-1"); });
  BOOST_REQUIRE(kept.has_value());
  BOOST_TEST(kept->status == 201u);
  BOOST_TEST(kept->fields.front().second == "/api/v1/deployments/iris-3f9c2");
  BOOST_TEST(kept->body == R"({"id":"iris-3f9c2"})");
}

BOOST_DATA_TEST_CASE(keeps_people_secrets_and_events, data::xrange(std::int64_t{6}, store::newest_schema() + 1),
                     schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema);
  store::database database{folder.path()};
  look(database, [](store::transaction& within) {
    const auto user = store::user_store{within}.find("user-1");
    BOOST_TEST((user && user->disabled && user->has_password));
    const auto token = store::access_token_store{within}.find("aaaaaaaaaaaa");
    BOOST_REQUIRE(token.has_value());
    BOOST_TEST(token->read_only);
    BOOST_TEST(token->groups.value() == std::vector<std::string>{"research"}, boost::test_tools::per_element());
    BOOST_TEST((token->last_used_at == parse_rfc3339("2026-01-31T12:00:00Z")));
    crypto::token_digest digest;
    digest.bytes.fill(0x0d);
    const auto session = store::session_store{within}.find(digest);
    BOOST_REQUIRE(session.has_value());
    BOOST_TEST((session->expires_at == parse_rfc3339("2100-01-01T00:00:00Z")));
    const auto secrets = store::pull_secret_store{within}.list_sealed();
    BOOST_REQUIRE(secrets.size() == 1u);
    BOOST_TEST(secrets[0].record.registries.front() == "ghcr.io");
    BOOST_TEST(secrets[0].sealed == "x.y");
    const auto events = store::audit_store{within}.list({});
    BOOST_REQUIRE(events.size() == 1u);
    BOOST_TEST(events[0].status.value() == 201u);
    return true;
  });
}

/// Every table with all of its rows, in the form of an SQL text.
std::string content_of(const std::filesystem::path& folder) {
  SQLite::Database database = opened(folder / "modelgate.db");
  std::string all = column(database, "PRAGMA user_version").front();
  for (const std::string& table :
       column(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    SQLite::Statement rows{database, "SELECT * FROM \"" + table + "\""};
    while (rows.executeStep()) {
      all += "\n" + table;
      for (int i = 0; i < rows.getColumnCount(); ++i) all += " | " + rows.getColumn(i).getString();
    }
  }
  return all;
}

BOOST_DATA_TEST_CASE(that_fails_at_its_end_leaves_everything_as_it_was, every_schema, schema) {
  const temporary_folder folder;
  make_store(folder.path(), schema - 1);
  const auto before = schema_of(folder.path());
  const std::string rows = content_of(folder.path());
  const auto all = store::all_migrations();
  std::vector<store::migration> steps{all.begin(), all.begin() + schema};
  const std::string broken = std::string{steps.back().sql} + "; SELECT nonsense";
  steps.back().sql = broken.c_str();
  {
    const auto file = folder.path() / "modelgate.db";
    store::connection on{file, store::connection::access::write, std::chrono::milliseconds{20}};
    BOOST_CHECK_THROW(store::migrate(on, steps, file), SQLite::Exception);
  }
  BOOST_TEST((schema_of(folder.path()) == before));
  BOOST_TEST(content_of(folder.path()) == rows);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
