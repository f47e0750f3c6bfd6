"""What the current folder points at: the stack last started from here, embedded or of containers."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

SECRETS = "ETABLI_SECRETS"
"""The variable of our compose files that names another folder of secrets than the one beside them."""
POINTER = Path(".etabli/stack.json")
"""In the current folder: a link to the file of an embedded stack, or a file that names a compose project."""


@dataclass(frozen=True)
class Compose:
    """A compose project: its files, the folder of its secrets, and the variables that its files are read with."""

    project: str
    files: Sequence[Path]
    secrets: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """From the pointer."""
        files = [Path(file) for file in told["files"]]
        variables = told.get("variables", {})
        secrets = files[0].parent / variables.get(SECRETS, "secrets")
        return cls(told["project"], files, secrets, variables)

    @property
    def command(self) -> list[str]:
        """How compose is asked about it, whatever is asked."""
        return ["docker", "compose", "-p", self.project, *(word for file in self.files for word in ("-f", str(file)))]

    @property
    def typed(self) -> list[str]:
        """The same, as short as one may type it in the current folder."""
        here = f"{Path.cwd()}{os.sep}"
        return [word.removeprefix(here) for word in self.command]


def point_at_compose(project: str, files: Sequence[Path], variables: Mapping[str, str]) -> None:
    """Commands run in the current folder find this compose project from now on, its files read with these variables."""
    told = {"project": project, "files": [str(file.absolute()) for file in files], "variables": dict(variables)}
    _replace(lambda draft: draft.write_text(json.dumps({"compose": told}, indent=1)))


def forget_compose(project: str) -> None:
    """Commands run in the current folder find it no more, if it is what they found."""
    if (here := compose_in(POINTER)) and here.project == project:
        POINTER.unlink(missing_ok=True)


def compose_in(file: Path) -> Compose | None:
    """The compose project that a file names; None where it names none."""
    try:
        return Compose.read(json.loads(file.read_text())["compose"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


@contextmanager
def pointed_at(data: Path) -> Iterator[None]:
    """Commands run in the current folder find the embedded stack of `data` meanwhile. The latest wins."""
    pointer, target = POINTER.absolute(), data.absolute() / "stack.json"
    before = None if pointer.is_symlink() else compose_in(pointer)
    with suppress(OSError):  # a folder where we may not write: others then give --data
        _replace(lambda draft: draft.symlink_to(target))
    try:
        yield
    finally:
        with suppress(OSError):
            if pointer.readlink() == target:
                pointer.unlink()
                if before:  # containers that run still
                    point_at_compose(before.project, before.files, before.variables)


def _replace(write: Callable[[Path], object]) -> None:
    """Write the pointer whole: a command that looks meanwhile sees the earlier one."""
    POINTER.parent.mkdir(exist_ok=True)
    draft = POINTER.with_suffix(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    write(draft)
    draft.rename(POINTER)
