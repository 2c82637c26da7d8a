-- Schema 7 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

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

UPDATE revisions SET type_display_name = 'CPU one', type_cpu_milli = 250, type_memory_bytes = 536870912, type_gpu = 0,
  client_names = '["app","batch"]' WHERE deployment = 'iris-3f9c2' AND number = 2;
UPDATE clients SET requests = 42 WHERE name = 'app';
UPDATE clients SET requests = 7, is_password = 1, previous_is_password = 1, foreign_hash = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='
  WHERE name = 'batch';
