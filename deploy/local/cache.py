"""What is fetched or unpacked once for this user, and used by every stack."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """`etabli` in the user's cache folder (XDG_CACHE_HOME, or ~/.cache)."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "etabli"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def draft(of: Path) -> Iterator[Path]:
    """An empty folder beside `of`, removed at the end: fill it, then `publish` it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{of.name}-", dir=of.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(made: Path, to: Path) -> None:
    """Put a finished folder or file in its place in one step; where another start was first, its own stays."""
    try:
        made.rename(to)
    except OSError:
        if not to.exists():
            raise
