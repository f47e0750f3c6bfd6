"""The data folder of a stack: who holds it, and what the stack that runs there writes down for others."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from deploy.local.errors import CannotRun, reason
from deploy.local.private import private
from deploy.stacks.addresses import Addresses


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder for ourselves; the lock falls with the process, however it ends."""
    try:
        lock = FileLock(private(data) / "lock", blocking=False, mode=0o600).acquire()
    except Timeout:
        raise CannotRun(f"Le dossier {data} sert déjà à une pile en marche : arrêtez-la d’abord.") from None
    except OSError as error:
        raise CannotRun(f"Le dossier {data} ne peut pas servir : {reason(error)}.") from error
    with lock:
        yield


def is_held(data: Path) -> bool:
    """Whether a stack runs there now. A file left behind by a SIGKILL does not deceive it."""
    if not (data / "lock").exists():
        return False
    try:
        with locked(data):
            return False
    except CannotRun:
        return True


@contextmanager
def written_down(data: Path, addresses: Addresses) -> Iterator[None]:
    """`stack.json` in the data folder, for its owner's eyes only, as long as the stack runs."""
    file = data / "stack.json"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(addresses.printed()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
