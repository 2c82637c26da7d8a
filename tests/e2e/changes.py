"""Changes of a running modelgate, one kind after the other, each waited for until it holds.

To add a kind: write a method and name it in `Changes.kinds`. A kind leaves things so that every other may come next."""
import os
import signal

from program import SOURCE, Program, wait_until


class ChangeableProgram(Program):
    """A program with a config file of its own, which is rewritten and read again while it runs."""

    def __init__(self, *arguments, settings=()):
        super().__init__(*arguments)
        self.config = os.path.join(self.folder, "modelgate.toml")
        self.settings = dict(settings)  # "section.key": TOML value
        self.write_config()

    def write_config(self, broken=""):
        lines = [f'catalogue.path = "{SOURCE}/conf/images"', *(f"{key} = {value}" for key, value in self.settings.items()), broken]
        with open(self.config + ".new", "w") as file:
            file.write("\n".join(lines) + "\n")
        os.rename(self.config + ".new", self.config)

    def metric(self, series):
        return self.metrics().get(series, 0.0)

    def reload(self, outcome="taken"):
        series = f'modelgate_config_reloads_total{{outcome="{outcome}"}}'
        before = self.metric(series)
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.metric(series) > before, f"a reload that is {outcome}")


class Changes:
    """Changes beside and under the traffic of one deployment, which has `replicas` replicas before and after each full round. With
    `upgrades` the program itself is replaced, too (see upgrading.py)."""

    def __init__(self, program, loaded, replicas=2):
        self.program, self.loaded, self.replicas = program, loaded, replicas
        self.upgrades = False
        self.failed_sessions = 0  # of programs that have been replaced
        self.done = {}
        self.made = 0
        self.broken_reloads = 0
        self.image = "demo/iris:1.0"
        self.replica_revision = 1

    def kinds(self):
        upgrade = [self.upgrade] if self.upgrades else []
        return [self.create_another, self.limits, *upgrade, self.add_client, self.scale_up, self.broken_file, self.rotate_client,
                self.patch_another, self.log_level, self.roll_out, self.delete_client, self.defaults, self.scale_down, self.stop_another,
                self.delete_another]

    def run(self, until):
        """One change after the other, round after round, while `until(count)` does not hold."""
        count = 0
        while True:
            for change in self.kinds():
                if until(count):
                    return count
                change()
                self.done[change.__name__] = self.done.get(change.__name__, 0) + 1
                count += 1

    def total(self):
        return sum(self.done.values())

    def finish_round(self):
        """To the state before the first change, so that what is measured there can be compared."""
        self.scale(self.replicas)
        for each in self.program.must("GET", "/deployments?pageSize=500")["items"]:
            if each["id"].startswith("another-"):
                self.delete(each["id"])
        for each in self.program.must("GET", f"/deployments/{self.loaded}/clients")["items"]:
            if each["name"].startswith("extra"):
                self.program.must("DELETE", f"/deployments/{self.loaded}/clients/{each['name']}")

    # Another deployment, beside the one under load.

    def another(self):
        return f"another-{self.made}"

    def create_another(self):
        self.made += 1
        self.program.deploy(self.another(), replicas=1, endpointAccessType="private")
        self.program.wait_for(self.another())

    def patch_another(self):
        self.program.must("PATCH", f"/deployments/{self.another()}", {"replicas": 2, "serving": {"maxQueue": 7}}, If_Match="*")
        self.program.wait_for(self.another(), check=lambda each: each["status"]["availableReplicas"] == 2)

    def stop_another(self):
        self.program.must("POST", f"/deployments/{self.another()}/stop")
        self.program.wait_for(self.another(), "Stopped")

    def delete_another(self):
        self.delete(self.another())

    def delete(self, identifier):
        self.program.must("DELETE", f"/deployments/{identifier}", If_Match="*")
        wait_until(lambda: self.program.api("GET", f"/deployments/{identifier}")[0] == 404, f"{identifier} gone")

    # The deployment under load.

    def scale(self, replicas):
        self.program.must("PATCH", f"/deployments/{self.loaded}", {"replicas": replicas}, If_Match="*")
        self.wait_for_replicas(replicas)

    def wait_for_replicas(self, count):
        def is_there(deployment):
            status = deployment["status"]
            return status["availableReplicas"] == count == len(status["replicas"]) and all(
                each["phase"] == "Ready" and each["revision"] == self.replica_revision for each in status["replicas"])

        self.program.wait_for(self.loaded, check=is_there)

    def scale_up(self):
        self.scale(self.replicas + 1)

    def scale_down(self):
        self.scale(self.replicas)

    def roll_out(self):
        self.image = "demo/iris:2.0" if self.image.endswith("1.0") else "demo/iris:1.0"
        patched = self.program.must("PATCH", f"/deployments/{self.loaded}", {"modelImage": self.image}, If_Match="*")
        self.replica_revision = patched["revision"]
        self.wait_for_replicas(patched["replicas"])

    # Who may call it.

    def add_client(self):
        self.token = self.program.must("POST", f"/deployments/{self.loaded}/clients", {"name": "extra"})["token"]
        assert self.program.predict(self.loaded, client=f"extra:{self.token}")[0] == 200, "a new token holds at once"

    def rotate_client(self):
        old = self.token
        self.program.must("DELETE", f"/deployments/{self.loaded}/clients/extra")
        self.add_client()
        assert self.program.predict(self.loaded, client=f"extra:{old}")[0] == 401, "the old token holds no more"

    def delete_client(self):
        self.program.must("DELETE", f"/deployments/{self.loaded}/clients/extra")
        assert self.program.predict(self.loaded, client=f"extra:{self.token}")[0] == 401, "a deleted token holds no more"

    # The process and its settings.

    def upgrade(self):
        self.failed_sessions += self.program.metric("modelgate_sessions_failed_total")
        self.program.put_binary()
        done = self.program.upgrade()
        assert done.returncode == 0, done.stdout + done.stderr
        code = self.program.follow()
        assert code == 0, f"the replaced program ended with {code}"

    def limits(self):
        """Limits and timeouts of the workers, every one of them wide enough for the traffic."""
        odd = self.done.get("limits", 0) % 2 == 0
        self.program.settings.update({
            "limits.head_bytes": '"8KiB"' if odd else '"32KiB"',
            "limits.connections": 5000 if odd else 9000,
            "limits.connections_per_address": 4000 if odd else 0,
            "limits.pool_connections": 2 if odd else 64,
            "timeouts.upstream_idle": '"500ms"' if odd else '"1.5s"',
            "timeouts.keep_alive": '"30s"' if odd else '"60s"',
            "prediction.trusted_proxies": '["127.0.0.1"]' if odd else "[]",
            "prediction.cors": "false" if odd else "true",
        })
        self.program.write_config()
        self.program.reload()

    def defaults(self):
        """What deployments have without a word of their own: published anew."""
        odd = self.done.get("defaults", 0) % 2 == 0
        self.program.settings.update({"timeouts.total": '"50s"' if odd else '"60s"', "limits.body_bytes": '"16MiB"' if odd else '"32MiB"'})
        self.program.write_config()
        self.program.reload()
        want = 50 if odd else 60
        assert self.program.must("GET", f"/deployments/{self.loaded}")["serving"]["timeout"] == want

    def broken_file(self):
        self.program.write_config(broken="timeouts.head = 10\nlimits.haed_bytes = 1")
        self.program.reload("refused")
        self.broken_reloads += 1
        self.program.write_config()

    def log_level(self):
        level = "debug" if self.done.get("log_level", 0) % 2 == 0 else "info"
        self.program.must("PUT", "/log-level", {"level": level})
        assert self.program.must("GET", "/log-level") == {"level": level}
