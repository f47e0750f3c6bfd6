"""A stack that outlives the shell that launched it, and what stops it, from any shell."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.folder import is_held
from deploy.local.private import private

STOP_SECONDS = 90.0
POLL_SECONDS = 0.1


def launch_detached(arguments: Sequence[str]) -> str:
    """Run `etabli` with these arguments in a session of its own, and return the line that it prints once it is ready.

    Until then it speaks on our stderr. Exits as it does where it ends before; ended with us, where we are interrupted.
    """
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout
    try:
        if line := child.stdout.readline():
            return line.strip()
        sys.exit(child.wait() or 1)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise


def let_go(data: Path) -> None:
    """What this process says from now on goes into the folder's logs: nobody listens any more."""
    file = journal(data)
    private(file.parent)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)


def journal(data: Path) -> Path:
    """Where a stack that nobody listens to writes what it has to say."""
    return data / "logs" / "etabli.log"


@contextmanager
def known_by_number(data: Path) -> Iterator[None]:
    """The number of this process in the folder that it holds, for whoever wants to stop it."""
    file = data / "pid"
    file.touch(mode=0o600)
    file.write_text(str(os.getpid()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def stop_running(data: Path) -> None:
    """Have the stack that holds this folder end in good order, and return once it has. CannotRun where none does."""
    try:
        number = int((data / "pid").read_text())
    except (OSError, ValueError):
        number = 0
    if not number or not is_held(data):
        raise CannotRun(f"Aucune pile ne tourne dans {data}.")
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while is_held(data):
        if time.monotonic() > deadline:
            raise CannotRun(f"La pile de {data} (processus {number}) ne s’arrête pas : {journal(data)} dit peut-être pourquoi.")
        time.sleep(POLL_SECONDS)
