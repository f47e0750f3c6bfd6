"""The folder of a backup: empty or unfinished before, whole after, never taken for whole in between."""

import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.backup.manifest import NAME
from deploy.local.errors import CannotRun
from deploy.local.private import private, private_files

UNFINISHED = "inachevée"
"""A file in a folder that is being filled: what such a one holds is cleared by the next that is given it."""


@contextmanager
def filling(folder: Path) -> Iterator[None]:
    """Fill a folder that is empty, or that a backup cut short has left. CannotRun for any other."""
    mark = folder / UNFINISHED
    if (folder / NAME).exists():
        raise CannotRun(f"{folder} porte déjà une sauvegarde entière : donnez un autre dossier.")
    if folder.exists() and not folder.is_dir():
        raise CannotRun(f"{folder} n’est pas un dossier.")
    with private_files():
        if any(private(folder).iterdir()) and not mark.exists():
            raise CannotRun(f"{folder} n’est pas vide : donnez un autre dossier.")
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        mark.touch()
        yield
        mark.unlink()


def drop_all_but(folder: Path, files: Container[str]) -> None:
    """Delete the files of documents that a manifest does not name any more."""
    for left in folder.glob("*.bson.gz"):
        if left.name not in files:
            left.unlink()
