-- Schema 5 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

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

INSERT INTO idempotency_keys (user, key, request, status, fields, body, bytes, created_at) VALUES
  ('user-1', 'b6d3-1', X'0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e', 201, '{"Location":"/api/v1/deployments/iris-3f9c2"}', '{"id":"iris-3f9c2"}', 1043, 1769860800125);
