-- Schema 4 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

-- previous_*: the token before the last rotation, and until when it holds.
ALTER TABLE clients ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
ALTER TABLE clients ADD COLUMN previous_digest BLOB CHECK (length(previous_digest) = 32);
ALTER TABLE clients ADD COLUMN previous_until INTEGER CHECK ((previous_until IS NULL) = (previous_digest IS NULL));
ALTER TABLE clients ADD COLUMN last_used_at INTEGER;

UPDATE clients SET disabled = 1, previous_digest = X'0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f',
  previous_until = 4102444800000, last_used_at = 1769860800000 WHERE name = 'batch';
