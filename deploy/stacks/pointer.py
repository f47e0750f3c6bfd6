"""What the current folder points at: the stack last started from here, embedded or of containers."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.containers.docker import Project

SECRETS = "ETABLI_SECRETS"
"""The variable of our compose files that names another folder of secrets than the one beside them."""
POINTER = Path(".etabli/stack.json")
"""In the current folder: a link to the file of an embedded stack, or a file that names a compose project."""


def point_at_compose(project: str, files: Sequence[Path], variables: Mapping[str, str]) -> None:
    """Commands run in the current folder find this compose project from now on, its files read with these variables."""
    told = {"project": project, "files": [str(file.absolute()) for file in files], "variables": dict(variables)}
    _replace(lambda draft: draft.write_text(json.dumps({"compose": told}, indent=1)))


def forget_compose(project: str) -> None:
    """Commands run in the current folder find it no more, if it is what they found."""
    if (here := compose_in(POINTER)) and here.name == project:
        POINTER.unlink(missing_ok=True)


def compose_in(file: Path) -> Project | None:
    """The compose project that a file names; None where it names none."""
    try:
        told = json.loads(file.read_text())["compose"]
        files, variables = [Path(one) for one in told["files"]], told.get("variables", {})
        return Project(told["project"], files[0].parent / variables.get(SECRETS, "secrets"), (), variables, files)
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
                    point_at_compose(before.name, before.files, before.variables)


def _replace(write: Callable[[Path], object]) -> None:
    """Write the pointer whole: a command that looks meanwhile sees the earlier one."""
    POINTER.parent.mkdir(exist_ok=True)
    draft = POINTER.with_suffix(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    write(draft)
    draft.rename(POINTER)
