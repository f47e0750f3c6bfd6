"""The data folder of a stack: who holds it, and what the stack that runs there wrote down for others."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from deploy.local.errors import CannotRun
from deploy.local.private import private
from services import SERVICES
from shared.messaging.kafka import Brokers

POINTER = Path(".etabli/stack.json")
"""In the current folder: a link to the file of the stack last started from here."""


@dataclass(frozen=True)
class Addresses:
    """Where everything answers: each service by its name, and a token for each of three scopes."""

    services: Mapping[str, str]
    kafka: str
    mongodb: str
    tokens: Mapping[str, str]

    @property
    def brokers(self) -> Brokers:
        """That Kafka, and who we are to it."""
        return Brokers(self.kafka)

    def printed(self) -> dict[str, Any]:
        """As `etabli up` prints it: the services beside the servers."""
        return {**self.services, "kafka": self.kafka, "mongodb": self.mongodb, "tokens": self.tokens}

    @classmethod
    def read(cls, printed: Mapping[str, Any]) -> Self:
        """From what `etabli up` printed."""
        return cls({name: printed[name] for name in SERVICES}, printed["kafka"], printed["mongodb"], printed["tokens"])


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder for ourselves; the lock falls with the process, however it ends."""
    try:
        lock = FileLock(private(data) / "lock", blocking=False, mode=0o600).acquire()
    except Timeout:
        raise CannotRun(f"Le dossier {data} sert déjà à une pile en marche : arrêtez-la d’abord.") from None
    except OSError as error:
        raise CannotRun(f"Le dossier {data} ne peut pas servir : {_reason(error)}.") from error
    with lock:
        yield


def _reason(error: OSError) -> str:
    match error:
        case FileExistsError() | NotADirectoryError():
            return "ce n’est pas un dossier"
        case PermissionError():
            return "vous n’avez pas le droit d’y écrire"
        case _:
            return str(error.strerror)


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


@contextmanager
def pointed_at(data: Path) -> Iterator[None]:
    """A link in the current folder (`POINTER`): commands run there find this stack. The latest wins."""
    pointer, target = POINTER.absolute(), data.absolute() / "stack.json"
    with suppress(OSError):  # a folder where we may not write: others then give --data
        pointer.parent.mkdir(exist_ok=True)
        draft = pointer.with_suffix(f".{os.getpid()}")
        draft.symlink_to(target)
        draft.rename(pointer)
    try:
        yield
    finally:
        with suppress(OSError):
            if pointer.readlink() == target:
                pointer.unlink()


def stack_folder(data: Path | None) -> Path:
    """The folder that was asked for, else that of the stack last started from the current folder."""
    if data is not None:
        return data
    if not POINTER.is_symlink():
        raise CannotRun(
            "Aucune pile n’a été lancée depuis ce dossier : lancez « etabli up », ou donnez le dossier de la pile par --data."
        )
    return POINTER.readlink().parent


def running_stack_addresses(data: Path | None) -> Addresses:
    """What the stack that runs in this folder (or was last started from here) wrote down."""
    folder = stack_folder(data)
    file = folder / "stack.json"
    if not (file.exists() and is_held(folder)):
        raise CannotRun(f"Aucune pile ne tourne dans {folder} : lancez « etabli up » et attendez qu’elle soit prête.")
    return Addresses.read(json.loads(file.read_text()))
