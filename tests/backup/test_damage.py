"""A backup that is not whole, not sound, or of a later build is refused, in a sentence; one cut short is not whole."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.backup import manifest
from deploy.backup.aggregates import AGGREGATES
from deploy.backup.files import opened, writer
from deploy.backup.folder import UNFINISHED, filling
from deploy.backup.manifest import Manifest
from deploy.backup.restoring import choose
from deploy.local.errors import CannotRun
from services.enrolment.store import Store as Enrolment
from services.production.store import Store as Production
from services.referral.store import Store as Referral
from shared.kernel.clock import Clock, real_now
from shared.persistence.dump import documents
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence

FILE = "databases/enrolment/pupils.bson.gz"


def a_backup(folder: Path, *, build: str = "0.1.0", format: int = manifest.FORMAT, secret: str | None = None) -> Path:
    with filling(folder):
        into = writer(folder, FILE)
        for number in range(10):
            into.add({"_id": str(number), "state": {"n": number}})
        made = Manifest(kind="main", build=build, format=format, at=real_now(), files={FILE: into.close()}, secret=secret)
        manifest.write(folder, made)
    return folder


def test_what_is_written_is_read_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = a_backup(tmp_path / "b")
    with opened(folder, FILE) as bson:
        assert [row["_id"] for row in documents(bson)] == list("0123456789")
    assert choose(folder, None, None).main.documents == 10
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {file.stat().st_mode & 0o777 for file in folder.rglob("*") if file.is_file()}
    assert modes == {0o600}


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: _flip(folder / FILE), "abîmée"),
        (lambda folder: (folder / FILE).write_bytes((folder / FILE).read_bytes()[:-1]), "abîmée"),
        (lambda folder: (folder / FILE).unlink(), "incomplète"),
        (lambda folder: (folder / "manifest.json").unlink(), "pas une sauvegarde entière"),
        (lambda folder: _flip(folder / "manifest.json"), "abîmée"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "abîmée"),
    ],
)
def test_a_damaged_backup_is_refused(tmp_path: Path, damage: Callable[[Path], object], sentence: str) -> None:
    folder = a_backup(tmp_path / "b")
    damage(folder)
    with pytest.raises(CannotRun, match=sentence):
        choose(folder, None, None)


@pytest.mark.parametrize("later", [{"build": "99.0.0"}, {"format": manifest.FORMAT + 1}])
def test_a_backup_of_a_later_build_is_refused(tmp_path: Path, later: dict[str, object]) -> None:
    folder = a_backup(tmp_path / "b")
    written = json.loads((folder / "manifest.json").read_text())
    said = {**written["backup"], **later}
    (folder / "manifest.json").write_text(json.dumps({"sha256": manifest._digest(said), "backup": said}))
    with pytest.raises(CannotRun, match="plus récente"):
        choose(folder, None, None)


def test_a_backup_under_another_secret_is_refused(tmp_path: Path) -> None:
    folder = a_backup(tmp_path / "b", secret="one")
    with pytest.raises(CannotRun, match="secret"):
        choose(folder, None, "another")


def _twice(folder: Path) -> None:
    for _ in range(2):
        writer(folder, FILE)


def test_a_backup_cut_short_is_not_whole_and_the_next_begins_it_anew(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    with pytest.raises(FileExistsError), filling(folder):
        _twice(folder)
    assert (folder / UNFINISHED).exists()
    with pytest.raises(CannotRun, match="pas une sauvegarde entière"):
        choose(folder, None, None)
    a_backup(folder)
    choose(folder, None, None)


def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="déjà une sauvegarde"):
        a_backup(a_backup(tmp_path / "b"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("x")
    with pytest.raises(CannotRun, match="pas vide"):
        a_backup(tmp_path / "mine")
    assert (tmp_path / "mine" / "letter").exists()


def test_every_kind_of_document_that_tells_something_is_taken_past_a_log() -> None:
    found = set()
    stores = {"referral": lambda one: Referral(one, [b"k" * 32]), "enrolment": Enrolment, "production": Production}
    for service, make in stores.items():
        persistence = Persistence(connect("mongodb://nowhere", f"etabli_{service}"), service, Clock())
        make(persistence)
        found |= {(service, name) for name in persistence.outboxes if name != "parked"}
    said_once = {("referral", "rejections")}  # a document each, told in the write that makes it: nothing is told after
    assert found - said_once == set(AGGREGATES)
