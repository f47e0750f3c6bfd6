"""The files of a backup: compressed BSON, read and written one document after the other, for their owner alone."""

import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from deploy.backup.manifest import File
from deploy.local.errors import CannotRun, reason
from deploy.local.private import private
from shared.persistence.dump import as_bson

LEVEL = 3
"""Of gzip: a third of the time of its own choice, for a tenth more bytes."""
CHUNK = 1 << 20


class Writer:
    """A file under way: how many documents it has so far, and once it is closed what the manifest says of it."""

    def __init__(self, path: Path) -> None:
        self.documents = 0
        self._path = path
        self._digest = hashlib.sha256()
        self._raw = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=cast(IO[bytes], self), mtime=0)

    def write(self, compressed: bytes) -> int:
        """What the compressor gives."""
        self._digest.update(compressed)
        return self._raw.write(compressed)

    def flush(self) -> None:
        self._raw.flush()

    def put(self, bson: bytes, documents: int) -> None:
        """Add so many documents."""
        self._gzip.write(bson)
        self.documents += documents

    def add(self, row: dict[str, Any]) -> None:
        """Add one."""
        self.put(as_bson(row), 1)

    def close(self) -> File:
        """Have all of it on the disk."""
        self._gzip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        size = self._raw.tell()
        self._raw.close()
        return File(documents=self.documents, bytes=size, sha256=self._digest.hexdigest())


def writer(folder: Path, name: str) -> Writer:
    """A new file of a backup, in a folder of its own where its name has one."""
    path = folder / name
    private(path.parent)
    return Writer(path)


@contextmanager
def opened(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """The BSON of a file."""
    with gzip.open(folder / name, "rb") as file:
        yield cast(IO[bytes], io.BufferedReader(cast(io.RawIOBase, file), CHUNK))


def check(folder: Path, name: str, said: File) -> None:
    """Raise CannotRun unless a file is to the byte what its manifest says."""
    try:
        size = (folder / name).stat().st_size
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CannotRun(f"Sauvegarde incomplète : {folder / name} ne peut être lu ({reason(error)}).") from None
    if (size, digest) != (said.bytes, said.sha256):
        raise CannotRun(f"Sauvegarde abîmée : {folder / name} n’est pas tel qu’il fut écrit. Prenez-en une autre.")
