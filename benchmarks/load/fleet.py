"""A data folder of a modelgate that has many deployments and tokens, filled straight in its store: over REST it would take minutes."""
import os
import sqlite3

import proxies
from gate import Modelgate

CLIENTS_PER_DEPLOYMENT = 999  # one less than REST allows: it adds the one that sends the load


def make(bench, upstream, deployments=1, clients=0):
    """With one deployment, `bench`, in front of the upstream, and others that are stopped: `deployments` in all. `clients`: tokens in all,
    of `bench` and as many others as that takes."""
    folder = os.path.join(bench.folder, f"fleet-{deployments}-{clients}")
    gate = Modelgate(folder)
    gate.deploy("bench", [upstream.port], access="private", protocol="seldon")
    gate.rest("POST", "/deployments", {"id": "stopped-0", "name": "Stopped", "group": "bench", "endpointAccessType": "private", "stop": True,
                                       "external": {"urls": ["http://127.0.0.1:1"]}})
    gate.stop()
    store = sqlite3.connect(os.path.join(gate.data, "modelgate.db"))
    names = ["bench"] + [f"stopped-{i}" for i in range(deployments - 1)]
    with store:
        if deployments == 1:
            store.execute("DELETE FROM revisions WHERE deployment = 'stopped-0'")
            store.execute("DELETE FROM deployments WHERE id = 'stopped-0'")
        for name in names[2:]:
            copy(store, "deployments", "id", name)
            copy(store, "revisions", "deployment", name)
        for i in range(clients):
            store.execute("INSERT INTO clients (deployment, name, digest, prefix, created_at, created_by) VALUES (?, ?, ?, 'mgc_0000', 0, 'bench')",
                          (names[i // CLIENTS_PER_DEPLOYMENT], f"client-{i}", os.urandom(32)))
    store.close()
    return gate.data


def copy(store, table, key, name):
    """The row of `stopped-0` once more, for another deployment."""
    columns = [each[1] for each in store.execute(f"PRAGMA table_info({table})") if each[1] not in (key, "sequence")]
    listed = ", ".join(columns)
    store.execute(f"INSERT INTO {table} ({key}, {listed}) SELECT ?, {listed} FROM {table} WHERE {key} = 'stopped-0'", (name,))


def start(bench, upstream, data, **more):
    """A modelgate with a copy of that."""
    return bench.proxy(proxies.Gate, upstream, data=data, **more)
