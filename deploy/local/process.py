"""A child process on its own port: started, watched and ended by us, and never outliving us."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.private import UMASK, environment

LARGEST_LOG = 50_000_000
TETHER = Path(__file__).with_name("tether.py")
# The kernel ends a tethered child with the *thread* that started it: this one lives as long as we do.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")


def tethered(command: Sequence[str]) -> list[str]:
    """The same command, which ends with the thread that starts it."""
    return [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command]


@dataclass
class Process:
    """What it runs and in which `folder` (else ours), where its words go (`log`), how we know that it answers (`ready`)."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    grace: float = 10.0
    _child: subprocess.Popen[bytes] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def pid(self) -> int:
        """Of the latest start."""
        if self._child is None:
            raise CannotRun(f"{self.name} n’a pas été démarré.")
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Started and not ended."""
        return self._child is not None and self._child.poll() is None

    @property
    def ended_with(self) -> int:
        """The exit code of the latest start; below zero, the signal that ended it."""
        return 0 if self._child is None else self._child.returncode

    def start(self) -> None:
        """Start it, without waiting until it answers. Starting twice changes nothing."""
        with self._lock:
            if not self.alive:
                self._child = _launcher.submit(self._spawn).result()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab", opener=partial(os.open, mode=0o600)) as log:
            return subprocess.Popen(
                tethered(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(self.environment),
                umask=UMASK,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C reaches us alone: we end it in our order
            )

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to end, and end it once its grace (seconds) is over."""
        with self._lock:
            self.terminate()
            if self._child is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._child.wait(self.grace)
            self.kill()

    def restart(self, *, within: float = 60.0) -> None:
        """End it by SIGKILL if it lives, start it on the same port and data, and wait until it answers."""
        with self._lock:
            self.kill()
            self.start()
        self.wait_ready(within=within)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                return
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
            if number == signal.SIGKILL:
                self._child.wait()

    def wait_ready(self, *, within: float = 60.0) -> None:
        """Return once it answers; if it ends first or `within` seconds pass, say so with its last words."""
        deadline = time.monotonic() + within
        while not self.ready():
            if not self.alive:
                raise CannotRun(f"{self.name} s’est arrêté pendant son démarrage.\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise CannotRun(f"{self.name} ne répond pas après {within:.0f} secondes.\n{self.log_tail()}")
            time.sleep(0.1)

    def keep_log_small(self, largest: int = LARGEST_LOG) -> None:
        """Set its words aside in one earlier file once they are many (bytes), and go on from none: it writes at the end."""
        if self.log.exists() and self.log.stat().st_size > largest:
            shutil.copyfile(self.log, self.log.with_name(f"{self.log.name}.1"))
            os.truncate(self.log, 0)

    def log_tail(self, count: int = 15) -> str:
        """The end of its log, indented, with the log's place."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"Fin de {self.log} :", *(f"  {line}" for line in lines[-count:])])
