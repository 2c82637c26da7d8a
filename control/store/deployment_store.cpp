#include "control/store/deployment_store.hpp"

#include "control/domain/deployment_document.hpp"
#include "control/domain/limits.hpp"
#include "control/store/connection.hpp"
#include "control/store/traffic_limit_row.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

// As `read_revision` reads them.
#define MODELGATE_REVISION_COLUMNS "number, replica_revision, spec, update_message, created_at, created_by"

// As `read_context` reads them.
#define MODELGATE_CONTEXT_COLUMNS \
  "group_name, instance_type, type_display_name, type_cpu_milli, type_memory_bytes, type_gpu, client_names"

// Whether nothing that the good revision's replicas were is left of them.
#define MODELGATE_STOPPED_SINCE_GOOD \
  "EXISTS (SELECT 1 FROM revisions s WHERE s.deployment = d.id AND s.number > d.good_replica_revision AND s.stop = 1)"

// One SELECT for every reader of deployments, so that their columns cannot drift apart. What drains after its group has
// gone is told by the group that it was in.
#define MODELGATE_SELECT_DEPLOYMENT                                                                                \
  "SELECT d.id, d.name, ifnull(d.group_name, r.group_name), d.created_at, d.created_by, d.deleting, t.cpu_milli, " \
  "t.memory_bytes, t.gpu,"                                                                                         \
  " g.enabled_deployment, r.sequence, r.number, r.replica_revision, r.spec, r.update_message, r.created_at, "      \
  "r.created_by, g.limit_millirequests_per_second, g.limit_burst, g.limit_concurrent, "                            \
  "d.good_replica_revision, " MODELGATE_STOPPED_SINCE_GOOD                                                         \
  " FROM deployments d JOIN revisions r ON r.deployment = d.id AND r.number = d.current_revision"                  \
  " LEFT JOIN instance_types t ON t.name = r.instance_type LEFT JOIN groups g ON g.name = d.group_name "

