"""Changes of users, of pull secrets, and of the key that these are sealed with.

A change of a user's password, or of a secret's, changes something that is shown as well: that tells after a kill which one must be there."""
import base64
import ctypes
import ctypes.util
import hashlib
import json
import os
import sqlite3

from killing import Actor, everything, members

MOST = 3
KEY, NONCE, MAC = 32, 24, 16  # sizes of libsodium's secretbox


def opened(sealed, keys):
    """What is in a sealed text, "<name of its key>.<nonce and box>"."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    name, box = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in sealed.split("."))
    fitting = [key for key in keys if hashlib.blake2b(key, digest_size=16).digest()[:8] == name]
    assert fitting, "sealed with a key that is not there"
    text = ctypes.create_string_buffer(len(box) - NONCE - MAC)
    failed = sodium.crypto_secretbox_open_easy(text, box[NONCE:], ctypes.c_ulonglong(len(box) - NONCE), box[:NONCE], fitting[0])
    assert failed == 0, "sealed with another key, or broken"
    return text.raw.decode()


class PeopleActor(Actor):
    def __init__(self, program, random):
        super().__init__(program, "people", random)
        self.users = {}  # name: {"displayName", "password"}
        self.secrets = {}  # name: {"user", "password"}

    def possible(self):
        kinds = [self.create_user] if len(self.users) < MOST else [self.delete_user]
        kinds += [self.create_secret] if len(self.secrets) < MOST else [self.delete_secret]
        kinds += [self.patch_user] if self.users else []
        kinds += [self.patch_secret, self.change_key] if self.secrets else []
        return kinds

    def write(self, sent, kind, things, name, shown, after, method, path, body=None):
        """`shown`: the member that tells what is there; `after`: what is there then, None for nothing."""
        before = things.get(name)

        def done(_):
            if after is None:
                del things[name]
            else:
                things[name] = after

        def settle():
            status, seen, _ = self.program.api("GET", f"/{kind}/{name}")
            assert status in (200, 404), (status, seen)
            found = seen[shown] if status == 200 else None
            assert found in (before and before[shown], after and after[shown]), f"{kind} {name} is {seen}, neither {before} nor {after}"
            if found == (after and after[shown]):
                done(None)

        self.change(sent, done, settle, method, path, body)

    def create_user(self, sent):
        name = self.fresh()
        after = {"displayName": f"User {name}", "password": f"password of {name}"}
        self.write(sent, "users", self.users, name, "displayName", after, "POST", "/users", {"name": name, **after})

    def patch_user(self, sent):
        name, text = self.random.choice(sorted(self.users)), self.fresh()
        after = {"displayName": f"User {text}", "password": f"password of {text}"}
        self.write(sent, "users", self.users, name, "displayName", after, "PATCH", f"/users/{name}", after)

    def delete_user(self, sent):
        name = self.random.choice(sorted(self.users))
        self.write(sent, "users", self.users, name, "displayName", None, "DELETE", f"/users/{name}")

    def create_secret(self, sent):
        name = self.fresh()
        after = {"user": f"robot-{name}", "password": f"password of {name}"}
        self.write(sent, "pull-secrets", self.secrets, name, "user", after, "POST", "/pull-secrets", {"name": name, "registry": "ghcr.io", **after})

    def patch_secret(self, sent):
        name, text = self.random.choice(sorted(self.secrets)), self.fresh()
        after = {"user": f"robot-{text}", "password": f"password of {text}"}
        self.write(sent, "pull-secrets", self.secrets, name, "user", after, "PATCH", f"/pull-secrets/{name}", after)

    def delete_secret(self, sent):
        name = self.random.choice(sorted(self.secrets))
        self.write(sent, "pull-secrets", self.secrets, name, "user", None, "DELETE", f"/pull-secrets/{name}")

    def change_key(self, sent):
        self.change(sent, self.all_were_sealed, lambda: self.open_secrets(most_keys=2), "POST", "/secret-key/rotate")

    def all_were_sealed(self, value):
        assert value == {"pullSecrets": len(self.secrets)}, (value, self.secrets)

    def open_secrets(self, most_keys):
        with open(os.path.join(self.program.data, "secret.key"), "rb") as file:
            ring = file.read()
        keys = [ring[at:at + KEY] for at in range(0, len(ring), KEY)]
        assert 1 <= len(keys) <= most_keys and len(keys[-1]) == KEY, f"{len(ring)} bytes of keys"
        store = sqlite3.connect(f"file:{self.program.data}/modelgate.db?mode=ro", uri=True, timeout=30)
        found = {name: opened(sealed, keys) for name, sealed in store.execute("SELECT name, sealed FROM pull_secrets")}
        store.close()
        assert found.keys() == self.secrets.keys(), (found, self.secrets)
        for name, secret in self.secrets.items():
            named, document = found[name].split("\n", 1)
            entry = {"username": secret["user"], "password": secret["password"]}
            assert (named, json.loads(document)) == (name, {"auths": {"ghcr.io": entry}}), (found[name], secret)

    def check(self):
        users = {each["name"]: each["displayName"] for each in everything(self.program, "/users") if each["name"].startswith(self.name)}
        assert users == {name: each["displayName"] for name, each in self.users.items()}, (users, self.users)
        for name, user in self.users.items():
            status, value, _ = self.program.api("POST", "/session", {"name": name, **members(user, ["password"])})
            assert status == 201, f"{name} logs in: {status} {value}"
        secrets = {each["name"]: each["user"] for each in everything(self.program, "/pull-secrets")}
        assert secrets == {name: each["user"] for name, each in self.secrets.items()}, (secrets, self.secrets)
        self.open_secrets(most_keys=2)
        # Another change of the key comes to its end, whatever became of the one before.
        self.all_were_sealed(self.program.must("POST", "/secret-key/rotate"))
        self.open_secrets(most_keys=1)
