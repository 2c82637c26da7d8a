"""Changes whose answers are written down, so that after a kill it can be said what must be there.

An `Actor` has things of its own, which nobody else touches, and makes one change after the other. Of a change that was answered all is
there; of the one that a kill left without an answer all or nothing is, and `settle` finds out which."""
import collections
import http.client
import threading
import uuid

from program import wait_until

MOST = 3  # of each kind for each actor
LOST = (OSError, http.client.HTTPException)  # how a request ends whose server was killed


class Actor:
    def __init__(self, program, name, random, url=None):
        self.program, self.name, self.random, self.url = program, name, random, url
        self.made = 0
        self.answered = 0
        self.kinds = collections.Counter()  # of those
        self.deployments = {}  # name: {"id", "revision", "description", "stop", "clients": {name: token}}; a token may be unknown
        self.named = {"groups": {}, "instance-types": {}}  # name: what was asked for
        self.tokens = {}  # name: {"id", "token"}
        self.gone_clients = []  # (deployment's name, client, token)
        self.gone_tokens = []
        self.settle = None  # of the change that is under way

    # Making changes.

    def run(self, sent):
        """Until the server is gone. `sent` is told of every request."""
        try:
            while True:
                kind = self.random.choice(self.possible())
                kind(sent)
                self.kinds[kind.__name__] += 1
        except LOST:
            pass

    def possible(self):
        kinds = [self.create_deployment] if len(self.deployments) < MOST else []
        kinds += [self.create_token] if len(self.tokens) < MOST else [self.delete_token]
        kinds += [self.create_named, self.patch_named, self.delete_named]
        if self.deployments:
            kinds += [self.patch_deployment, self.patch_deployment, self.turn_deployment, self.add_client, self.add_client, self.delete_client,
                      self.delete_deployment]
        return kinds

    def fresh(self):
        self.made += 1
        return f"{self.name}-{self.made}"

    def change(self, sent, done, settle, method, path, body=None, **fields):
        self.settle = settle
        sent()
        status, value, _ = self.program.api(method, path, body, **fields)
        assert status < 300, f"{method} {path}: {status} {value}"
        done(value)
        self.settle = None
        self.answered += 1

    def keyed(self, sent, done, present, path, body=None, method="POST"):
        """A change with an Idempotency-Key. `present` tells whether it is there; sent again, it is done once all the same."""
        key = str(uuid.UUID(int=self.random.getrandbits(128)))

        def settle():
            there = present()
            status, value, fields = self.program.api(method, path, body, Idempotency_Key=key)
            assert status < 300, f"{method} {path} again: {status} {value}"
            replayed = fields.get("Idempotent-Replayed") == "true"
            assert replayed == there, f"{method} {path} {body}: there {there}, replayed {replayed}"
            done(value)

        self.change(sent, done, settle, method, path, body, Idempotency_Key=key)

    # Deployments.

    def one(self):
        name = self.random.choice(sorted(self.deployments))
        return name, self.deployments[name]

    def create_deployment(self, sent):
        name = self.fresh()
        body = {"name": name, "group": "research", "endpointAccessType": "private", "external": {"urls": [self.url], "healthPath": None}}

        def done(value):
            self.deployments[name] = {"id": value["id"], "revision": 1, "description": "", "stop": False, "clients": {}}

        def present():
            return len([each for each in everything(self.program, "/deployments") if each["name"] == name]) == 1

        self.keyed(sent, done, present, "/deployments", body)

    def alter(self, sent, member, after, method, path, body=None, **fields):
        name, deployment = self.one()
        before = {"revision": deployment["revision"], member: deployment[member]}
        wanted = {"revision": deployment["revision"] + 1, member: after(deployment)}

        def settle():
            seen = self.program.must("GET", f"/deployments/{deployment['id']}")
            seen = {each: seen[each] for each in before}
            assert seen in (before, wanted), f"{name} is {seen}, neither {before} nor {wanted}"
            deployment.update(seen)

        self.change(sent, lambda _: deployment.update(wanted), settle, method, path(deployment),
                    body and body(wanted), **{each: value(deployment) for each, value in fields.items()})

    def patch_deployment(self, sent):
        text = self.fresh()
        self.alter(sent, "description", lambda _: text, "PATCH", lambda each: f"/deployments/{each['id']}",
                   lambda wanted: {"description": wanted["description"]}, If_Match=lambda each: f'"{each["revision"]}"')

    def turn_deployment(self, sent):
        self.alter(sent, "stop", lambda each: not each["stop"], "POST",
                   lambda each: f"/deployments/{each['id']}/{'start' if each['stop'] else 'stop'}")

    def delete_deployment(self, sent):
        name, deployment = self.one()
        path = f"/deployments/{deployment['id']}"

        def done(_):
            del self.deployments[name]

        def settle():
            status, value, _ = self.program.api("PATCH", path, {}, If_Match="*")  # changes nothing; refused of what is being deleted
            if status == 200:
                assert value["revision"] == deployment["revision"], value
            else:
                assert status in (404, 409), f"PATCH {path}: {status} {value}"
                done(None)

        self.change(sent, done, settle, "DELETE", path, If_Match="*")

    def add_client(self, sent):
        _, deployment = self.one()
        name, path = self.fresh(), f"/deployments/{deployment['id']}/clients"

        def done(value):
            deployment["clients"][name] = value["token"]

        self.keyed(sent, done, lambda: name in [each["name"] for each in everything(self.program, path)], path, {"name": name})

    def delete_client(self, sent):
        called, deployment = self.one()
        if not deployment["clients"]:
            return self.add_client(sent)
        name = self.random.choice(sorted(deployment["clients"]))
        path = f"/deployments/{deployment['id']}/clients"

        def done(_):
            self.gone_clients.append((called, name, deployment["clients"].pop(name)))

        def settle():
            if name not in [each["name"] for each in everything(self.program, path)]:
                done(None)

        self.change(sent, done, settle, "DELETE", f"{path}/{name}")

    # Groups and instance types.

    def named_thing(self):
        kind = self.random.choice(sorted(self.named))
        return kind, self.named[kind], self.random.randint(1, 1000)

    def create_named(self, sent):
        kind, things, number = self.named_thing()
        if len(things) >= MOST:
            return self.delete_named(sent)
        wanted = {"name": self.fresh(), "displayName": f"Number {number}"}
        wanted.update({"quota": {"cpu": number, "memoryGiB": None, "gpu": None}} if kind == "groups" else {"cpu": number, "memoryGiB": 1})
        self.write_named(sent, kind, None, wanted, "POST", f"/{kind}", wanted)

    def patch_named(self, sent):
        kind, things, number = self.named_thing()
        if not things:
            return self.create_named(sent)
        before = things[self.random.choice(sorted(things))]
        amounts = {"quota": {**before["quota"], "cpu": number}} if kind == "groups" else {"cpu": number}
        wanted = {**before, "displayName": f"Number {number}", **amounts}
        patch = {each: value for each, value in wanted.items() if each != "name"}
        self.write_named(sent, kind, before, wanted, "PATCH", f"/{kind}/{before['name']}", patch)

    def delete_named(self, sent):
        kind, things, _ = self.named_thing()
        if not things:
            return self.create_named(sent)
        before = things[self.random.choice(sorted(things))]
        self.write_named(sent, kind, before, None, "DELETE", f"/{kind}/{before['name']}")

    def write_named(self, sent, kind, before, after, method, path, body=None):
        name = (before or after)["name"]

        def done(_):
            if after is None:
                del self.named[kind][name]
            else:
                self.named[kind][name] = after

        def settle():
            status, seen, _ = self.program.api("GET", f"/{kind}/{name}")
            seen = members(seen, after or before) if status == 200 else None
            assert seen in (before, after), f"{kind} {name} is {seen}, neither {before} nor {after}"
            if seen == after:
                done(None)

        self.change(sent, done, settle, method, path, body)

    # API tokens.

    def create_token(self, sent):
        name = self.fresh()

        def done(value):
            self.tokens[name] = {"id": value["id"], "token": value.get("token")}

        def settle():
            for each in everything(self.program, "/tokens"):
                if each["name"] == name:
                    done(each)

        self.change(sent, done, settle, "POST", "/tokens", {"name": name, "user": "admin"})

    def delete_token(self, sent):
        name = self.random.choice(sorted(self.tokens))

        def done(_):
            self.gone_tokens.append(self.tokens.pop(name)["token"])

        def settle():
            if name not in [each["name"] for each in everything(self.program, "/tokens")]:
                done(None)

        self.change(sent, done, settle, "DELETE", f"/tokens/{self.tokens[name]['id']}")


