#!/usr/bin/env python3
"""control/api/openapi.json against the running program: every operation is done with the document's own examples, and every answer
is what the document says. Then every operation is refused in the ways that it can be."""
import http.client
import json
import unittest
import urllib.parse

import jsonschema
import jsonschema.exceptions

from program import Program, wait_until

METHODS = ("post", "get", "put", "patch", "delete")
NOWHERE = "nothing-999999"  # no thing's name, id or number


class Operation:
    """One method of one path, with everything that it refers to put in its place."""

    def __init__(self, document, path, method):
        item = document["paths"][path]
        described = item[method]
        self.document, self.path, self.method = document, path, method
        self.name = described["operationId"]
        self.prefix = (item.get("servers") or document["servers"])[0]["url"].rstrip("/")
        self.is_open = described.get("security", document["security"]) == []
        self.parameters = [self.resolved(each) for each in item.get("parameters", []) + described.get("parameters", [])]
        self.body = described.get("requestBody")
        self.responses = {code: self.resolved(each) for code, each in described["responses"].items()}

    def resolved(self, value):
        while "$ref" in value:
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            value = target
        return value

    def in_path(self):
        return [each for each in self.parameters if each["in"] == "path"]

    def media(self):
        """(type, example) of the body; ("", None) without one."""
        if not self.body:
            return "", None
        kind, media = next(iter(self.body["content"].items()))
        return kind, media["example"]


