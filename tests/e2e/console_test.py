#!/usr/bin/env python3
"""What browsers get from the control port: the console's page under every path of its own, files that may be kept, nothing that the
API or a probe should have answered; and sessions as browsers hold them, with other sites kept out."""
import contextlib
import gzip
import json
import re
import unittest

from program import Program

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Browser:
    def __init__(self, program):
        self.program = program

    def ask(self, method, path, body=None, **fields):
        with contextlib.closing(self.program.connect("control")) as connection:
            named = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program()
        cls.enterClassContext(cls.program)
        cls.browser = Browser(cls.program)
        cls.program.must("POST", "/users", {"name": "alice", "role": "admin", "password": "correct horse"})

    def get(self, path, **fields):
        return self.browser.ask("GET", path, **{**HTML, **fields})

    def log_in(self, **fields):
        body = json.dumps({"name": "alice", "password": "correct horse"})
        status, headers, text = self.browser.ask("POST", "/api/v1/session", body, Content_Type="application/json", **fields)
        return status, headers.get("Set-Cookie", "").split(";")[0], text

    def test_every_path_of_the_console_is_its_page(self):
        status, headers, page = self.get("/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertTrue(page.startswith(b"<!doctype html>"), page[:100])
        for path in ("/deployments/iris/logs?replica=a&tail=5", "/admin/groups", "/admin/users/jane.doe"):
            self.assertEqual(self.get(path)[0::2], (200, page), path)

    def test_pages_are_protected_and_looked_at_again(self):
        status, headers, _ = self.get("/deployments")
        self.assertEqual(status, 200)
        for name, value in {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                            "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}.items():
            self.assertEqual(headers.get_all(name), [value])
        self.assertIn("geolocation=()", headers["Permissions-Policy"])
        self.assertTrue(headers["X-Request-Id"])
        self.assertIsNone(headers["Set-Cookie"])
        status, again, body = self.get("/deployments", If_None_Match=headers["ETag"])
        self.assertEqual((status, body, again["ETag"]), (304, b"", headers["ETag"]))
        self.assertEqual(self.get("/", If_None_Match='"other"')[0], 200)

    def test_packed_for_who_takes_it(self):
        plain = self.get("/api/docs")
        packed = self.get("/api/docs", Accept_Encoding="gzip, br")
        self.assertIsNone(plain[1]["Content-Encoding"])
        self.assertEqual(packed[1]["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed[2]), plain[2])
        self.assertNotEqual(packed[1]["ETag"], plain[1]["ETag"])
        self.assertEqual(self.get("/api/docs", Accept_Encoding="gzip;q=0")[2], plain[2])

    def test_everything_that_a_page_loads_is_there(self):
        for page in ("/", "/api/docs"):
            text = self.get(page)[2].decode()
            loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', text)
            self.assertTrue(loaded, page)
            for path in loaded:
                if path.startswith("data:"):  # an icon in the page itself
                    continue
                self.assertTrue(path.startswith("/"), f"{page} loads {path} from elsewhere")
                status, headers, body = self.get(path)
                self.assertEqual(status, 200, path)
                self.assertTrue(body)
                kept = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
                self.assertEqual(headers["Cache-Control"], kept, path)

    def test_the_first_load_is_small(self):
        """What the page itself names is everything that is loaded before anything is asked for."""
        page = self.get("/")[2].decode()
        for ending, most in ((".js", 60), (".css", 15)):
            loaded = [path for path in re.findall(r'(?:src|href)="(/[^"]+)"', page) if path.endswith(ending)]
            size = sum(len(self.get(path, Accept_Encoding="gzip")[2]) for path in loaded)
            self.assertLessEqual(size, most * 1000, f"{loaded} together are {size} bytes")

    def test_a_head_has_all_but_the_body(self):
        for path in ("/", "/api/docs"):
            _, whole, body = self.get(path)
            status, headers, nothing = self.browser.ask("HEAD", path, **HTML)
            self.assertEqual((status, nothing), (200, b""))
            self.assertEqual(headers["Content-Length"], str(len(body)))
            self.assertEqual(headers["ETag"], whole["ETag"])

    def test_pages_are_read_only(self):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            for path in ("/", "/deployments/iris", "/plain.css"):
                status, headers, _ = self.browser.ask(method, path)
                self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"), f"{method} {path}")

    def test_nothing_of_the_program_is_hidden_by_a_page(self):
        for path, expected in {"/livez": b"ok\n", "/readyz": b"ok\n"}.items():
            self.assertEqual(self.get(path)[2], expected)
        self.assertEqual(self.get("/api/v1/me")[0], 401)
        self.assertEqual(self.get("/api/v1/nothing", Authorization="Bearer " + self.program.token)[0], 404)
        for path in ("/api", "/api/v2", "/api/nothing", "/metrics", "/prometheus", "/deployment/iris/api/v1.0/predictions",
                     "/assets/gone-00000000.js", "/robots.txt", "/favicon.gif", "/%2e%2e/etc/passwd"):
            status, headers, _ = self.get(path)
            self.assertEqual((status, headers["Content-Type"]), (404, "application/problem+json"), path)
        self.assertEqual(self.browser.ask("GET", "/deployments", Accept="application/json")[0], 404)

    def test_a_session_is_for_this_hosts_own_pages(self):
        host = self.program.ports["control"]
        status, cookie, text = self.log_in(Origin=f"http://{host}", Sec_Fetch_Site="same-origin")
        self.assertEqual(status, 201, text)
        self.assertNotIn(cookie.split("=")[1].encode(), text)
        self.assertEqual(self.get("/api/v1/me", Cookie=cookie)[0], 200)

        def change(**fields):
            return self.browser.ask("POST", "/api/v1/tokens", '{"name":"from a page"}', Content_Type="application/json", **fields)[0]

        self.assertEqual(change(Cookie=cookie, Sec_Fetch_Site="same-origin", Origin=f"http://{host}"), 201)
        for fields in ({}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"},
                       {"Origin": "null"}, {"Origin": f"http://{host}.evil.example"},
                       {"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"}):
            self.assertEqual(change(Cookie=cookie, **fields), 403, fields)
        self.assertEqual(self.log_in(Origin="https://evil.example")[0], 403)
        # A form of another site cannot send JSON, and what it can send is no document.
        status, _, _ = self.browser.ask("POST", "/api/v1/tokens", "name=x", Cookie=cookie, Sec_Fetch_Site="same-origin",
                                        Content_Type="application/x-www-form-urlencoded")
        self.assertEqual(status, 415)
        # No other site is told that it may read an answer.
        _, headers, _ = self.get("/api/v1/me", Cookie=cookie, Origin="https://evil.example")
        self.assertEqual([name for name in headers if name.lower().startswith("access-control")], [])

    def test_events_come_by_cookie_until_the_session_ends(self):
        status, cookie, _ = self.log_in(Sec_Fetch_Site="same-origin")
        self.assertEqual(status, 201)
        with contextlib.closing(self.program.connect("control")) as connection:
            connection.request("GET", "/api/v1/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.headers.get_content_type()), (200, "text/event-stream"))
            while '"kind":"stream"' not in answer.readline().decode():
                pass
            self.program.must("POST", "/users", {"name": "bob"})
            while '"bob"' not in answer.readline().decode():
                pass
            ended, _, _ = self.browser.ask("DELETE", "/api/v1/session", Cookie=cookie, Sec_Fetch_Site="same-origin")
            self.assertEqual(ended, 204)
            while answer.readline():  # until the program ends it
                pass
        self.assertEqual(self.get("/api/v1/events", Cookie=cookie, Accept="text/event-stream")[0], 401)
        self.assertEqual(self.get("/api/v1/events", Accept="text/event-stream")[0], 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)
