"""PrimeHub's clients as they speak: what its Python SDK and its console put on the wire, byte for byte."""
import contextlib
import http.client
import json
import os
import re
import shutil
import time
import unittest
import urllib.parse

from obedient import ObedientProgram
from program import PATIENCE, SOURCE, Program, wait_until

DOCUMENTS = os.path.join(SOURCE, "tests", "primehub", "documents")
DEPLOYMENT_NOT_FOUND = r'phdeployments.primehub.io "([^"]+)" not found'  # what the SDK looks for
INSTANCE_TYPE_NOT_FOUND = r'instancetypes.primehub.io "([^"]+)" not found'


def document(name):
    with open(os.path.join(DOCUMENTS, name + ".graphql")) as text:
        return text.read()


def types_of_schema():
    """Type -> field -> its type, as the schema says it, and which operation begins with which type."""
    with open(os.path.join(SOURCE, "control", "api", "primehub", "primehub.graphql")) as text:
        plain = re.sub(r'"""[^"]*"""|#[^\n]*|\([^)]*\)', "", text.read())
    return {name: dict(re.findall(r"(\w+):\s*([\[\]!\w]+)", body)) for name, body in re.findall(r"\btype (\w+) \{([^}]*)\}", plain)}


TYPES = types_of_schema()
SCALARS = {"Int": int, "Float": (int, float), "String": str, "ID": str, "Boolean": bool}


def selected(text):
    """What a document selects, as nested dictionaries: name in the answer -> the field, and what is selected below."""
    tokens = re.findall(r'#[^\n]*|"(?:[^"\\]|\\.)*"|\.\.\.|[_A-Za-z]\w*|[^\s,\w]|\d+', text)
    tokens = [each for each in tokens if not each.startswith("#")]
    fragments, operations = {}, []

    def skip(at, opening, closing):
        depth = 0
        while True:
            depth += (tokens[at] == opening) - (tokens[at] == closing)
            at += 1
            if depth == 0:
                return at

    def selection(at):
        fields, at = [], at + 1
        while tokens[at] != "}":
            if tokens[at] == "...":
                fields.append(("...", tokens[at + 1]))
                at += 2
                continue
            name = field = tokens[at]
            at += 1
            if tokens[at] == ":":
                field = tokens[at + 1]
                at += 2
            if tokens[at] == "(":
                at = skip(at, "(", ")")
            below = None
            if tokens[at] == "{":
                below, at = selection(at)
            fields.append((name, (field, below)))
        return fields, at + 1

    at = 0
    while at < len(tokens):
        if tokens[at] == "fragment":
            name = tokens[at + 1]
            fragments[name], at = selection(at + 4)
            continue
        while tokens[at] != "{":
            at = skip(at, "(", ")") if tokens[at] == "(" else at + 1
        fields, at = selection(at)
        operations.append(fields)

    def written_out(fields):
        names = {}
        for name, what in fields:
            if name == "...":
                names.update(written_out(fragments[what]))
                continue
            field, below = what
            before = names.get(name, (field, None))[1]
            names[name] = (field, before if below is None else {**(before or {}), **written_out(below)})
        return names

    return written_out(operations[0])


def gaps(data, fields, kind, where="data"):
    """Selected fields that are not in an answer, others that are, and values that are of another type than the schema says."""
    if kind.endswith("!"):
        return [f"{where} is null"] if data is None else gaps(data, fields, kind[:-1], where)
    if data is None:
        return []
    if kind.startswith("["):
        return [gap for item in data for gap in gaps(item, fields, kind[1:-1], where + "[]")] if isinstance(data, list) else [f"{where} is no list"]
    if kind not in TYPES:
        fits = kind not in SCALARS or isinstance(data, SCALARS[kind]) and (kind == "Boolean" or not isinstance(data, bool))
        return [] if fits else [f"{where} is no {kind}"]
    if not isinstance(data, dict):
        return [f"{where} is no {kind}"]
    found = [f"{where}.{name}" for name in fields if name not in data] + [f"{where}.{name}?" for name in data if name not in fields]
    for name, (field, below) in fields.items():
        if name in data and field != "__typename" and not field.startswith("__"):
            found += gaps(data[name], below, TYPES[kind][field], f"{where}.{name}")
    return found


class Refused(Exception):
    """The list of errors that came back."""

    def __init__(self, errors, status):
        super().__init__(json.dumps(errors))
        self.errors, self.status = errors, status
        self.message, self.code = errors[0]["message"], errors[0]["extensions"]["code"]


