-- Schema 1 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

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

INSERT INTO users (name, display_name, role, created_at) VALUES
  ('admin-1', 'Admin', 'admin', 1769860800125),
  ('user-1', 'One', 'member', 1769860800125),
  ('user-2', 'Two', 'member', 1769860800125);

INSERT INTO api_tokens (id, name, user, digest, prefix, created_at, expires_at) VALUES
  ('aaaaaaaaaaaa', 'laptop', 'user-1', X'0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 'mga_4mXo', 1769860800125, NULL),
  ('bbbbbbbbbbbb', 'build', 'admin-1', X'0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b', 'mga_9pQr', 1769860800125, 4102444800000);

INSERT INTO groups (name, name_key, display_name, enabled_deployment, max_deploy, quota_cpu_milli, quota_memory_bytes, quota_gpu) VALUES
  ('research', 'research', 'Research', 1, 5, 4000, 8589934592, 1),
  ('Sales_EU', 'sales-eu', 'Sales', 0, NULL, NULL, NULL, NULL);

INSERT INTO group_people (group_name, user, part) VALUES
  ('research', 'admin-1', 'admin'),
  ('research', 'user-1', 'member'),
  ('Sales_EU', 'user-2', 'member');

INSERT INTO instance_types (name, display_name, description, cpu_milli, memory_bytes, gpu, restricted) VALUES
  ('cpu-1', 'CPU 1', 'half a core', 500, 1073741824, 0, 0),
  ('gpu-1', 'GPU 1', '', 4000, 17179869184, 1, 1);

INSERT INTO instance_type_groups (instance_type, group_name) VALUES ('gpu-1', 'research');

INSERT INTO deployments (id, name, group_name, created_at, created_by, current_revision, deleting) VALUES
  ('iris-3f9c2', 'Iris', 'research', 1769860800125, 'user-1', 2, 0),
  ('off', 'Off', 'Sales_EU', 1769860800125, 'user-2', 1, 0),
  ('leaving', 'Leaving', NULL, 1769860800125, 'user-2', 1, 1);

INSERT INTO revisions (deployment, number, replica_revision, spec, update_message, created_at, created_by) VALUES
  ('iris-3f9c2', 1, 1, '{"modelImage":"demo/iris:1.0","modelURI":null,"imagePullSecret":null,"instanceType":"cpu-1","replicas":2,'
    || '"endpointAccessType":"private","description":"","metadata":{"team":"ml"},"env":[{"name":"A","value":"1"}],'
    || '"serving":{"protocol":null,"timeout":5,"maxBodyBytes":null,"concurrency":null,"maxQueue":null,"queueTimeout":null,'
    || '"idempotent":false,"hedge":false,"forwardAuthorization":false,"allowUpgrade":false,"exampleRequest":null},'
    || '"progressDeadline":600,"autoRollback":false,"stop":false}', 'first', 1769860800125, 'user-1'),
  ('off', 1, 1, '{"modelImage":"demo/iris:2.0","instanceType":"gone","replicas":1,"endpointAccessType":"public","stop":true}', '',
    1769860800125, 'user-2'),
  ('leaving', 1, 1, '{"modelImage":"demo/iris:1.0","instanceType":"cpu-1","replicas":1,"endpointAccessType":"public","stop":false}', '',
    1769860800125, 'user-2'),
  ('iris-3f9c2', 2, 1, '{"modelImage":"demo/iris:1.0","modelURI":null,"imagePullSecret":null,"instanceType":"cpu-1","replicas":2,'
    || '"endpointAccessType":"private","description":"flowers","metadata":{"team":"ml"},"env":[{"name":"A","value":"1"}],'
    || '"serving":{"protocol":null,"timeout":5,"maxBodyBytes":null,"concurrency":null,"maxQueue":null,"queueTimeout":null,'
    || '"idempotent":false,"hedge":false,"forwardAuthorization":false,"allowUpgrade":false,"exampleRequest":null},'
    || '"progressDeadline":600,"autoRollback":false,"stop":false}', 'described', 1769864400000, 'admin-1');

INSERT INTO clients (deployment, name, digest, prefix, created_at, created_by, expires_at) VALUES
  ('iris-3f9c2', 'app', X'0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c', 'mgc_4mXo', 1769860800125, 'user-1', NULL),
  ('iris-3f9c2', 'batch', X'0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d', 'mgc_9pQr', 1769860800125, 'user-1', 4102444800000);