def members(thing, of):
    return {each: thing[each] for each in of}


def everything(program, path):
    items, token = [], ""
    while True:
        page = program.must("GET", f"{path}?pageSize=500" + (f"&pageToken={token}" if token else ""))
        items += page["items"]
        token = page["nextPageToken"]
        if not token:
            return items


def is_so(program, actors, others):
    """Everything that the actors know of is there as they know it, and nothing else but the deployments `others`."""
    known = {name: each for actor in actors for name, each in actor.deployments.items()}
    wait_until(lambda: {each["name"] for each in everything(program, "/deployments")} == {*known, *others}, "deployments: no more, no less")
    for seen in everything(program, "/deployments"):
        if seen["name"] in others:
            continue
        want = known[seen["name"]]
        assert members(seen, ("id", "revision", "description", "stop")) == members(want, ("id", "revision", "description", "stop")), (seen, want)
        history = [each["revision"] for each in everything(program, f"/deployments/{want['id']}/history")]
        assert history == list(range(want["revision"], max(0, want["revision"] - 100), -1)), history
        clients = {each["name"] for each in everything(program, f"/deployments/{want['id']}/clients")}
        assert clients == set(want["clients"]), (clients, want)
    for kind in ("groups", "instance-types"):
        want = {name: each for actor in actors for name, each in actor.named[kind].items()}
        seen = {each["name"]: each for each in everything(program, f"/{kind}")}
        own = {"groups": {"research"}, "instance-types": {"cpu-1"}}[kind]
        assert set(seen) == {*want, *own}, (kind, set(seen), set(want))
        for name, each in want.items():
            assert members(seen[name], each) == each, (seen[name], each)
    want = {name: each["id"] for actor in actors for name, each in actor.tokens.items()}
    seen = {each["name"]: each["id"] for each in everything(program, "/tokens") if each["name"] != "initial-admin-token"}
    assert seen == want, (seen, want)