class Sdk:
    """The Python SDK: form-encoded, its header names, ten seconds of patience."""

    def __init__(self, program, token=None):
        self.program, self.token = program, token or program.token
        self.endpoint = program.url("control") + "/api/graphql"

    def send(self, query, variables=None):
        """The status, the fields and the text of what came back."""
        body = urllib.parse.urlencode({"variables": json.dumps(variables or {}), "query": query})
        return self.post(body, {"authorization": "Bearer " + self.token, "Content-Type": "application/x-www-form-urlencoded"})

    def post(self, body, fields):
        address = urllib.parse.urlsplit(self.endpoint)
        with contextlib.closing(http.client.HTTPConnection(address.hostname, address.port, timeout=10)) as connection:
            connection.request("POST", address.path, body, {"Accept": "*/*", "Accept-Encoding": "gzip, deflate",
                                                            "User-Agent": "python-requests/2.31.0", **fields})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def request(self, query, variables=None):
        status, fields, text = self.send(query, variables)
        return self.told(status, fields, text, query)

    def told(self, status, fields, text, query):
        answer = json.loads(text)  # "Response is not valid JSON" otherwise
        assert fields["Content-Type"] == "application/json", fields["Content-Type"]
        if "errors" in answer:
            assert answer["errors"], "an empty list of errors is a failure without a word"
            assert all(set(each) == {"message", "extensions"} and each["extensions"]["code"] for each in answer["errors"]), text
            raise Refused(answer["errors"], status)
        assert status == 200 and set(answer) == {"data"}, text
        missing = gaps(answer["data"], selected(query), ("Mutation" if re.match(r"\s*mutation", query) else "Query") + "!")
        assert not missing, f"not as selected: {missing}"
        return answer["data"]

    def run(self, name, variables=None):
        return self.request(document(name), variables)

    def group_id(self, name):
        """How every command begins."""
        return next(each["id"] for each in self.run("sdk_groups_at_start")["me"]["effectiveGroups"] if each["name"] == name)

    def logs(self, identifier, pod=None, follow=False, tail=10):
        """The open answer; to be closed by the caller."""
        pods = self.run("sdk_deployments_logs", {"where": {"id": identifier}})["phDeployment"]["pods"]
        endpoint = [each["logEndpoint"] for each in pods if each["name"].startswith(pod or "deploy-" + identifier)][0]
        parameters = {"follow": str(follow).lower(), **({"tailLines": tail} if tail else {})}
        address = urllib.parse.urlsplit(endpoint)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
        connection.request("GET", f"{address.path}?{urllib.parse.urlencode(parameters)}", headers={"authorization": "Bearer " + self.token})
        return connection, connection.getresponse()

    def wait(self, identifier):
        """As the SDK waits, but in smaller steps."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            now = self.run("sdk_deployments_wait", {"where": {"id": identifier}})["phDeployment"]
            if (not now["stop"] and now["status"] == "Deployed") or (now["stop"] and now["status"] == "Stopped"):
                return self.run("sdk_deployments_get", {"where": {"id": identifier}})["phDeployment"]
            time.sleep(0.05)
        raise AssertionError(f"{identifier} became neither Deployed nor Stopped: {now}")


class Console(Sdk):
    """Apollo in a browser: JSON with an operation's name."""

    def send(self, query, variables=None):
        name = re.match(r"\s*(?:query|mutation)\s+(\w+)", query)
        body = json.dumps({"operationName": name.group(1) if name else None, "variables": variables or {}, "query": query})
        return self.post(body, {"authorization": "Bearer " + self.token, "content-type": "application/json", "x-primehub-use-cache": "true"})


IRIS = {"name": "Iris", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1", "replicas": 1}


def broken_program():
    """A program with an image that crashes, one that can be taken away, and models that are nowhere."""
    program = ObedientProgram(['runtime.models.sources = ["file:///nowhere/"]', 'timeouts.log_heartbeat = "1s"'])
    images = os.path.join(program.place, "images")
    os.makedirs(os.path.join(images, "bad/crashes/1"))
    with open(os.path.join(images, "bad/crashes/1/image.toml"), "w") as manifest:
        manifest.write('command = ["python3", "-c", "import sys; print(\'cannot load weights\'); sys.exit(3)"]\n')
    shutil.copytree(os.path.join(images, "test/obedient"), os.path.join(images, "gone/soon"))
    return program


class WithProgram(unittest.TestCase):
    """A group with a member, another with another, and who they are by the SDK."""

    @classmethod
    def make_program(cls):
        return Program()

    @classmethod
    def setUpClass(cls):
        cls.program = cls.enterClassContext(cls.make_program())
        cls.program.prepare(maxDeploy=50, quota={"cpu": 30, "memoryGiB": 64, "gpu": 0})
        cls.program.must("POST", "/users", {"name": "ada", "displayName": "Ada"})
        cls.program.must("POST", "/users", {"name": "eve"})
        cls.program.must("PATCH", "/groups/research", {"members": ["ada"]})
        cls.program.must("POST", "/groups", {"name": "sales", "displayName": "Sales", "enabledDeployment": True, "members": ["eve"]})
        token = {user: cls.program.must("POST", "/tokens", {"name": "sdk", "user": user})["token"] for user in ("ada", "eve")}
        cls.sdk, cls.console, cls.eve = Sdk(cls.program, token["ada"]), Console(cls.program, token["ada"]), Sdk(cls.program, token["eve"])
        cls.admin = Sdk(cls.program)
        cls.group = cls.sdk.group_id("research")

    def create(self, identifier, **more):
        return self.sdk.run("sdk_deployments_create", {"data": {**IRIS, "id": identifier, "groupId": self.group, **more}})["createPhDeployment"]

    def message_with(self, identifier, words):
        """The message of one that does not come up, once these words are in it; before, nothing else is told but that it is under way."""
        seen = []

        def there():
            now = self.sdk.run("sdk_deployments_get", {"where": {"id": identifier}})["phDeployment"]
            self.assertIn(now["status"], ("Deploying", "Failed"))
            seen.append(now["message"])
            return words in now["message"]

        wait_until(there, words)
        self.assertLessEqual(set(seen[:-1]), {"Deployment is being deployed and not available now"})
        return seen[-1]

    def refusal(self, run, *words, **named):
        with self.assertRaises(Refused) as caught:
            run(*words, **named)
        return caught.exception

    def forget(self, *identifiers):
        for identifier in identifiers:
            self.sdk.run("sdk_deployments_delete", {"where": {"id": identifier}})
            wait_until(lambda: self.program.api("GET", f"/deployments/{identifier}")[0] == 404, f"{identifier} has gone")
