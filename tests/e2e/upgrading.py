"""The running program is replaced by its successor, which is nobody's child but ours."""
import ctypes
import os
import select
import shutil
import signal
import subprocess

from program import PATIENCE, PROGRAM, wait_until

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans(on=True):
    """What a program that ends leaves behind becomes a child of this one, which can then wait for it."""
    assert ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0) == 0


class Successor:
    """A program that another one has started; its orphans are ours (see `adopt_orphans`)."""

    def __init__(self, pid):
        self.pid = pid
        self.descriptor = os.pidfd_open(pid)
        self.returncode = None

    def __del__(self):
        os.close(self.descriptor)

    def poll(self):
        return self.returncode if self.returncode is not None or not select.select([self.descriptor], [], [], 0)[0] else self.wait(0)

    def send_signal(self, which):
        signal.pidfd_send_signal(self.descriptor, which)

    def wait(self, patience):
        if self.returncode is None:
            assert select.select([self.descriptor], [], [], patience)[0], "it did not end"
            ended = os.waitid(os.P_PIDFD, self.descriptor, os.WEXITED)
            self.returncode = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        return self.returncode


class Upgrading:
    """Beside `Program`: started from a file of its own, which can be replaced."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.binary = os.path.join(self.folder, "modelgate")
        self.put_binary()

    def put_binary(self):
        """As installers do: a new file under the old name."""
        shutil.copy(PROGRAM, self.binary + ".new")
        os.rename(self.binary + ".new", self.binary)

    def command(self):
        return [self.binary, *super().command()[1:]]

    def holder(self):
        with open(os.path.join(self.data, "modelgate.lock")) as text:
            return int(text.read() or 0)

    def upgrade(self, *words, config=None, data=None, **more):
        where = ["--config", config or self.config, "--data-dir", data or self.data]
        return subprocess.run([PROGRAM, "upgrade", *where, *words], capture_output=True, text=True, timeout=2 * PATIENCE,
                              stdin=subprocess.DEVNULL, **more)

    def follow(self):
        """After an upgrade: waits for the end of the old program and answers its exit code."""
        old, pid = self.process, wait_until(lambda: self.holder() != self.process.pid and self.holder(), "another program")
        self.process = Successor(pid)
        return old.wait(PATIENCE)