def tokens_hold(program, actors, most_gone=5):
    """Every token that was told works, and the last ones that were taken back do not."""
    for actor in actors:
        for each in actor.tokens.values():
            assert each["token"] is None or program.api("GET", "/me", token=each["token"])[0] == 200, each["id"]
        for token in [each for each in actor.gone_tokens if each][-most_gone:]:
            assert program.api("GET", "/me", token=token)[0] == 401
        for deployment in actor.deployments.values():
            if deployment["stop"]:
                continue
            program.wait_for(deployment["id"])
            for name, token in deployment["clients"].items():
                if token:
                    status, text, _ = program.predict(deployment["id"], client=f"{name}:{token}")
                    assert status == 200, f"{deployment['id']}, {name}: {status} {text}"
        for called, name, token in [each for each in actor.gone_clients if each[2] and each[0] in actor.deployments][-most_gone:]:
            if not actor.deployments[called]["stop"]:
                assert program.predict(actor.deployments[called]["id"], client=f"{name}:{token}")[0] == 401


def run_until_killed(actors, requests, kill):
    """All at once; `kill` is called when so many requests have been sent."""
    lock, reached = threading.Lock(), threading.Event()
    count = 0

    def sent():
        nonlocal count
        with lock:
            count += 1
            if count == requests:
                reached.set()

    problems = []

    def act(actor):
        try:
            actor.run(sent)
        except BaseException as problem:
            problems.append(problem)
            reached.set()

    threads = [threading.Thread(target=act, args=(actor,), daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    wait_until(reached.is_set, f"{requests} requests")
    kill()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
