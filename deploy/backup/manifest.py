"""What a backup says of itself: what is in it, up to which instant, and the digest of each file. Once written, it is whole."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.errors import CannotRun

FORMAT = 1
NAME = "manifest.json"


class File(BaseModel):
    """A file, as it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    documents: int
    bytes: int
    sha256: str


class Partition(BaseModel):
    """What is kept of a partition. Offsets from `start` on; before `before`, every record was written before the barrier.

    `end`: where the next record stands once it is put back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: int
    before: int
    end: int


class Topic(BaseModel):
    """A topic: its own settings, and its partitions in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    settings: Mapping[str, str]
    partitions: list[Partition]


class Manifest(BaseModel):
    """A backup of everything (`main`), or of the keys of identities alone (`keys`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = FORMAT
    kind: Literal["main", "keys"]
    build: str
    at: datetime = Field(description="The barrier: what was acknowledged before it is there.")
    simulated: bool = False
    files: Mapping[str, File]
    topics: Mapping[str, Topic] = {}
    groups: Mapping[str, Mapping[str, int]] = {}
    """By consumer group, the next offset that it hears, by `topic/partition`: what it had heard before the barrier."""
    unreadable: list[str] = []
    """The coordinates of records that nobody can read, and that are not kept."""
    secret: str | None = None
    """What tells the services' secret from another, where it was known."""

    @property
    def documents(self) -> int:
        return sum(file.documents for file in self.files.values())

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


def build() -> str:
    """The version of this build."""
    try:
        return version("etabli")
    except PackageNotFoundError:
        return "0"


def write(folder: Path, manifest: Manifest) -> None:
    """Write it, or the one that takes its place, at once."""
    said = manifest.model_dump(mode="json")
    draft = folder / f"{NAME}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"sha256": _digest(said), "backup": said}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / NAME)
    directory = os.open(folder, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def read(folder: Path, kind: Literal["main", "keys"]) -> Manifest:
    """The manifest of a whole backup of this kind, which this build can read. CannotRun otherwise."""
    try:
        written = json.loads((folder / NAME).read_text())
        said = written["backup"]
    except FileNotFoundError:
        raise CannotRun(f"{folder} n’est pas une sauvegarde entière : {NAME} n’y est pas.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRun(f"Sauvegarde abîmée : {folder / NAME} ne peut être lu ({type(error).__name__}).") from None
    if written.get("sha256") != _digest(said):
        raise CannotRun(f"Sauvegarde abîmée : {folder / NAME} n’est pas tel qu’il fut écrit. Prenez-en une autre.")
    if said["format"] > FORMAT or _numbers(said["build"]) > _numbers(build()):
        raise CannotRun(
            f"{folder} est d’une version d’Établi plus récente ({said['build']}, forme {said['format']}) que celle-ci "
            f"({build()}, forme {FORMAT}) : restaurez-la par celle-là, ou par une plus récente."
        )
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError:
        raise CannotRun(f"{folder / NAME} n’est pas un manifeste de sauvegarde.") from None
    if manifest.kind != kind:
        raise CannotRun(
            f"{folder} porte les clés des identités : il se donne par --keys."
            if manifest.kind == "keys"
            else f"{folder} est une sauvegarde entière, et non celle des clés des identités."
        )
    return manifest


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _numbers(build: str) -> list[int]:
    return [int(part) for part in build.split(".") if part.isdigit()]
