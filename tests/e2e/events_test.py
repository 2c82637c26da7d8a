#!/usr/bin/env python3
"""What listeners hear: each what he may see, in order, again after a break; who does not read is not waited for."""
import http.client
import json
import os
import socket
import unittest

from program import PATIENCE, SOURCE, Program, wait_until
from upgrading import Upgrading, adopt_orphans


class Listener:
    """Reads events of one stream."""

    def __init__(self, program, token=None, query="", last=None):
        self.connection = program.connect("control")
        fields = {"Authorization": "Bearer " + (token or program.token)}
        if last:
            fields["Last-Event-ID"] = last
        self.connection.request("GET", "/api/v1/events" + query, headers=fields)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, (self.answer.status, self.answer.read())
        self.last = last

    def next(self):
        """(event, data) of the next one; None when the stream has ended."""
        fields = {}
        while line := self.answer.readline().decode():
            line = line.rstrip("\n")
            if line:
                name, value = line.split(": ", 1)  # the name of a comment is empty
                fields[name] = value
            elif "event" in fields:
                self.last = fields.get("id", self.last)
                return fields["event"], json.loads(fields["data"])
            else:
                fields = {}
        return None

    def until(self, wanted):
        """Events up to and with the first for which `wanted(event, data)` holds."""
        seen = []
        while True:
            each = self.next()
            assert each, f"the stream has ended after {seen[-3:]}"
            seen.append(each)
            if wanted(*each):
                return seen

    def snapshot(self):
        seen = self.until(lambda event, data: event == "snapshot" and data["kind"] == "stream")
        return {(data["kind"], data["id"]): data["object"] for event, data in seen if event == "snapshot"}

    def close(self):
        self.connection.close()


class Upgradable(Upgrading, Program):
    """A program that can be replaced while it runs."""


def configured(program, text):
    """A config file beside the program's data."""
    program.config = os.path.join(program.folder, "modelgate.toml")
    with open(program.config, "w") as file:
        file.write(f'[catalogue]\npath = "{SOURCE}/conf/images"\n{text}')
    return program


def resident_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


