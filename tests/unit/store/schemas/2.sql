-- Schema 2 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

-- Of the requests to all deployments of the group together.
ALTER TABLE groups ADD COLUMN limit_millirequests_per_second INTEGER CHECK (limit_millirequests_per_second > 0);
ALTER TABLE groups ADD COLUMN limit_burst INTEGER CHECK (limit_burst > 0);
ALTER TABLE groups ADD COLUMN limit_concurrent INTEGER CHECK (limit_concurrent > 0);

INSERT INTO groups (name, name_key, display_name, enabled_deployment, limit_millirequests_per_second, limit_burst, limit_concurrent)
  VALUES ('bounded', 'bounded', 'Bounded', 1, 2500, 10, 4);