namespace modelgate::control::store {
namespace {

/// Reads number, replica_revision, spec, update_message, created_at, created_by, starting at that column.
domain::revision read_revision(const statement& row, int first, const std::string& deployment) {
  domain::revision revision;
  revision.number = row.number(first);
  revision.replica_revision = row.number(first + 1);
  auto spec = domain::from_stored_text(row.text(first + 2));
  if (!spec) {
    throw unreadable_row{"revision " + std::to_string(revision.number) + " of deployment " + deployment
                         + " cannot be read: " + spec.error().front().where + " " + spec.error().front().detail};
  }
  revision.spec = std::move(*spec);
  revision.update_message = row.text(first + 3);
  revision.created_at = row.time(first + 4);
  revision.created_by = row.text(first + 5);
  return revision;
}

std::vector<std::string> read_names(const std::string& text) {
  boost::system::error_code broken;
  const boost::json::value names = boost::json::parse(text, broken);
  if (broken || !names.is_array()) throw unreadable_row{"the names of a revision's clients cannot be read"};
  std::vector<std::string> read;
  for (const boost::json::value& name : names.get_array()) {
    if (const auto* each = name.if_string()) read.emplace_back(each->data(), each->size());
  }
  return read;
}

/// Reads group_name, instance_type, type_display_name, type_cpu_milli, type_memory_bytes, type_gpu, client_names.
domain::revision_context read_context(const statement& row, int first) {
  domain::revision_context context;
  if (!row.is_null(first)) context.group = row.text(first);
  if (!row.is_null(first + 2)) {
    context.instance_type = {row.text(first + 1),
                             row.text(first + 2),
                             {row.integer(first + 3), row.integer(first + 4), row.integer(first + 5)}};
  }
  if (!row.is_null(first + 6)) context.clients = read_names(row.text(first + 6));
  return context;
}

domain::recorded_revision read_recorded(const statement& row, const std::string& deployment) {
  return {read_revision(row, 0, deployment), read_context(row, 6)};
}

stored_deployment read_deployment(const statement& row) {
  stored_deployment stored;
  domain::deployment& deployment = stored.deployment;
  deployment.id = row.text(0);
  deployment.name = row.text(1);
  if (!row.is_null(2)) deployment.group = row.text(2);
  deployment.created_at = row.time(3);
  deployment.created_by = row.text(4);
  deployment.deleting = row.flag(5);
  const bool type_exists = !row.is_null(6);
  if (type_exists) stored.per_replica = {row.integer(6), row.integer(7), row.integer(8)};
  const bool group_enabled = row.optional_integer(9).value_or(0) != 0;
  stored.sequence = row.number(10);
  deployment.current = read_revision(row, 11, deployment.id);
  stored.group_limit = read_traffic_limit(row, 17);
  if (const auto good = row.optional_integer(20)) {
    (row.flag(21) ? stored.good_before_stop : deployment.good_replica_revision) = static_cast<std::uint64_t>(*good);
  }
  if (!deployment.deleting)
    stored.refusal = domain::refusal_to_run(deployment.current.spec, group_enabled, type_exists);
  return stored;
}

std::optional<std::string> as_json(const std::optional<std::vector<std::string>>& names) {
  if (!names) return std::nullopt;
  boost::json::array array;
  for (const std::string& name : *names) array.push_back(boost::json::value(name));
  return boost::json::serialize(array);
}

}  // namespace

std::optional<stored_deployment> deployment_store::find(std::string_view id) const {
  auto query = on_.prepare(MODELGATE_SELECT_DEPLOYMENT "WHERE d.id = ?");
  if (!query.bind(id).next()) return std::nullopt;
  return read_deployment(query);
}

bool deployment_store::exists(std::string_view id) const {
  auto query = on_.prepare("SELECT 1 FROM deployments WHERE id = ?");
  return query.bind(id).next();
}

std::vector<stored_deployment> deployment_store::list(const deployment_filter& filter) const {
  auto query =
      on_.prepare(MODELGATE_SELECT_DEPLOYMENT
                  "WHERE (?1 IS NULL OR d.group_name IN (SELECT value FROM json_each(?1)))"
                  " AND (?2 = '' OR instr(lower(d.id), lower(?2)) > 0 OR instr(lower(d.name), lower(?2)) > 0"
                  " OR instr(lower(json_extract(r.spec, '$.modelImage')), lower(?2)) > 0)"
                  " AND (?3 IS NULL OR d.created_by = ?3) AND r.sequence < ?4 ORDER BY r.sequence DESC LIMIT ?5");
  query.bind(as_json(filter.groups), filter.search, filter.created_by, filter.before,
             static_cast<std::uint64_t>(filter.limit));
  std::vector<stored_deployment> found;
  while (query.next()) found.push_back(read_deployment(query));
  return found;
}

std::vector<stored_deployment> deployment_store::list_all() const {
  auto query = on_.prepare(MODELGATE_SELECT_DEPLOYMENT "ORDER BY d.id");
  std::vector<stored_deployment> found;
  while (query.next()) found.push_back(read_deployment(query));
  return found;
}

std::uint64_t deployment_store::last_change() const {
  auto query = on_.prepare("SELECT max(sequence) FROM deployment_changes");
  return query.next() && !query.is_null(0) ? query.number(0) : 0;
}

std::vector<stored_deployment> deployment_store::list_changed(std::uint64_t since) const {
  auto query = on_.prepare(MODELGATE_SELECT_DEPLOYMENT
                           "WHERE d.id IN (SELECT deployment FROM deployment_changes WHERE sequence > ? AND gone = 0)"
                           " ORDER BY d.id");
  query.bind(since);
  std::vector<stored_deployment> found;
  while (query.next()) found.push_back(read_deployment(query));
  return found;
}

std::vector<std::string> deployment_store::erased_since(std::uint64_t since) const {
  auto query = on_.prepare("SELECT deployment FROM deployment_changes WHERE sequence > ? AND gone = 1");
  query.bind(since);
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text(0));
  return ids;
}

domain::group_usage deployment_store::usage_of(std::string_view group, std::string_view left_out) const {
  // Multiplied here and not by SQL, which fails on overflow, where these saturate.
  auto query = on_.prepare(
      "SELECT u.replicas, u.deployments, ifnull(t.cpu_milli, 0), ifnull(t.memory_bytes, 0), ifnull(t.gpu, 0)"
      " FROM (SELECT instance_type, sum(replicas) AS replicas, count(*) AS deployments FROM deployment_uses"
      " WHERE group_name = ? AND deployment <> ? GROUP BY instance_type) u"
      " LEFT JOIN instance_types t ON t.name = u.instance_type");
  query.bind(group, left_out);
  domain::group_usage usage;
  while (query.next()) {
    const domain::resources each{query.integer(2), query.integer(3), query.integer(4)};
    usage.total = usage.total + each * query.integer(0);
    usage.deployments += query.integer(1);
  }
  return usage;
}

