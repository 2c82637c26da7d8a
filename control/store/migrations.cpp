#include "control/store/migrations.hpp"

#include "control/store/connection.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace modelgate::control::store {
namespace {

constexpr std::array<migration, 8> steps_so_far{{
    {R"sql(
      CREATE TABLE users (
        name TEXT PRIMARY KEY,
        display_name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE api_tokens (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        prefix TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX api_tokens_user ON api_tokens (user);

      -- name_key: two names with one key would be one group to PrimeHub's clients.
      CREATE TABLE groups (
        name TEXT PRIMARY KEY,
        name_key TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        enabled_deployment INTEGER NOT NULL CHECK (enabled_deployment IN (0, 1)),
        max_deploy INTEGER CHECK (max_deploy >= 0),
        quota_cpu_milli INTEGER CHECK (quota_cpu_milli >= 0),
        quota_memory_bytes INTEGER CHECK (quota_memory_bytes >= 0),
        quota_gpu INTEGER CHECK (quota_gpu >= 0)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE group_people (
        group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        part TEXT NOT NULL CHECK (part IN ('admin', 'member')),
        PRIMARY KEY (group_name, part, user)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX group_people_user ON group_people (user);

      -- restricted: only the groups listed may use it, which may be none after their deletion.
      CREATE TABLE instance_types (
        name TEXT PRIMARY KEY,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        cpu_milli INTEGER NOT NULL CHECK (cpu_milli > 0),
        memory_bytes INTEGER NOT NULL CHECK (memory_bytes > 0),
        gpu INTEGER NOT NULL CHECK (gpu >= 0),
        restricted INTEGER NOT NULL CHECK (restricted IN (0, 1))
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE instance_type_groups (
        instance_type TEXT NOT NULL REFERENCES instance_types (name) ON DELETE CASCADE,
        group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
        PRIMARY KEY (instance_type, group_name)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX instance_type_groups_group ON instance_type_groups (group_name);

      -- A deployment outlives its group only while its replicas drain.
      CREATE TABLE deployments (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        group_name TEXT REFERENCES groups (name) ON DELETE SET NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        current_revision INTEGER NOT NULL,
        deleting INTEGER NOT NULL DEFAULT 0 CHECK (deleting IN (0, 1)),
        CHECK (group_name IS NOT NULL OR deleting = 1)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX deployments_group ON deployments (group_name);

      -- sequence: the order of all changes, whatever the clock says.
      CREATE TABLE revisions (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
        number INTEGER NOT NULL CHECK (number >= 1),
        replica_revision INTEGER NOT NULL CHECK (replica_revision BETWEEN 1 AND number),
        spec TEXT NOT NULL CHECK (json_valid(spec)),
        update_message TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        instance_type TEXT GENERATED ALWAYS AS (json_extract(spec, '$.instanceType')) VIRTUAL,
        replicas INTEGER GENERATED ALWAYS AS (json_extract(spec, '$.replicas')) VIRTUAL,
        stop INTEGER GENERATED ALWAYS AS (json_extract(spec, '$.stop')) VIRTUAL,
        UNIQUE (deployment, number)
      ) STRICT;

      CREATE TABLE clients (
        deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        prefix TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires_at INTEGER,
        PRIMARY KEY (deployment, name)
      ) STRICT, WITHOUT ROWID;
    )sql"},
    {R"sql(
      -- Of the requests to all deployments of the group together.
      ALTER TABLE groups ADD COLUMN limit_millirequests_per_second INTEGER CHECK (limit_millirequests_per_second > 0);
      ALTER TABLE groups ADD COLUMN limit_burst INTEGER CHECK (limit_burst > 0);
      ALTER TABLE groups ADD COLUMN limit_concurrent INTEGER CHECK (limit_concurrent > 0);
    )sql"},
    {R"sql(
      -- Whose replicas were all ready last: they serve until those of a later revision are. Null: none since it was stopped.
      ALTER TABLE deployments ADD COLUMN good_replica_revision INTEGER CHECK (good_replica_revision >= 1);
    )sql"},
    {R"sql(
      -- previous_*: the token before the last rotation, and until when it holds.
      ALTER TABLE clients ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
      ALTER TABLE clients ADD COLUMN previous_digest BLOB CHECK (length(previous_digest) = 32);
      ALTER TABLE clients ADD COLUMN previous_until INTEGER CHECK ((previous_until IS NULL) = (previous_digest IS NULL));
      ALTER TABLE clients ADD COLUMN last_used_at INTEGER;
    )sql"},
    {R"sql(
      -- What repetitions of a request with an Idempotency-Key get; request: the keyed hash of what was asked for.
      -- sequence: the oldest go first. The index answers how many and how much without reading bodies.
      CREATE TABLE idempotency_keys (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        key TEXT NOT NULL,
        request BLOB NOT NULL CHECK (length(request) = 32),
        status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
        fields TEXT NOT NULL CHECK (json_valid(fields)),
        body TEXT NOT NULL,
        bytes INTEGER NOT NULL CHECK (bytes > 0),
        created_at INTEGER NOT NULL,
        UNIQUE (user, key)
      ) STRICT;
      CREATE INDEX idempotency_keys_bytes ON idempotency_keys (user, bytes);
      CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
    )sql"},
    {R"sql(
      -- password_hash: Argon2id; null: nobody logs in by this name.
      ALTER TABLE users ADD COLUMN password_hash TEXT;
      ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));

      -- restricted: only for the groups listed, which may be none after their deletion.
      ALTER TABLE api_tokens ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1));
      ALTER TABLE api_tokens ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1));
      ALTER TABLE api_tokens ADD COLUMN last_used_at INTEGER;
      CREATE TABLE api_token_groups (
        token TEXT NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
        group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
        PRIMARY KEY (token, group_name)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX api_token_groups_group ON api_token_groups (group_name);

      -- token: it was opened with this one, and ends with it.
      CREATE TABLE sessions (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        token TEXT REFERENCES api_tokens (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX sessions_user ON sessions (user, created_at);
      CREATE INDEX sessions_token ON sessions (token);

      -- sealed: the credentials under a key of DATA/secret.key.
      CREATE TABLE pull_secrets (
        name TEXT PRIMARY KEY,
        group_name TEXT REFERENCES groups (name) ON DELETE CASCADE,
        registries TEXT NOT NULL CHECK (json_valid(registries)),
        registry_user TEXT,
        sealed TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        updated_at INTEGER NOT NULL,
        updated_by TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX pull_secrets_group ON pull_secrets (group_name);

      -- Written before a change is begun and closed with its answer's status; null: no answer was sent.
      CREATE TABLE audit_events (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        user TEXT NOT NULL,
        credential TEXT NOT NULL,
        peer TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        resource TEXT NOT NULL,
        dry_run INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
        request_id TEXT NOT NULL,
        status INTEGER CHECK (status BETWEEN 100 AND 599)
      ) STRICT;
      CREATE INDEX audit_events_at ON audit_events (at);
      CREATE INDEX audit_events_user ON audit_events (user, sequence);
      CREATE INDEX audit_events_resource ON audit_events (resource, sequence);
      CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events WHEN old.status IS NOT NULL
      BEGIN
        SELECT raise(ABORT, 'audit events are never changed');
      END;
    )sql"},
    {R"sql(
      -- What else was so when a revision was made. Of those from before only the group is known: it never changes. Null
      -- in the rest is "not written down", and in type_* also "there was no such type".
      ALTER TABLE revisions ADD COLUMN group_name TEXT;
      ALTER TABLE revisions ADD COLUMN type_display_name TEXT;
      ALTER TABLE revisions ADD COLUMN type_cpu_milli INTEGER;
      ALTER TABLE revisions ADD COLUMN type_memory_bytes INTEGER;
      ALTER TABLE revisions ADD COLUMN type_gpu INTEGER;
      ALTER TABLE revisions ADD COLUMN client_names TEXT CHECK (client_names IS NULL OR json_valid(client_names));
      UPDATE revisions SET group_name = (SELECT d.group_name FROM deployments d WHERE d.id = deployment);

      -- requests: that it authenticated. is_password: the digest is of a password from another server, which holds with the
      -- name only. foreign_hash: of that password, until it is shown; then the digest is random, so that it is nobody's.
      ALTER TABLE clients ADD COLUMN requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0);
      ALTER TABLE clients ADD COLUMN is_password INTEGER NOT NULL DEFAULT 0 CHECK (is_password IN (0, 1));
      ALTER TABLE clients ADD COLUMN previous_is_password INTEGER NOT NULL DEFAULT 0 CHECK (previous_is_password IN (0, 1));
      ALTER TABLE clients ADD COLUMN foreign_hash TEXT CHECK (foreign_hash IS NULL OR is_password = 1);
    )sql"},
    {R"sql(
      -- What changed of a deployment or of what its running depends on, whoever changed it: the last time only, by number.
      -- gone: it was erased. Readers ask for what came after the number that they know. Triggers delete before they insert:
      -- OR REPLACE means nothing within what a foreign key does.
      CREATE TABLE deployment_changes (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        deployment TEXT NOT NULL UNIQUE,
        gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1))
      ) STRICT;
      CREATE INDEX deployment_changes_gone ON deployment_changes (sequence) WHERE gone = 1;
      CREATE INDEX revisions_instance_type ON revisions (instance_type);

      CREATE TRIGGER deployment_made AFTER INSERT ON deployments BEGIN
        DELETE FROM deployment_changes WHERE deployment = new.id;
        INSERT INTO deployment_changes (deployment) VALUES (new.id);
      END;
      CREATE TRIGGER deployment_changed AFTER UPDATE ON deployments BEGIN
        DELETE FROM deployment_changes WHERE deployment = new.id;
        INSERT INTO deployment_changes (deployment) VALUES (new.id);
      END;
      CREATE TRIGGER deployment_erased AFTER DELETE ON deployments BEGIN
        DELETE FROM deployment_changes WHERE deployment = old.id;
        INSERT INTO deployment_changes (deployment, gone) VALUES (old.id, 1);
      END;
      CREATE TRIGGER client_added AFTER INSERT ON clients BEGIN
        DELETE FROM deployment_changes WHERE deployment = new.deployment;
        INSERT INTO deployment_changes (deployment) VALUES (new.deployment);
      END;
      -- Not for last_used_at and requests, which are counted and not published.
      CREATE TRIGGER client_changed AFTER UPDATE OF digest, created_at, expires_at, disabled, previous_digest,
        previous_until, previous_is_password, is_password, foreign_hash ON clients BEGIN
        DELETE FROM deployment_changes WHERE deployment = new.deployment;
        INSERT INTO deployment_changes (deployment) VALUES (new.deployment);
      END;
      -- Those of a deployment that is erased go with it.
      CREATE TRIGGER client_removed AFTER DELETE ON clients
        WHEN EXISTS (SELECT 1 FROM deployments WHERE id = old.deployment) BEGIN
        DELETE FROM deployment_changes WHERE deployment = old.deployment;
        INSERT INTO deployment_changes (deployment) VALUES (old.deployment);
      END;
      CREATE TRIGGER group_changed AFTER UPDATE ON groups
        WHEN (old.enabled_deployment, old.limit_millirequests_per_second, old.limit_burst, old.limit_concurrent)
        IS NOT (new.enabled_deployment, new.limit_millirequests_per_second, new.limit_burst, new.limit_concurrent) BEGIN
        DELETE FROM deployment_changes WHERE deployment IN (SELECT id FROM deployments WHERE group_name = new.name);
        INSERT INTO deployment_changes (deployment)
          SELECT id FROM deployments WHERE group_name = new.name;
      END;
      CREATE TRIGGER instance_type_made AFTER INSERT ON instance_types BEGIN
        DELETE FROM deployment_changes WHERE deployment IN (SELECT deployment FROM revisions WHERE instance_type = new.name);
        INSERT INTO deployment_changes (deployment)
          SELECT DISTINCT deployment FROM revisions WHERE instance_type = new.name;
      END;
      CREATE TRIGGER instance_type_changed AFTER UPDATE OF cpu_milli, memory_bytes, gpu ON instance_types
        WHEN (old.cpu_milli, old.memory_bytes, old.gpu) IS NOT (new.cpu_milli, new.memory_bytes, new.gpu) BEGIN
        DELETE FROM deployment_changes WHERE deployment IN (SELECT deployment FROM revisions WHERE instance_type = new.name);
        INSERT INTO deployment_changes (deployment)
          SELECT DISTINCT deployment FROM revisions WHERE instance_type = new.name;
      END;
      CREATE TRIGGER instance_type_erased AFTER DELETE ON instance_types BEGIN
        DELETE FROM deployment_changes WHERE deployment IN (SELECT deployment FROM revisions WHERE instance_type = old.name);
        INSERT INTO deployment_changes (deployment)
          SELECT DISTINCT deployment FROM revisions WHERE instance_type = old.name;
      END;

      -- What each deployment takes that is neither stopped nor being deleted, copied out of its current revision: a quota is
      -- checked without reading the specs of its group.
      CREATE TABLE deployment_uses (
        deployment TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
        group_name TEXT,
        instance_type TEXT,
        replicas INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX deployment_uses_group ON deployment_uses (group_name, instance_type, replicas);
      INSERT INTO deployment_uses SELECT d.id, d.group_name, r.instance_type, r.replicas
        FROM deployments d JOIN revisions r ON r.deployment = d.id AND r.number = d.current_revision
        WHERE d.deleting = 0 AND r.stop = 0;
      CREATE TRIGGER revision_made AFTER INSERT ON revisions WHEN new.stop = 0 BEGIN
        INSERT INTO deployment_uses SELECT id, group_name, new.instance_type, new.replicas FROM deployments
          WHERE id = new.deployment AND current_revision = new.number AND deleting = 0;
      END;
      CREATE TRIGGER deployment_use_changed AFTER UPDATE ON deployments BEGIN
        DELETE FROM deployment_uses WHERE deployment = new.id;
        INSERT INTO deployment_uses SELECT new.id, new.group_name, instance_type, replicas FROM revisions
          WHERE deployment = new.id AND number = new.current_revision AND stop = 0 AND new.deleting = 0;
      END;
    )sql"},
}};

std::int64_t pragma(connection& on, const char* sql) {
  auto query = on.prepare(sql);
  return query.next() ? query.integer(0) : 0;
}

}  // namespace

std::span<const migration> all_migrations() noexcept {
  return steps_so_far;
}

std::int64_t newest_schema() noexcept {
  return static_cast<std::int64_t>(steps_so_far.size());
}

std::string newer_schema_text(std::int64_t schema, std::int64_t newest) {
  return "has schema " + std::to_string(schema) + ", but this modelgate knows schemas up to " + std::to_string(newest)
         + " only; use the newer version that wrote it";
}

void migrate(connection& on, std::span<const migration> steps, const std::filesystem::path& file) {
  const std::int64_t identity = pragma(on, "PRAGMA application_id");
  const std::int64_t version = pragma(on, "PRAGMA user_version");
  const bool fresh = identity == 0 && version == 0 && pragma(on, "SELECT count(*) FROM sqlite_schema") == 0;
  if (!fresh && identity != store_id) {
    throw std::runtime_error{"the file " + file.string()
                             + " is not a store of modelgate; move it away or use another folder"};
  }
  const auto newest = static_cast<std::int64_t>(steps.size());
  if (version > newest) {
    throw std::runtime_error{"the store " + file.string() + " " + newer_schema_text(version, newest)};
  }
  for (std::size_t done = static_cast<std::size_t>(version); done < steps.size(); ++done) {
    on.execute("BEGIN IMMEDIATE");
    try {
      on.execute(steps[done].sql);
      on.execute(("PRAGMA application_id = " + std::to_string(store_id)).c_str());
      on.execute(("PRAGMA user_version = " + std::to_string(done + 1)).c_str());
      on.execute("COMMIT");
    } catch (const SQLite::Exception&) {
      if (on.in_transaction()) on.execute("ROLLBACK");
      throw;
    }
  }
}

}  // namespace modelgate::control::store
