#!/usr/bin/env python3
"""The audit trail: what was answered is in it, also after a kill -9; what it tells is kept for as long as is set."""
import signal
import threading
import unittest

from changes import ChangeableProgram
from program import Program, wait_until


class Audit(unittest.TestCase):
    def test_every_change_that_was_answered_is_there_after_a_kill(self):
        with Program() as program:
            program.prepare()
            answered, ending = [], threading.Event()
            lock = threading.Lock()

            def change(thread):
                number = 0
                while not ending.is_set():
                    number += 1
                    name = f"user-{thread}-{number}"
                    try:
                        status, _, fields = program.api("POST", "/users", {"name": name})
                    except OSError:
                        return
                    with lock:
                        answered.append((fields["X-Request-Id"], status, "users/" + name))

            threads = [threading.Thread(target=change, args=(each,)) for each in range(4)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(answered) > 40, "changes")
            program.stop(signal.SIGKILL)
            ending.set()
            for thread in threads:
                thread.join()
            program.start()
            events, token = {}, ""
            while True:
                page = program.must("GET", f"/audit-events?pageSize=50&pageToken={token}")
                events.update((each["requestId"], each) for each in page["items"])
                token = page["nextPageToken"]
                if not token:
                    break
            for request, status, resource in answered:
                self.assertEqual((events[request]["status"], events[request]["resource"]), (status, resource))
            # What was never answered is there, too: begun, and not closed.
            users = {each["name"] for each in program.must("GET", "/users?pageSize=500")["items"]} - {"admin"}
            made = {each["resource"].removeprefix("users/") for each in events.values() if each["resource"].startswith("users/")}
            open_ones = [each for each in events.values() if each["status"] is None]
            self.assertLessEqual(len(users - made), len(open_ones))

    def test_what_is_in_it_and_for_how_long(self):
        with ChangeableProgram() as program:
            program.prepare()
            status, refused, fields = program.api("POST", "/groups", {"name": "a b", "secret": "hunter2"})
            self.assertEqual(status, 422)
            newest = program.must("GET", "/audit-events?pageSize=1")["items"][0]
            self.assertEqual((newest["user"], newest["method"], newest["path"], newest["resource"], newest["status"], newest["result"], newest["peer"]),
                             ("admin", "POST", "/groups", "groups", 422, "refused", "127.0.0.1"))
            self.assertEqual(newest["requestId"], fields["X-Request-Id"])
            self.assertNotIn("hunter2", str(program.must("GET", "/audit-events")))
            self.assertEqual([each["resource"] for each in program.must("GET", "/audit-events?result=done")["items"]],
                             ["instance-types/cpu-1", "groups/research"])
            self.assertEqual(program.api("DELETE", "/audit-events")[0], 405)
            program.stop(signal.SIGTERM)
            program.settings["audit.events"] = 1
            program.write_config()
            program.start()  # what is done now and then is done at the start, too
            wait_until(lambda: [each["id"] for each in program.must("GET", "/audit-events")["items"]] == [newest["id"]], "one is left")


if __name__ == "__main__":
    unittest.main(verbosity=2)