std::vector<std::string> deployment_store::ids_in_group(std::string_view group) const {
  auto query = on_.prepare("SELECT id FROM deployments WHERE group_name = ? AND deleting = 0 ORDER BY id");
  query.bind(group);
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text(0));
  return ids;
}

namespace {

// What runs or may run again by itself: the current revision, and the good one that serves while that fails.
#define MODELGATE_IDS_WHERE_IN_USE                                                                                     \
  "SELECT DISTINCT d.id FROM deployments d JOIN revisions r ON r.deployment = d.id AND (r.number = d.current_revision" \
  " OR r.number = (SELECT max(g.number) FROM revisions g WHERE g.deployment = d.id"                                    \
  " AND g.replica_revision = d.good_replica_revision) AND NOT " MODELGATE_STOPPED_SINCE_GOOD                           \
  ") WHERE d.deleting = 0 AND "

std::vector<std::string> ids_by(statement query, std::string_view value) {
  query.bind(value);
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text(0));
  return ids;
}

}  // namespace

std::vector<std::string> deployment_store::ids_with_instance_type(std::string_view type) const {
  return ids_by(on_.prepare(MODELGATE_IDS_WHERE_IN_USE "r.instance_type = ? ORDER BY d.id"), type);
}

std::vector<std::string> deployment_store::ids_with_pull_secret(std::string_view name) const {
  return ids_by(on_.prepare(MODELGATE_IDS_WHERE_IN_USE "json_extract(r.spec, '$.imagePullSecret') = ? ORDER BY d.id"),
                name);
}

void deployment_store::insert(const domain::deployment& deployment) {
  on_.prepare(
         "INSERT INTO deployments (id, name, group_name, created_at, created_by, current_revision) VALUES (?, ?, ?, ?, "
         "?, ?)")
      .bind(deployment.id, deployment.name, deployment.group, deployment.created_at, deployment.created_by,
            deployment.current.number)
      .run();
  insert_revision(deployment.id, deployment.current);
}

void deployment_store::insert_revision(std::string_view id, const domain::revision& revision) {
  on_.prepare(
         "INSERT INTO revisions (deployment, number, replica_revision, spec, update_message, created_at, created_by,"
         " group_name, type_display_name, type_cpu_milli, type_memory_bytes, type_gpu, client_names)"
         " SELECT d.id, ?2, ?3, ?4, ?5, ?6, ?7, d.group_name, t.display_name, t.cpu_milli, t.memory_bytes, t.gpu,"
         " (SELECT json_group_array(name) FROM (SELECT name FROM clients WHERE deployment = ?1 ORDER BY name))"
         " FROM deployments d LEFT JOIN instance_types t ON t.name = json_extract(?4, '$.instanceType') WHERE d.id = "
         "?1")
      .bind(id, revision.number, revision.replica_revision, domain::to_stored_text(revision.spec),
            revision.update_message, revision.created_at, revision.created_by)
      .run();
}

void deployment_store::tell_clients(std::string_view id, std::uint64_t number, const std::vector<std::string>& names) {
  on_.prepare("UPDATE revisions SET client_names = ? WHERE deployment = ? AND number = ?")
      .bind(boost::json::serialize(boost::json::array(names.begin(), names.end())), id, number)
      .run();
}

void deployment_store::add_revision(std::string_view id, const domain::revision& revision) {
  insert_revision(id, revision);
  on_.prepare("UPDATE deployments SET current_revision = ? WHERE id = ?").bind(revision.number, id).run();
  // Without the revision that stopped it, nobody could tell any more that nothing of the good one runs.
  on_.prepare(
         "UPDATE deployments SET good_replica_revision = NULL WHERE id = ?1 AND EXISTS (SELECT 1 FROM revisions"
         " WHERE deployment = ?1 AND number <= ?2 - ?3 AND number > good_replica_revision AND stop = 1)")
      .bind(id, revision.number, static_cast<std::uint64_t>(domain::limits::revisions_kept))
      .run();
  // The last good one stays, however many came since: it serves, and a rollback brings it back.
  on_.prepare(
         "DELETE FROM revisions WHERE deployment = ?1 AND number <= ?2 - ?3 AND number <> ifnull("
         "(SELECT max(r.number) FROM revisions r JOIN deployments d ON d.id = r.deployment"
         " WHERE d.id = ?1 AND r.replica_revision = d.good_replica_revision), 0)")
      .bind(id, revision.number, static_cast<std::uint64_t>(domain::limits::revisions_kept))
      .run();
}

