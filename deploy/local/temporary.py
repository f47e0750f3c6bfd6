"""Data folders that last as long as their stack. What a stack that was killed outright left is cleared by the next start."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from filelock import FileLock, Timeout

from deploy.local.progress import say

PREFIX = "etabli-"
MARK = "temporary"
"""Made by whoever holds the folder's lock: a folder that has it and that nobody holds is of a stack that is dead."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of its own under the system's, gone at the end."""
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def mark_temporary(data: Path) -> None:
    """Say, while its lock is held, that this folder is to be gone with its stack."""
    (data / MARK).touch(mode=0o600)


def clear_left_behind(within: Path | None = None) -> None:
    """Remove the folders of stacks of ours that were killed, and of nobody else's. `within` is the system's by default."""
    for folder in (within or Path(gettempdir())).glob(f"{PREFIX}*"):
        if _is_ours(folder) and _cleared(folder):
            say(f"Une pile tuée avait laissé {folder} : il est effacé.")


def _is_ours(folder: Path) -> bool:
    try:
        return not folder.is_symlink() and folder.stat().st_uid == os.getuid() and (folder / MARK).is_file()
    except OSError:  # another start cleared it meanwhile
        return False


def _cleared(folder: Path) -> bool:
    """Whether nobody held it, and it is gone. Its lock is held meanwhile: of two starts, one clears it."""
    try:
        with FileLock(folder / "lock", blocking=False, mode=0o600):
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):
        return False
    return not folder.exists()