class Walk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program()
        cls.enterClassContext(cls.program)
        status, cls.document, _ = cls.program.api("GET", "/openapi.json")
        assert status == 200, cls.document
        cls.operations = [Operation(cls.document, path, method) for path, item in cls.document["paths"].items()
                          for method in METHODS if method in item]
        cls.known = {}  # what answers linked to: (operation, parameter) -> value

    def schema_check(self, schema, value, what):
        """`schema` may refer to the document's components."""
        whole = {**schema, "components": self.document["components"]}
        wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(whole).iter_errors(value))
        self.assertIsNone(wrong, f"{what}: {wrong and [*wrong.absolute_path]}: {wrong and wrong.message[:200]}")

    def send(self, operation, token=True, body=None, values=None, query=True, extra_query=None):
        """Does it with its examples, but for what is given. Answers status, fields, text."""
        values = values or {}
        path, asked, fields = operation.path, [], {}
        for parameter in operation.parameters:
            name, place = parameter["name"], parameter["in"]
            value = values.get(name, self.known.get((operation.name, name), parameter.get("example")))
            if value is None:
                self.assertFalse(place == "path" or parameter.get("required"), f"{operation.name}: {name} needs an example")
            elif place == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(str(value)))
            elif place == "header":
                fields[name] = str(value)
            elif query:
                asked += [(name, each) for each in (value if isinstance(value, list) else [value])]
        asked += extra_query or []
        if asked:
            path += "?" + urllib.parse.urlencode(asked)
        kind, example = operation.media()
        if kind:
            fields["Content-Type"] = kind
        if token:
            fields["Authorization"] = "Bearer " + self.program.token
        content = example if body is None else body
        connection = self.program.connect("control")
        self.addCleanup(connection.close)
        connection.request(operation.method.upper(), operation.prefix + path,
                           json.dumps(content) if kind else None, fields)
        answer = connection.getresponse()
        is_stream = answer.headers.get_content_type() == "text/event-stream"
        text = self.read_events(answer) if is_stream else answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def read_events(self, answer):
        """Of a stream that never ends: all events up to the end of the snapshot, each checked."""
        text = ""
        while '"kind":"stream"' not in text:
            line = answer.readline().decode()
            self.assertTrue(line, "the stream has ended")
            text += line
            if line.startswith("data: "):
                self.schema_check({"$ref": "#/components/schemas/Event"}, json.loads(line[6:]), line)
        return text

    def check(self, operation, status, fields, text):
        """Is the answer one of those that the document has?"""
        what = f"{operation.name}: {status} {text[:600]}"
        self.assertIn(str(status), operation.responses, what)
        response = operation.responses[str(status)]
        for name, field in response.get("headers", {}).items():
            described = operation.resolved(field)
            if name in fields:
                self.schema_check(described["schema"], fields[name], f"{what}: {name}")
            else:
                self.assertFalse(described.get("required"), f"{what}: {name} is missing")
        content = response.get("content")
        if not content:
            self.assertEqual(text, "", what)
            return None
        kind = fields.get_content_type()
        self.assertIn(kind, content, what)
        value = json.loads(text) if kind.endswith("json") else text
        self.schema_check(content[kind]["schema"], value, what)
        return value

    def do(self, operation):
        if operation.body:
            kind, example = operation.media()
            self.schema_check(operation.body["content"][kind]["schema"], example, f"{operation.name}: the example")
        status, fields, text = self.send(operation)
        self.assertLess(status, 300, f"{operation.name}: {status} {text}")
        value = self.check(operation, status, fields, text)
        for link in operation.responses[str(status)].get("links", {}).values():
            for name, expression in link["parameters"].items():
                found = value
                for step in expression.removeprefix("$response.body#/").split("/"):
                    found = found[step]
                self.known[link["operationId"], name] = found
        return operation.name

    def in_order(self):
        """What makes things first, in the document's order; then what reads, what changes, what deletes, last things first."""
        def makes(each):
            return each.method == "post" and not each.path.endswith("}") and any(
                other.path.startswith(each.path + "/{") for other in self.operations)

        rest = [each for each in self.operations if not makes(each) and each.method != "delete"]
        return ([each for each in self.operations if makes(each)]
                + [each for each in rest if each.method == "get"] + [each for each in rest if each.method != "get"]
                + [each for each in reversed(self.operations) if each.method == "delete"])

    def test_1_every_operation_answers_as_the_document_says(self):
        order = self.in_order()
        self.assertEqual(len(order), len(self.operations))
        done = []
        for operation in order:
            with self.subTest(operation=operation.name):
                done.append(self.do(operation))
            if operation.name == "createDeployment":
                self.program.wait_for("iris-example")
                rehearsed = next(each for each in self.operations if each.name == "patchDeployment")
                status, fields, text = self.send(rehearsed, values={"dryRun": "true"})
                self.assertEqual(status, 200, text)
                self.check(rehearsed, status, fields, text)
        self.assertEqual(sorted(done), sorted(each.name for each in self.operations))
        wait_until(lambda: not self.program.replicas(), "nothing is left")

    def refuse(self, operation, expected, **how):
        with self.subTest(operation=operation.name, expected=expected):
            status, fields, text = self.send(operation, **how)
            self.assertEqual(status, expected, f"{operation.name}: {text}")
            problem = self.check(operation, status, fields, text)
            self.assertEqual(problem["instance"], fields["X-Request-Id"])
            self.assertGreater(len(problem["detail"]), 3)

    def test_2_nobody_without_a_token_is_answered(self):
        asked = [each for each in self.operations if not each.is_open]
        self.assertGreater(len(asked), 30)
        for operation in asked:
            self.refuse(operation, 401, token=False, values=self.any_id(operation))

    def any_id(self, operation):
        """A value for each place of the path that has no example."""
        return {each["name"]: NOWHERE for each in operation.in_path() if "example" not in each}

    def test_3_a_thing_that_is_not_there_is_not_found(self):
        asked = [each for each in self.operations if each.in_path() and "404" in each.responses]
        self.assertGreater(len(asked), 20)
        for operation in asked:
            self.refuse(operation, 404, values={each["name"]: NOWHERE for each in operation.in_path()})

    def test_4_a_document_with_an_unknown_member_is_refused(self):
        self.make_things()
        asked = [each for each in self.operations if each.body]
        self.assertGreater(len(asked), 8)
        for operation in asked:
            self.refuse(operation, 422, body={"noSuchMember": 1})

    def test_5_an_unknown_parameter_is_refused(self):
        for operation in self.operations:
            if not operation.is_open:
                self.refuse(operation, 400, extra_query=[("noSuchParameter", "1")], values=self.any_id(operation))

    def make_things(self):
        """What the examples' paths are about, as far as a refusal needs them."""
        for operation in self.in_order():
            if operation.method == "post" and operation.name in ("createUser", "createGroup", "createPullSecret", "createInstanceType", "createDeployment", "createClient"):
                self.assertLess(self.send(operation)[0], 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
