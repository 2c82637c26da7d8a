-- Schema 6 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

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

UPDATE users SET password_hash = '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA', disabled = 1 WHERE name = 'user-1';
UPDATE api_tokens SET read_only = 1, restricted = 1, last_used_at = 1769860800000;
INSERT INTO api_token_groups SELECT id, 'research' FROM api_tokens;
INSERT INTO sessions SELECT X'0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d', user, id, 1769860800000, 4102444800000, 1769860860000
  FROM api_tokens LIMIT 1;
INSERT INTO pull_secrets VALUES ('regcred', 'research', '["ghcr.io"]', 'robot', 'x.y', 1769860800000, 'admin', 1769860860000, 'user-1');
INSERT INTO audit_events (at, user, credential, peer, method, path, resource, dry_run, request_id, status) VALUES
  (1769860800000, 'admin', 'token:abc', '127.0.0.1', 'POST', '/deployments', 'deployments/iris-3f9c2', 0, 'r-1', 201);