bool deployment_store::mark_good(std::string_view id, std::uint64_t number) {
  return on_.prepare(
                "UPDATE deployments SET good_replica_revision = found.replica_revision FROM"
                " (SELECT replica_revision FROM revisions WHERE deployment = ?1 AND number = ?2) AS found"
                " WHERE id = ?1 AND deleting = 0 AND ifnull(good_replica_revision, 0) < found.replica_revision"
                " AND NOT EXISTS (SELECT 1 FROM revisions WHERE deployment = ?1 AND number >= ?2 AND stop = 1)")
             .bind(id, number)
             .run()
         > 0;
}

std::optional<domain::revision> deployment_store::last_with_replicas(std::string_view id,
                                                                     std::uint64_t replica_revision) const {
  auto query = on_.prepare("SELECT " MODELGATE_REVISION_COLUMNS
                           " FROM revisions"
                           " WHERE deployment = ? AND replica_revision = ? AND stop = 0 ORDER BY number DESC LIMIT 1");
  if (!query.bind(id, replica_revision).next()) return std::nullopt;
  return read_revision(query, 0, std::string{id});
}

std::vector<unproven_revision> deployment_store::between(std::string_view id, std::uint64_t good,
                                                         std::uint64_t current) const {
  // Of the other columns SQLite takes those of the row that has the greatest number.
  auto query = on_.prepare(
      "SELECT max(number), replica_revision, replicas FROM revisions WHERE deployment = ? AND replica_revision > ?"
      " AND replica_revision < ? GROUP BY replica_revision ORDER BY replica_revision DESC");
  query.bind(id, good, current);
  std::vector<unproven_revision> found;
  while (query.next()) {
    found.push_back({query.number(0), query.number(1), static_cast<std::uint32_t>(query.number(2))});
  }
  return found;
}

std::vector<domain::revision> deployment_store::beside(std::string_view id, std::uint64_t since,
                                                       std::uint64_t current) const {
  auto query = on_.prepare("SELECT " MODELGATE_REVISION_COLUMNS
                           " FROM revisions AS each WHERE deployment = ?1 AND replica_revision >= ?2"
                           " AND replica_revision <> ?3 AND number > (SELECT ifnull(max(number), 0) FROM revisions"
                           " WHERE deployment = ?1 AND stop = 1) AND NOT EXISTS (SELECT 1 FROM revisions AS later"
                           " WHERE later.deployment = ?1 AND later.replica_revision = each.replica_revision"
                           " AND later.number > each.number) ORDER BY number DESC");
  query.bind(id, since, current);
  std::vector<domain::revision> found;
  while (query.next()) found.push_back(read_revision(query, 0, std::string{id}));
  return found;
}

void deployment_store::mark_deleting(std::string_view id) {
  on_.prepare("UPDATE deployments SET deleting = 1 WHERE id = ?").bind(id).run();
}

void deployment_store::erase_deleted(std::string_view id) {
  on_.prepare("DELETE FROM deployments WHERE id = ? AND deleting = 1").bind(id).run();
  on_.prepare(
         "DELETE FROM deployment_changes WHERE gone = 1 AND sequence < (SELECT max(sequence) FROM deployment_changes) "
         "- ?")
      .bind(erased_kept)
      .run();
}

std::vector<domain::recorded_revision> deployment_store::history(std::string_view id) const {
  auto query = on_.prepare("SELECT " MODELGATE_REVISION_COLUMNS ", " MODELGATE_CONTEXT_COLUMNS
                           " FROM revisions"
                           " WHERE deployment = ? ORDER BY number DESC");
  query.bind(id);
  std::vector<domain::recorded_revision> revisions;
  while (query.next()) revisions.push_back(read_recorded(query, std::string{id}));
  return revisions;
}

std::optional<domain::recorded_revision> deployment_store::revision(std::string_view id, std::uint64_t number) const {
  auto query = on_.prepare("SELECT " MODELGATE_REVISION_COLUMNS ", " MODELGATE_CONTEXT_COLUMNS
                           " FROM revisions"
                           " WHERE deployment = ? AND number = ?");
  if (!query.bind(id, number).next()) return std::nullopt;
  return read_recorded(query, std::string{id});
}

}  // namespace modelgate::control::store
