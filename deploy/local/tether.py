"""Runs one command that ends when its starter does, even by SIGKILL: `tether.py STARTER_PID COMMAND...`.

On Linux the kernel sees to it and the command takes this process's place; elsewhere this process stays
to watch. Run by its file, so that it loads nothing else.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
WATCH_SECONDS = 0.5


def become(starter: int, command: list[str]) -> None:
    """Linux: SIGKILL when the thread that started us ends (see `process.py`); kept across exec."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == starter:  # it may have ended before the call above
        os.execvp(command[0], command)


def watch(starter: int, command: list[str]) -> int:
    """Elsewhere: the command shares our process group, so signals to the group reach it, and we end as it does."""
    signal.signal(signal.SIGTERM, lambda *_: None)  # not SIG_IGN, which the command would inherit
    child = subprocess.Popen(command)
    while child.poll() is None:
        if os.getppid() != starter:
            child.kill()
        time.sleep(WATCH_SECONDS)
    return child.returncode


if __name__ == "__main__":
    if sys.platform == "linux":
        become(int(sys.argv[1]), sys.argv[2:])
    else:
        sys.exit(watch(int(sys.argv[1]), sys.argv[2:]))
