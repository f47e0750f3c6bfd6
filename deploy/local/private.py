"""For its owner alone: what a stack keeps, what its processes say may be about people, and what they are told of ours."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

UMASK = 0o077
"""No file for a group or for others."""
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""Where programs, languages and scratch files are: all that a child needs of our own environment."""


def private(folder: Path) -> Path:
    """This folder, made where it is missing, closed to everybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # one that was there may have been open
    return folder


@contextmanager
def private_files() -> Iterator[None]:
    """What this process makes meanwhile is its owner's alone."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def environment(told: Mapping[str, str]) -> dict[str, str]:
    """A child's: what it is told, and nothing of ours (tokens, keys, proxies, other programs' secrets) but what each needs."""
    return {**{name: os.environ[name] for name in INHERITED if name in os.environ}, **told}
