"""When a stack ends: Ctrl-C, SIGTERM, a terminal that closes, or the end of the program that started it."""

import os
import signal
import sys
import threading
import time
from types import FrameType

from deploy.local.progress import say

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.5


def end_on_signal(*, tied: bool = True) -> None:
    """From now on the first of these raises in the main thread: KeyboardInterrupt (Ctrl-C) or SystemExit(0).

    `tied`: the end of the program that started us is one of them.
    """
    for number in ENDINGS:
        signal.signal(number, _on_signal)
    if tied:
        threading.Thread(target=_watch_parent, args=(os.getppid(),), name="parent", daemon=True).start()


def _on_signal(number: int, _frame: FrameType | None) -> None:
    for each in ENDINGS:  # once is enough: the end then goes to its end
        signal.signal(each, signal.SIG_IGN)
    say("Arrêt en cours…")
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(0)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
