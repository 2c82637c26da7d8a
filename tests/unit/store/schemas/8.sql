-- Schema 8 as it was released: what the step made then, and what a store of that time held. Never edited; each file goes on where
-- the one before ends. Every table has a row, and every column a value in one of them.

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

UPDATE deployments SET name = name WHERE id = 'iris-3f9c2';
INSERT INTO deployment_changes (deployment, gone) VALUES ('erased-1', 1);
