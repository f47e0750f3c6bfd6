"""Starts again what dies, and gives up, saying why, on what dies three times in a minute or does not start."""

import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

from deploy.local.errors import CannotRun
from deploy.local.process import Process
from deploy.local.progress import say

TOO_MANY = 3
WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.2


def nothing() -> None:
    """What to do on failure, unless told otherwise."""


class Supervisor:
    """Watches processes from its own thread, from `with` until its end.

    On failure it calls `give_up`, which must stop them all, then `on_failure`, both from that thread.
    """

    def __init__(self, processes: Sequence[Process], *, give_up: Callable[[], None]) -> None:
        self.failure: str | None = None
        self.on_failure: Callable[[], None] = nothing
        self._processes = processes
        self._give_up = give_up
        self._deaths: dict[str, list[float]] = defaultdict(list)
        self._halted = threading.Event()
        self._failed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halted.set()
        self._thread.join()

    def wait(self) -> None:
        """Return only by raising: on failure, or when the caller is interrupted."""
        self._failed.wait()
        self.check()

    def check(self) -> None:
        """Raise on failure: something died too often, or could not be started again."""
        if self.failure is not None:
            raise CannotRun(self.failure)

    def _watch(self) -> None:
        while not self._halted.wait(POLL_SECONDS):
            for process in self._processes:
                with suppress(OSError):  # a disk that is full
                    process.keep_log_small()
                if not process.alive and (why := self._stays_down(process)):
                    self._fail(why)
                    return

    def _stays_down(self, process: Process) -> str | None:
        try:
            self._start_again(process)
        except CannotRun as reason:
            return str(reason)
        except Exception as error:  # whatever it is: once this thread ended, nobody would be told
            return f"{process.name} ne se relance pas ({error!r}) : la pile s’arrête."
        return None

    def _start_again(self, process: Process) -> None:
        now = time.monotonic()
        deaths = [when for when in self._deaths[process.name] if now - when < WITHIN_SECONDS] + [now]
        self._deaths[process.name] = deaths
        how = described(process.ended_with)
        if len(deaths) >= TOO_MANY:
            raise CannotRun(
                f"{process.name} s’est arrêté {len(deaths)} fois en une minute ({how}) : la pile s’arrête.\n{process.log_tail()}"
            )
        say(f"{process.name} s’est arrêté ({how}) : il est relancé.")
        process.start()

    def _fail(self, why: str) -> None:
        self.failure = why
        try:
            self._give_up()
        except Exception as error:
            self.failure = f"{why}\nL’arrêt a échoué : {error!r}"
        self._failed.set()
        self.on_failure()


def described(code: int) -> str:
    """How a process ended, from what the system says of it: below zero, the signal that ended it."""
    if code >= 0:
        return f"code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:  # a real-time signal has no name
        return f"signal {-code}"
