"""Folders that only their owner enters: what a stack keeps and what its processes say may be about people."""

from pathlib import Path


def private(folder: Path) -> Path:
    """This folder, made where it is missing, closed to everybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # one that was there may have been open
    return folder
