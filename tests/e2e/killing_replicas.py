"""Changes of one deployment whose replicas are processes: what it is, which revision, how many replicas."""
from killing import Actor, everything, members


class ReplicasActor(Actor):
    def __init__(self, program, random):
        super().__init__(program, "replicas", random)
        program.deploy("moving", replicas=1)
        self.state = {"revision": 1, "replicas": 1, "description": "", "stop": False}
        self.revisions = {1: {"replicas": 1, "description": ""}}

    def possible(self):
        kinds = [self.scale, self.describe, self.put, self.roll_back]
        return [*kinds, self.start] if self.state["stop"] else [*kinds, self.stop, self.restart]

    def count(self):
        return 0 if self.state["stop"] else self.state["replicas"]

    def go_to(self, sent, what, method, path, body=None, is_revision=False, **fields):
        """A revision comes of what is different, or always."""
        before = dict(self.state)
        wanted = {**before, **what}
        if is_revision or wanted != before:
            wanted["revision"] += 1

        def done(_):
            self.state = wanted
            self.revisions[wanted["revision"]] = members(wanted, ("replicas", "description"))

        def settle():
            seen = members(self.program.must("GET", "/deployments/moving"), before)
            assert seen in (before, wanted), f"moving is {seen}, neither {before} nor {wanted}"
            if seen == wanted:
                done(None)

        self.change(sent, done, settle, method, path, body, **fields)

    def if_match(self):
        return f'"{self.state["revision"]}"'

    def scale(self, sent):
        what = {"replicas": self.random.randint(1, 2), "stop": False}
        self.go_to(sent, what, "PATCH", "/deployments/moving", what, If_Match=self.if_match())

    def describe(self, sent):
        what = {"description": self.fresh()}
        self.go_to(sent, what, "PATCH", "/deployments/moving", what, If_Match=self.if_match())

    def put(self, sent):
        what = {"replicas": self.random.randint(1, 2), "description": self.fresh(), "stop": False}
        document = {"name": "moving", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1", **what}
        self.go_to(sent, what, "PUT", "/deployments/moving", document, is_revision=True, If_Match=self.if_match())

    def roll_back(self, sent):
        revision = self.random.choice(sorted(self.revisions)[-20:])
        self.go_to(sent, self.revisions[revision], "POST", "/deployments/moving/rollback", {"revision": revision}, is_revision=True)

    def restart(self, sent):
        self.go_to(sent, {}, "POST", "/deployments/moving/restart", is_revision=True)

    def start(self, sent):
        self.go_to(sent, {"stop": False}, "POST", "/deployments/moving/start")

    def stop(self, sent):
        self.go_to(sent, {"stop": True}, "POST", "/deployments/moving/stop")

    def check(self):
        seen = members(self.program.must("GET", "/deployments/moving"), self.state)
        assert seen == self.state, (seen, self.state)
        history = {each["revision"]: members(each["spec"], ("replicas", "description"))
                   for each in everything(self.program, "/deployments/moving/history")}
        newest = sorted(self.revisions)[-100:]
        assert history.keys() >= set(newest), (sorted(history), newest)
        assert all(history[each] == self.revisions[each] for each in newest), (history, self.revisions)
