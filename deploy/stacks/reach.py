"""The one way from a command to a stack: the folder or the file that names it, its addresses, its keys."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.containers.docker import Project
from deploy.local.errors import CannotRun
from deploy.local.keys import Keys
from deploy.stacks.addresses import Addresses, addresses_in, keys_folder_in
from deploy.stacks.pointer import POINTER, compose_in

FILE = "ETABLI_STACK"
"""The environment variable that names the file of a stack, as it is in the container of operations."""


class InContainers(Exception):
    """The stack is one of containers, and we are outside: the command is to be run in there, lent these of its files."""

    def __init__(self, compose: Project, files: Sequence[Path]) -> None:
        super().__init__(f"La pile « {compose.name} » est dans des conteneurs.")
        self.compose = compose
        self.files = files


@dataclass(frozen=True)
class StackFile:
    """Where a stack says where it answers. That of an embedded one is true only as long as its folder is held."""

    path: Path
    embedded: bool

    @property
    def is_true(self) -> bool:
        """Whether what it says is of a stack that runs, as far as a file tells."""
        if not self.embedded:
            return self.path.exists()
        from deploy.local.folder import is_held  # its locks are of the « local » dependencies, which containers lack

        return self.path.exists() and is_held(self.path.parent)


def running_stack_addresses(data: Path | None, *, files: Sequence[Path] = ()) -> Addresses:
    """Where the stack of this folder, of `ETABLI_STACK` or of the current folder answers.

    `files` are what the command reads or writes here: a command that is run in a container instead is lent them.
    """
    found = stack_file(data, files=files)
    if not found.is_true:
        raise CannotRun(f"Aucune pile ne tourne dans {found.path.parent} : lancez « etabli up » et attendez qu’elle soit prête.")
    return addresses_in(found.path)


def stack_keys(data: Path | None) -> Keys:
    """The keys of the same stack, whether or not it runs."""
    return Keys.of(keys_folder_in(stack_file(data).path))


def written_keys(data: Path | None) -> Keys:
    """The same, to be written. Those of containers are written from outside: inside they are read only."""
    try:
        return stack_keys(data)
    except InContainers as stack:
        return Keys.of(stack.compose.secrets)


def stack_file(data: Path | None, *, files: Sequence[Path] = ()) -> StackFile:
    """The file of the folder that was asked for, else of `ETABLI_STACK`, else what the current folder points at."""
    if data is not None:
        return StackFile(data / "stack.json", embedded=True)
    path = Path(os.environ[FILE]) if os.environ.get(FILE) else POINTER
    if path.is_symlink():
        return StackFile(path.readlink(), embedded=True)
    if compose := compose_in(path):
        raise InContainers(compose, files)
    if not path.exists():
        raise CannotRun(
            f"Le fichier {path}, que nomme {FILE}, n’est pas là."
            if path != POINTER
            else "Aucune pile n’a été lancée depuis ce dossier : lancez « etabli up » ou « make up », ou donnez le dossier "
            "de la pile par --data."
        )
    return StackFile(path, embedded=False)
