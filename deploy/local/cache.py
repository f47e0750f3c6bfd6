"""What is fetched or unpacked once for this user, and used by every stack."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from platformdirs import user_cache_path


def cache_folder() -> Path:
    """`etabli` in the user's cache folder."""
    return user_cache_path("etabli", appauthor=False, ensure_exists=True)


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """The file or folder that `make` makes, whole or not there. Of two first starts one makes it and the other waits."""
    if not path.exists():
        with FileLock(path.with_name(f"{path.name}.lock")), TemporaryDirectory(prefix=".", dir=path.parent) as draft:
            if not path.exists():
                make(Path(draft) / path.name)
                (Path(draft) / path.name).rename(path)
    return path