class Events(unittest.TestCase):
    def start(self, config="", kind=Program):
        self.program = self.enterContext(configured(kind(), config))
        self.program.prepare(members=[])
        self.program.must("POST", "/groups", {"name": "sales", "enabledDeployment": True})
        self.tokens = {}
        for user, group in (("ada", "research"), ("bob", "sales")):
            self.program.must("POST", "/users", {"name": user})
            self.program.must("PATCH", f"/groups/{group}", {"members": [user]})
            self.tokens[user] = self.program.must("POST", "/tokens", {"name": "test", "user": user})["token"]
        return self.program

    def listen(self, user, **more):
        listener = Listener(self.program, self.tokens.get(user), **more)
        self.addCleanup(listener.close)
        return listener

    def test_a_deployment_s_life_is_told_in_order_to_those_who_may_see_it(self):
        program = self.start()
        ada, bob = self.listen("ada"), self.listen("bob")
        for listener, user, group in ((ada, "ada", "research"), (bob, "bob", "sales")):
            token = program.must("GET", f"/tokens?user={user}")["items"][0]["id"]
            self.assertEqual(set(listener.snapshot()), {("group", group), ("instanceType", "cpu-1"), ("user", user), ("token", token), ("stream", "")})

        program.deploy("iris")
        up = ada.until(lambda event, data: data["kind"] == "deployment" and data["object"]["status"]["phase"] == "Deployed")
        phases = [data["object"]["status"]["phase"] for _, data in up if data["kind"] == "deployment"]
        self.assertEqual(sorted(phases, key=["Deploying", "Deployed"].index), phases)
        self.assertEqual([event for event, data in up if data["kind"] == "deployment"][0], "added")
        use = [data["object"]["usage"]["cpu"] for _, data in up if data["kind"] == "group"]
        self.assertEqual(use, [2])
        iris = up[-1][1]
        self.assertEqual(iris["object"], program.must("GET", "/deployments/iris"))
        ready = {data["id"] for _, data in up if data["kind"] == "replica" and data["object"]["phase"] == "Ready"}
        self.assertLessEqual(ready, {"iris/deploy-iris-r1-0", "iris/deploy-iris-r1-1"})

        # An update: a new replica is ready before an old one has gone, and nothing of the old ones is left.
        program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0"}, If_Match="*")
        names = set(data["id"] for _, data in up if data["kind"] == "replica")
        gone = set()
        rollout = []
        while len(gone) < 2:
            event, data = ada.next()
            rollout.append((event, data))
            if data["kind"] == "replica":
                names.add(data["id"])
                if event == "deleted":
                    gone.add(data["id"])
        self.assertEqual(gone, {"iris/deploy-iris-r1-0", "iris/deploy-iris-r1-1"})
        told = [("-r2-" in data["id"], event, data["object"] and data["object"]["phase"])
                for event, data in rollout if data["kind"] == "replica"]
        ready = next(at for at, (new, _, phase) in enumerate(told) if new and phase == "Ready")
        self.assertLess(ready, next(at for at, (new, event, _) in enumerate(told) if not new and event == "deleted"))
        revisions = [data["revision"] for _, data in rollout if data["kind"] == "deployment"]
        self.assertEqual(revisions, sorted(revisions))
        self.assertEqual(revisions[-1], 2)

        made = program.must("POST", "/deployments/iris/clients", {"name": "app"})
        told = ada.until(lambda event, data: data["kind"] == "client")
        self.assertEqual(told[-1][1]["id"], "iris/app")
        self.assertNotIn(made["token"], json.dumps(told))
        program.must("DELETE", "/deployments/iris", If_Match="*")
        ada.until(lambda event, data: event == "deleted" and data["id"] == "iris")

        program.must("PATCH", "/groups/sales", {"maxDeploy": 1})
        heard = bob.until(lambda event, data: data["kind"] == "group")
        self.assertEqual({(data["kind"], data["id"]) for _, data in heard if data["kind"] != "token"}, {("group", "sales")})

    def test_users_and_tokens_are_told_to_administrators_and_to_whose_they_are(self):
        program = self.start()
        ada, admin = self.listen("ada", query="?topics=users,tokens"), self.listen("admin", query="?topics=users,tokens")
        self.assertEqual({key for key in ada.snapshot() if key[0] == "user"}, {("user", "ada")})
        self.assertEqual({key for key in admin.snapshot() if key[0] == "user"}, {("user", each) for each in ("admin", "ada", "bob")})
        made = program.must("POST", "/tokens", {"name": "laptop", "user": "bob"})
        told = admin.until(lambda event, data: data["id"] == made["id"])
        program.must("PATCH", "/users/bob", {"displayName": "Bob"})
        told += admin.until(lambda event, data: data["id"] == "bob")
        program.must("PATCH", "/users/ada", {"displayName": "Ada"})
        self.assertNotIn(made["token"], json.dumps(told))
        objects = {(event, data["id"]): data["object"] for event, data in told}
        self.assertEqual(objects["added", made["id"]]["name"], "laptop")
        self.assertEqual(objects["modified", "bob"]["displayName"], "Bob")
        heard = ada.until(lambda event, data: data["id"] == "ada")
        self.assertEqual({data["id"] for _, data in heard if data["kind"] == "user"}, {"ada"}, "nothing of others")
        self.assertNotIn(made["id"], {data["id"] for _, data in heard})
        program.must("DELETE", f"/tokens/{made['id']}")
        gone = admin.until(lambda event, data: event == "deleted")
        self.assertEqual(gone[-1][1]["id"], made["id"])

    def test_who_comes_back_hears_what_he_missed(self):
        program = self.start()
        ada = self.listen("ada")
        ada.snapshot()
        ada.close()
        program.deploy("one", stop=True)
        program.deploy("two", stop=True)
        program.must("PATCH", "/deployments/one", {"description": "changed"}, If_Match="*")
        again = self.listen("ada", last=ada.last)
        seen = again.until(lambda event, data: data["id"] == "two")
        told = {data["id"]: (event, data["revision"]) for event, data in seen}
        told = {each: what for each, what in told.items() if each in ("one", "two")}
        self.assertEqual(told, {"one": ("added", 2), "two": ("added", 1)})

        again.close()
        self.assertEqual(program.stop(2), 0)
        program.start()
        anew = self.listen("ada", last=again.last)
        self.assertEqual(anew.next()[0], "reset")
        self.assertIn(("deployment", "one"), anew.snapshot())

    def test_an_upgrade_ends_the_stream_and_the_next_program_begins_anew(self):
        program = self.start(kind=Upgradable)
        ada = self.listen("ada")
        ada.snapshot()
        upgraded = program.upgrade()
        self.assertEqual(upgraded.returncode, 0, upgraded.stderr + program.log())
        self.assertIsNone(ada.next())
        self.assertEqual(program.follow(), 0)
        program.deploy("iris", stop=True)
        again = self.listen("ada", last=ada.last)
        self.assertEqual(again.next()[0], "reset")
        self.assertIn(("deployment", "iris"), again.snapshot())

    def test_rights_hold_at_every_moment(self):
        program = self.start()
        program.deploy("iris", stop=True)
        ada = self.listen("ada")
        self.assertIn(("deployment", "iris"), ada.snapshot())
        program.must("PATCH", "/groups/research", {"members": []})
        gone = ada.until(lambda event, data: data["kind"] == "deployment")
        self.assertEqual([(event, data["object"]) for event, data in gone], [("deleted", None)] * 2)
        program.must("PATCH", "/deployments/iris", {"description": "not for her"}, If_Match="*")
        token = next(each["id"] for each in program.must("GET", "/tokens?user=ada")["items"])
        program.must("DELETE", f"/tokens/{token}")
        self.assertIsNone(ada.next())

    def test_a_silent_stream_is_kept_alive(self):
        self.start('[timeouts]\nevent_heartbeat = "100ms"\n')
        ada = self.listen("ada", query="?topics=clients")
        ada.snapshot()
        heard = 0
        while heard < 3:
            line = ada.answer.readline()
            self.assertIn(line[:1], (b":", b"\n"))
            heard += line[:1] == b":"
        self.assertEqual(self.program.metrics()["modelgate_event_listeners"], 1)

    def deploy_large(self, count):
        """Stopped deployments of a quarter of a mebibyte each: together more than sockets hold."""
        for number in range(count):
            self.program.deploy(f"large-{number:02}", stop=True, metadata={f"key-{key}": "x" * 4_000 for key in range(64)})

    def wait_for_snapshot(self, connection):
        """Until it has begun to come; nothing of it is taken."""
        wait_until(lambda: b"event: snapshot" in connection.recv(4_096, socket.MSG_PEEK), "a snapshot")

    def unread(self, user):
        """A listener that reads nothing yet, and has little room."""
        host, port = self.program.ports["control"].rsplit(":", 1)
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        connection.settimeout(PATIENCE)
        connection.connect((host, int(port)))
        connection.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.tokens[user]}\r\n\r\n".encode())
        return connection

    def test_who_reads_nothing_is_disconnected_and_costs_no_memory(self):
        program = self.start('[timeouts]\ncontrol_request = "1s"\n[limits]\nevent_backlog_bytes = "1MiB"\n')
        self.deploy_large(40)
        reader = self.listen("ada", query="?topics=deployments")
        self.assertEqual(len(reader.snapshot()), 41)
        reader.close()
        before = resident_bytes(program.process.pid)
        for _ in range(10):
            self.wait_for_snapshot(self.unread("ada"))
        for number in range(40):
            program.must("PATCH", f"/deployments/large-{number:02}", {"description": "changed"}, If_Match="*")
        wait_until(lambda: program.metrics()["modelgate_event_listeners"] == 0, "nobody listens any more")
        self.assertLess(resident_bytes(program.process.pid) - before, 64 * 1024 * 1024)
        self.assertEqual(self.listen("ada").snapshot()["deployment", "large-39"]["description"], "changed")

    def test_who_lags_too_far_is_disconnected_and_begins_anew(self):
        program = self.start('[limits]\nevent_backlog_bytes = "64KiB"\n')
        self.deploy_large(40)
        slow = self.unread("ada")
        self.wait_for_snapshot(slow)  # it is under way, and does not fit into the sockets
        for number in range(4):
            program.must("PATCH", f"/deployments/large-{number:02}", {"description": "changed"}, If_Match="*")
        # A second listener knows when all this has been seen.
        self.assertEqual(self.listen("ada").snapshot()["deployment", "large-03"]["description"], "changed")
        answer = http.client.HTTPResponse(slow, method="GET")
        answer.begin()
        last = [line for line in answer.read().decode().splitlines() if line.startswith("id: ")]
        self.assertEqual(len(last), 1, "all of the snapshot, and nothing after it")
        self.assertEqual(program.metrics()["modelgate_event_listeners_lost_total"], 1)
        again = self.listen("ada", last=last[0][4:])
        self.assertEqual(again.next()[0], "reset")
        self.assertEqual(again.snapshot()["deployment", "large-03"]["description"], "changed")


if __name__ == "__main__":
    adopt_orphans()
    unittest.main(verbosity=2)
