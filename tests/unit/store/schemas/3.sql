-- Schema 3 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

-- Whose replicas were all ready last: they serve until those of a later revision are. Null: none since it was stopped.
ALTER TABLE deployments ADD COLUMN good_replica_revision INTEGER CHECK (good_replica_revision >= 1);

UPDATE deployments SET good_replica_revision = 1 WHERE id = 'iris-3f9c2';
