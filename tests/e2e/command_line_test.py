#!/usr/bin/env python3
"""The program as its own client: tables for people, JSON for programs, exit codes for scripts."""
import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest

from program import PROGRAM, Program, wait_until


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = cls.enterClassContext(Program())
        cls.program.prepare()

    def run_client(self, *words, token=None, server=None, given=None):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "NO_COLOR": "1",
                       "MODELGATE_SERVER": server or self.program.url("control"), "MODELGATE_TOKEN": token or self.program.token}
        given = {"stdin": subprocess.DEVNULL} if given is None else {"input": given}
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=120, **given)

    def must(self, *words, **more):
        done = self.run_client(*words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def must_json(self, *words, **more):
        return json.loads(self.must(*words, "-o", "json", **more).stdout)

    def test_the_life_of_a_deployment(self):
        made = self.run_client("deployments", "create", "cli", "--name", "From the command line", "--group", "research", "--image", "demo/iris:1.0",
                               "--instance-type", "cpu-1", "--replicas", "1", "--private")
        self.assertEqual(made.returncode, 0, made.stderr)
        waited = self.run_client("deployments", "wait", "cli", "--timeout", "60s")
        self.assertEqual(waited.returncode, 0, waited.stderr)
        table = self.run_client("deployments", "list")
        self.assertIn("cli", table.stdout)
        self.assertIn("Deployed", table.stdout)
        shown = json.loads(self.run_client("deployments", "get", "cli", "-o", "json").stdout)
        self.assertEqual(shown["status"]["availableReplicas"], 1)
        client = self.run_client("clients", "add", "cli", "app", "-o", "json")
        self.assertEqual(client.returncode, 0, client.stderr)
        self.assertEqual(self.program.predict("cli", client="app:" + json.loads(client.stdout)["token"])[0], 200)
        logs = self.run_client("deployments", "logs", "cli")
        self.assertEqual(logs.returncode, 0, logs.stderr)
        self.assertIn("app", logs.stdout)
        self.assertEqual(self.run_client("deployments", "delete", "cli").returncode, 2, "asks for --yes without a terminal")
        self.assertEqual(self.run_client("deployments", "delete", "cli", "--yes").returncode, 0)

    def test_revisions_and_tokens_are_changed_and_shown(self):
        self.program.deploy("turns", replicas=1, endpointAccessType="private")
        self.program.wait_for("turns")
        self.program.must("PATCH", "/deployments/turns", {"description": "second", "updateMessage": "two"}, If_Match="*")

        def run(*words):
            done = self.run_client(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done

        self.assertIn("is at revision 3", run("deployments", "rollback", "turns", "--revision", "1").stderr)
        history = run("deployments", "history", "turns").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in history], ["REVISION", "3", "2", "1"])
        self.assertIn("two", history[2])
        self.assertEqual(json.loads(run("deployments", "history", "turns", "-o", "json").stdout)["items"][0]["updateMessage"], "Rolled back to revision 1")
        self.assertIn("cpu-1 (1 CPU, 1 GiB)", history[1])
        self.assertIn("research", history[1])
        self.assertIn("/description", run("deployments", "diff", "turns", "1", "2").stdout)
        self.assertEqual(run("deployments", "diff", "turns", "1", "3").stdout, "")
        self.assertIn("is at revision 4", run("deployments", "restart", "turns").stderr)
        run("deployments", "wait", "turns")
        run("deployments", "stop", "turns", "-m", "enough")
        run("deployments", "wait", "turns", "--for", "stopped")
        self.assertEqual(self.run_client("deployments", "restart", "turns").returncode, 4)
        run("deployments", "start", "turns")
        run("deployments", "wait", "turns")
        self.assertEqual(self.run_client("deployments", "rollback", "turns", "--revision", "99").returncode, 1)
        self.assertEqual(self.run_client("deployments", "history", "nobody").returncode, 3)

        first = run("clients", "add", "turns", "app").stdout.strip()
        second = run("clients", "rotate", "turns", "app", "--overlap", "600")
        self.assertIn("holds until", second.stderr)
        for token in (first, second.stdout.strip()):
            self.assertEqual(self.program.predict("turns", client="app:" + token)[0], 200)
        listed = run("clients", "list", "turns").stdout
        self.assertEqual([line.split()[-1] for line in listed.splitlines()], ["REQUESTS", "2"])
        self.assertIn(second.stdout[:8] + "...", listed)
        self.assertNotIn(second.stdout.strip(), listed)
        self.assertIn("app is disabled", run("clients", "update", "turns", "app", "--disable").stderr)
        self.assertEqual(self.program.predict("turns", client="app:" + second.stdout.strip())[0], 401)
        updated = run("clients", "update", "turns", "app", "--enable", "--expires-at", "2099-01-31T00:00:00Z").stderr
        self.assertIn("app is enabled; its token ends at 2099-01-31T00:00:00", updated)
        self.assertEqual(self.program.predict("turns", client="app:" + second.stdout.strip())[0], 200)
        self.assertIn("this one ends at 2099-01-31", run("clients", "rotate", "turns", "app").stderr)
        self.assertIn("this one ends at 2099-02-01",
                      run("clients", "rotate", "turns", "app", "--expires-at", "2099-02-01T00:00:00Z").stderr)
        self.assertIn("has no end", run("clients", "update", "turns", "app", "--no-expiry").stderr)
        self.assertEqual(self.run_client("clients", "update", "turns", "app").returncode, 2)
        self.assertEqual(self.run_client("clients", "update", "turns", "app", "--enable", "--disable").returncode, 2)
        run("clients", "delete", "turns", "app", "--yes")
        self.assertEqual(self.program.predict("turns", client="app:" + first)[0], 401)

    def test_a_deployment_is_changed_by_flags_and_files(self):
        file = os.path.join(self.program.folder, "applied.toml")
        with open(file, "w") as text:
            text.write('id = "applied"\nname = "Applied"\ngroup = "research"\nmodelImage = "demo/iris:1.0"\ninstanceType = "cpu-1"\nreplicas = 1\n'
                       'endpointAccessType = "public"\n[metadata]\nteam = "ml"\n')
        self.assertIn("created", self.must("apply", "-f", file, "-m", "first").stderr)
        self.must("deployments", "wait", "applied")
        self.assertIn("revision 1", self.must("apply", "-f", file).stderr, "what is so already makes no revision")
        rehearsed = self.must("apply", "-f", file, "--dry-run", "-m", "nothing")
        self.assertIn("nothing was changed", rehearsed.stderr)

        self.must("deployments", "update", "applied", "--description", "by flag", "--metadata", "stage=test", "--revision", "1", "-m", "second")
        shown = self.must_json("deployments", "get", "applied")
        self.assertEqual((shown["revision"], shown["description"], shown["metadata"]), (2, "by flag", {"team": "ml", "stage": "test"}))
        stale = self.run_client("deployments", "update", "applied", "--replicas", "2", "--revision", "1")
        self.assertEqual(stale.returncode, 4, stale.stderr)
        self.assertIn("last changed by admin", stale.stderr)
        self.assertIn('  /description: "" -> "by flag"\n', stale.stderr)
        self.must("deployments", "update", "applied", "-f", "-", given='{"description": "from a file", "replicas": 2}')
        self.must("deployments", "update", "applied", "--description", "", "--private", "--stop")
        shown = self.must_json("deployments", "get", "applied")
        self.assertEqual((shown["description"], shown["replicas"], shown["stop"], shown["endpointAccessType"]), ("", 2, True, "private"))
        self.must("deployments", "wait", "applied", "--for", "stopped")

        # The file says all of it again: what it does not name has its default, and a stopped one stays stopped.
        self.must("apply", "-f", file, "-m", "as in the file")
        shown = self.must_json("deployments", "get", "applied")
        self.assertEqual((shown["description"], shown["metadata"], shown["replicas"], shown["endpointAccessType"], shown["stop"]),
                         ("", {"team": "ml"}, 1, "public", True))
        # What get shows can be applied: the defaults that it names are no wishes of its owner's.
        self.assertIn(f"revision {shown['revision']}", self.must("apply", "-f", "-", given=json.dumps(shown)).stderr)
        self.must("apply", "-f", "-", given=json.dumps(shown | {"replicas": 3}))
        before, after = (self.program.must("GET", f"/deployments/applied/history/{number}") for number in (shown["revision"], shown["revision"] + 1))
        self.assertEqual(self.must("deployments", "diff", "applied", str(before["revision"]), str(after["revision"])).stdout.split()[5:],
                         ["/replicas", "1", "3"])

        self.assertEqual(self.run_client("deployments", "update", "applied").returncode, 2, "it asks for nothing")
        self.assertEqual(self.run_client("deployments", "update", "nobody", "--replicas", "2").returncode, 3)
        nameless = self.run_client("apply", "-f", "-", given='{"name": "Nameless"}')
        self.assertEqual(nameless.returncode, 2)
        self.assertIn("no id", nameless.stderr)
        broken = self.run_client("apply", "-f", "-", given='id = "x"\nname = \n')
        self.assertEqual(broken.returncode, 2)
        self.assertIn("standard input:2:", broken.stderr)

    def test_groups_and_instance_types(self):
        self.must("groups", "create", "cli-lab", "--cpu", "4", "--memory", "8", "--max-deploy", "3", "--member", "admin")
        listed = self.must("groups", "list").stdout.splitlines()
        self.assertTrue(listed[0].startswith("NAME"))
        self.assertIn("0 of 3", next(line for line in listed if line.startswith("cli-lab")))
        self.must("groups", "update", "cli-lab", "--gpu", "2", "--memory", "none", "--disable")
        group = self.must_json("groups", "get", "cli-lab")
        self.assertEqual((group["quota"], group["enabledDeployment"], group["maxDeploy"]), ({"cpu": 4, "memoryGiB": None, "gpu": 2}, False, 3))
        self.assertIn("quota.cpu", self.must("groups", "get", "cli-lab").stdout)

        self.must("instance-types", "create", "cli-small", "--cpu", "0.5", "--memory", "1", "--group", "cli-lab", "--description", "to try")
        self.must("instance-types", "update", "cli-small", "--gpu", "1", "--group", "none")
        kind = self.must_json("instance-types", "get", "cli-small")
        self.assertEqual((kind["cpu"], kind["gpu"], kind["groups"], kind["description"]), (0.5, 1, None, "to try"))
        self.assertIn("cli-small", self.must("instance-types", "list").stdout)
        self.must("instance-types", "delete", "cli-small", "--yes")
        self.assertEqual(self.run_client("instance-types", "get", "cli-small").returncode, 3)

        self.must("groups", "update", "cli-lab", "--enable", "--memory", "8")
        self.must("deployments", "create", "in-lab", "--name", "In lab", "--group", "cli-lab", "--image", "demo/iris:1.0", "--instance-type", "cpu-1")
        kept = self.run_client("groups", "delete", "cli-lab", "--yes")
        self.assertEqual(kept.returncode, 4)
        self.assertIn("--confirm in-lab", kept.stderr, "it says what would go with it")
        self.must("groups", "delete", "cli-lab", "--confirm", "in-lab")
        self.assertEqual(self.run_client("groups", "update", "cli-lab").returncode, 2)
        self.assertEqual(self.run_client("groups", "create", "no", "--cpu", "many").returncode, 2)

    def test_people_and_their_tokens(self):
        self.must("users", "create", "cli-ann", "--display-name", "Ann", "--password-file", "-", given="correct horse battery\n")
        self.assertNotIn("correct horse", self.must("users", "get", "cli-ann").stdout)
        self.assertTrue(self.must_json("users", "get", "cli-ann")["hasPassword"])
        made = self.must("tokens", "create", "laptop", "--user", "cli-ann", "--group", "research", "--read-only")
        token = made.stdout.strip()
        self.assertTrue(token.startswith("mga_"))
        self.assertIn("cli-ann (member)", self.must("whoami", token=token).stdout)
        self.assertIn("may look", self.must("whoami", token=token).stdout)
        listed = self.must("tokens", "list").stdout
        self.assertIn("laptop", listed)
        self.assertNotIn(token, listed)
        identity = next(each["id"] for each in self.must_json("tokens", "list")["items"] if each["name"] == "laptop")
        self.must("tokens", "delete", identity, "--yes")
        self.assertEqual(self.run_client("whoami", token=token).returncode, 5)
        self.must("users", "update", "cli-ann", "--role", "admin", "--disable", "--no-password")
        user = self.must_json("users", "get", "cli-ann")
        self.assertEqual((user["role"], user["disabled"], user["hasPassword"]), ("admin", True, False))
        self.assertIn("cli-ann", self.must("users", "list").stdout)
        self.must("users", "delete", "cli-ann", "--yes")
        self.assertEqual(self.run_client("users", "create", "x", "--password-file", "/nonexistent").returncode, 2)
        self.assertIn("admin (admin)", self.must("whoami").stdout)

        self.run_client("users", "delete", "cli-ann", "--yes")
        trail = self.must("audit", "--resource", "users/cli-ann").stdout.splitlines()
        self.assertEqual(len([line for line in trail if "refused" in line]), 1)
        self.assertGreater(len(trail), 4)
        self.assertEqual(self.must("audit", "--user", "nobody").stdout, "")

    def test_pull_secrets(self):
        self.must("pull-secrets", "create", "cli-hub", "--registry", "hub.example.com", "--user", "bot", "--password-file", "-", given="hunter2-of-the-hub\n")
        self.assertIn("hub.example.com", self.must("pull-secrets", "list").stdout)
        self.assertNotIn("hunter2", self.must("pull-secrets", "get", "cli-hub").stdout)
        config = os.path.join(self.program.folder, "docker.json")
        with open(config, "w") as text:
            json.dump({"auths": {"other.example.com": {"auth": "Ym90OnNlY3JldA=="}}}, text)
        self.must("pull-secrets", "create", "cli-docker", "--docker-config", config)
        self.assertEqual(self.must_json("pull-secrets", "get", "cli-docker")["registries"], ["other.example.com"])
        self.must("pull-secrets", "update", "cli-hub", "--password-file", "-", given="another\n")
        self.must("rotate-secret-key")
        for name in ("cli-hub", "cli-docker"):
            self.must("pull-secrets", "delete", name, "--yes")

    def test_a_prediction_is_asked_for(self):
        self.program.deploy("asked", replicas=1, endpointAccessType="private")
        self.program.wait_for("asked")
        token = self.must("clients", "add", "asked", "app").stdout
        body = '{"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}'
        answer = json.loads(self.must("predict", "asked", "--data", body, "--client-token-file", "-", given=token).stdout)
        self.assertIn("data", answer)
        file = os.path.join(self.program.folder, "request.json")
        with open(file, "w") as text:
            text.write(body)
        refused = self.run_client("predict", "asked", "-f", file)
        self.assertEqual(refused.returncode, 5)
        self.assertIn("--client-token-file", refused.stderr)
        self.assertEqual(self.run_client("predict", "nobody", "-f", file).returncode, 3)
        self.assertEqual(self.run_client("predict", "asked").returncode, 2)
        self.must("deployments", "stop", "asked")
        self.must("deployments", "wait", "asked", "--for", "stopped")
        stopped = self.run_client("predict", "asked", "-f", file, "--client-token-file", "-", given=token)
        self.assertEqual(stopped.returncode, 1, stopped.stderr)

    def test_shells_complete_the_commands(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        runs = {  # what to type behind the script to complete these words
            "bash": ("bash", "--norc", "-c", 'source "$0"; COMP_WORDS=(modelgate "$@"); COMP_CWORD=$#; _modelgate; printf "%s\\n" "${COMPREPLY[@]}"'),
            "zsh": ("zsh", "-f", "-c", 'compdef() {}; compadd() { shift; print -l -- ${(M)@:#$words[CURRENT]*} }; source "$0"; '
                    'words=(modelgate "$@"); CURRENT=$#words; _modelgate'),
            "fish": ("fish", "--no-config", "-c", 'source $argv[1]; complete -C "modelgate $argv[2..]" | cut -f1'),
        }
        for shell, command in runs.items():
            with self.subTest(shell):
                script = os.path.join(folder, shell)
                with open(script, "w") as text:
                    text.write(self.must("completion", shell).stdout)

                def completed(*words):
                    done = subprocess.run([*command, script, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                                          env={"PATH": os.environ["PATH"], "HOME": folder})
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    return set(done.stdout.split())

                self.assertEqual(completed("dep"), {"deployments"})
                self.assertEqual(completed("b"), {"backup"}, "the server's commands, too")
                self.assertEqual(completed("deployments", "st"), {"start", "stop"})
                self.assertEqual(completed("--output", "json", "deployments", "up"), {"update"}, "behind the options")
                self.assertIn("--replicas", completed("deployments", "update", "iris", "--rep"))
        self.assertEqual(self.run_client("completion", "cmd").returncode, 2)

    def test_help_begins_with_what_it_is_for_and_examples_on_every_level(self):
        examples = set()

        def walk(*words):
            shown = self.must(*words, "-h").stdout
            self.assertIn("Examples:\n  ", shown, words)
            examples.update(line.strip() for line in shown.partition("Examples:\n")[2].split("\n\n")[0].splitlines())
            listing = shown.partition("Subcommands:\n")[2].split("\n\n")[0]
            for line in listing.splitlines():
                walk(*words, line.split()[0])
            return bool(listing)

        self.assertTrue(walk())
        # What makes something has to be whole: the server reads it, whatever it says to the names.
        making = [shlex.split(each)[1:] for each in sorted(examples)
                  if re.match(r"modelgate deployments (create|update) ", each) and " -f " not in each]
        self.assertEqual({words[1] for words in making}, {"create", "update"}, examples)
        self.must("deployments", "create", "shown", "--name", "Shown", "--group", "research", "--image", "demo/iris:1.0", "--instance-type", "cpu-1")
        for number, words in enumerate(making):
            words[2] = "shown" if words[1] == "update" else f"shown-{number}"
            done = self.run_client(*words)
            self.assertNotEqual(done.returncode, 2, (words, done.stderr))
            self.assertNotIn("has a mistake", done.stderr, words)

    def test_a_token_as_a_flag_is_taken_and_hidden_and_no_secret_is_repeated(self):
        self.assertEqual(self.run_client("deployments", "list", "--token", self.program.token, token="mga_wrong").returncode, 0)
        for words in (["mga_secret"], ["deployments", "list", "mga_secret"], ["deployments", "list", "--tokn=mga_secret"],
                      ["serve", "mga_secret"], ["check", "--confg=mga_secret"]):
            done = self.run_client(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("try: modelgate", done.stderr)
            self.assertNotIn("mga_secret", done.stdout + done.stderr)
        with subprocess.Popen([PROGRAM, "deployments", "create", "-f", "-", "--token", "mga_secret"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:  # for its standard input

            def words():
                with open(f"/proc/{waiting.pid}/cmdline", "rb") as text:
                    return text.read()

            wait_until(lambda: b"--token\0" + b"x" * len("mga_secret") in words(), "the token overwritten")
            self.assertNotIn(b"mga_secret", words())
            waiting.stdin.close()

    def test_exit_codes(self):
        self.assertEqual(self.run_client("deployments", "get", "none").returncode, 3)
        self.assertEqual(self.run_client("deployments", "list", token="mga_wrong").returncode, 5)
        self.assertEqual(self.run_client("deployments", "list", server="http://127.0.0.1:1").returncode, 7)
        self.assertEqual(self.run_client("deployments", "lsit").returncode, 2)
        self.assertEqual(self.run_client("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
