"""Changes of who may call one deployment, which always runs: which secrets hold is known at every moment.

Each change has an Idempotency-Key: what a kill left without an answer is sent again, and done once. Only its secret may be lost then."""
import base64
import hashlib

from killing import Actor, everything

MOST = 4


class CallersActor(Actor):
    def __init__(self, program, random, url):
        super().__init__(program, "callers", random, url)
        program.must("POST", "/deployments", {"id": "callers", "name": "callers", "group": "research", "endpointAccessType": "private",
                                              "external": {"urls": [url], "healthPath": None}})
        self.path = "/deployments/callers/clients"
        self.clients = {}  # name: {"prefix", "disabled", "holds": the secrets that do, the newest first; None: one that nobody knows}
        self.ended = []  # (name, secret) that hold no more

    def possible(self):
        kinds = [self.add, self.add, self.bring] if len(self.clients) < MOST else []
        return [*kinds, self.rotate, self.rotate, self.turn, self.delete] if self.clients else kinds

    def one(self):
        name = self.random.choice(sorted(self.clients))
        return name, self.clients[name]

    def there(self):
        return {each["name"]: each for each in everything(self.program, self.path)}

    def end(self, name, secrets):
        self.ended += [(name, each) for each in secrets if each]

    def add(self, sent):
        name = self.fresh()

        def done(value):
            self.clients[name] = {"prefix": value["prefix"], "disabled": False, "holds": [value["token"]]}

        self.keyed(sent, done, lambda: name in self.there(), self.path, {"name": name})

    def bring(self, sent):
        """From an htpasswd file: two, all or nothing."""
        names, password = [self.fresh(), self.fresh()], f"password of {self.made}"
        digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()

        def done(value):
            assert value["added"] == names, value
            for name in names:
                self.clients[name] = {"prefix": "", "disabled": False, "holds": [password]}

        def present():
            found = [name in self.there() for name in names]
            assert len(set(found)) == 1, f"half of an import is there: {names} {found}"
            return found[0]

        text = "".join(f"{name}:{{SHA}}{digest}\n" for name in names)
        self.keyed(sent, done, present, "/deployments/callers/client-imports", {"htpasswd": text})

    def rotate(self, sent):
        name, client = self.one()
        # A password beside a token has to have been used before.
        # One overlap at a time.
        overlap = self.random.choice((0, 86_400)) if client["prefix"] and len(client["holds"]) == 1 else 0

        def done(value):
            newest, *others = client["holds"]
            keeps = [newest] if overlap else []
            self.end(name, others if overlap else client["holds"])
            client.update(prefix=value["prefix"], holds=[value["token"], *keeps])

        self.keyed(sent, done, lambda: self.there()[name]["prefix"] != client["prefix"], f"{self.path}/{name}/rotate", {"overlapSeconds": overlap})

    def turn(self, sent):
        name, client = self.one()
        wanted = not client["disabled"]
        self.keyed(sent, lambda _: client.update(disabled=wanted), lambda: self.there()[name]["disabled"] == wanted,
                   f"{self.path}/{name}", {"disabled": wanted}, "PATCH")

    def delete(self, sent):
        name, client = self.one()

        def done(_):
            self.end(name, self.clients.pop(name)["holds"])

        self.keyed(sent, done, lambda: name not in self.there(), f"{self.path}/{name}", method="DELETE")

    def check(self, most_ended=6):
        seen = {name: (each["prefix"], each["disabled"]) for name, each in self.there().items()}
        assert seen == {name: (each["prefix"], each["disabled"]) for name, each in self.clients.items()}, (seen, self.clients)
        self.program.wait_for("callers")
        for name, client in self.clients.items():
            for secret in filter(None, client["holds"]):
                self.expect(name, secret, 401 if client["disabled"] else 200)
        for name, secret in self.ended[-most_ended:]:
            self.expect(name, secret, 401)

    def expect(self, name, secret, wanted):
        status, text, _ = self.program.predict("callers", client=f"{name}:{secret}")
        assert status == wanted, f"{name} with one of {self.clients.get(name)}: {status} {text}"
