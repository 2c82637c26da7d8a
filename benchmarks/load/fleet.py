"""A data folder of a modelgate that has many deployments and tokens, filled straight in its store: over REST it would take minutes."""
import os
import sqlite3

from gate import Modelgate

DEPLOYMENTS, TOKENS = 10_000, 100_000  # what stands in modelgate's tables when it is measured
TOKENS_PER_DEPLOYMENT = 999  # one less than REST allows: to `bench` it adds the one that sends the load


def make(folder, upstream=None, deployments=DEPLOYMENTS, tokens=TOKENS - 1):
    """Fills `folder` and gives the data folder in it: `deployments` in all, stopped but for `bench`, which is in front of the upstream (none
    where there is none), with `tokens` in all, of `bench` and as many others as that takes."""
    gate = Modelgate(folder)
    if upstream is not None:
        gate.deploy("bench", [upstream.port], access="private", protocol="seldon")
    gate.rest("POST", "/deployments", {"id": "stopped-0", "name": "Stopped", "group": "bench", "endpointAccessType": "private", "stop": True,
                                       "external": {"urls": ["http://127.0.0.1:1"]}})
    gate.stop()
    names = ["stopped-0"] if upstream is None else ["bench", "stopped-0"]
    names += [f"stopped-{i}" for i in range(1, deployments - 1)]
    store = sqlite3.connect(os.path.join(gate.data, "modelgate.db"))
    with store:
        if deployments == 1:
            store.execute("DELETE FROM revisions WHERE deployment = 'stopped-0'")
            store.execute("DELETE FROM deployments WHERE id = 'stopped-0'")
        copies = [(name,) for name in names[names.index("stopped-0") + 1:]]
        copy(store, "deployments", "id", copies)
        copy(store, "revisions", "deployment", copies)
        store.executemany("INSERT INTO clients (deployment, name, digest, prefix, created_at, created_by) VALUES (?, ?, ?, 'mgc_0000', 0, 'bench')",
                          ((names[i // TOKENS_PER_DEPLOYMENT], f"client-{i}", os.urandom(32)) for i in range(tokens)))
    store.close()
    return gate.data


def copy(store, table, key, names):
    """The row of `stopped-0` once more, for each of the others."""
    columns = [each[1] for each in store.execute(f"PRAGMA table_info({table})") if each[1] not in (key, "sequence")]
    listed = ", ".join(columns)
    store.executemany(f"INSERT INTO {table} ({key}, {listed}) SELECT ?, {listed} FROM {table} WHERE {key} = 'stopped-0'", names)
