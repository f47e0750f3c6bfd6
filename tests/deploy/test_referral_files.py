"""The command that hands a file of referrals over: followed to its end, whatever goes away meanwhile; refused rows beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.cli_import import result
from deploy.local.errors import CannotRun
from deploy.local.referral_files import Files, agency_of, sentences

STATE = {
    "import_id": "i", "status": "running", "format": "csv", "rows": 2, "done": 0, "accepted": 0, "same": 0, "refused": 0,
    "warned": 0, "incomplete": 0, "seconds": 0.0,
}  # fmt: skip
DONE = {**STATE, "status": "done", "done": 2, "accepted": 1, "refused": 1, "seconds": 0.5}


def files_that_answer(*answers: httpx.Response | Exception, patience: float = 60) -> tuple[Files, list[str]]:
    """Referral, answering so, one request after the other; and what was asked of it."""
    asked: list[str] = []
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def ask(method: str, address: str, **_options: Any) -> httpx.Response:
        asked.append(f"{method} {address}")
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Files(ask, patience=patience, sleep=lambda _seconds: None), asked


def answered(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "orientations.csv"
    made.write_text("Nom\nDurand")
    return made


def nowhere(_done: int, _total: int | None) -> None:
    """Progress that nobody looks at."""


def test_a_service_that_restarts_is_waited_for_and_the_refused_rows_are_the_owners_alone(file: Path) -> None:
    files, asked = files_that_answer(
        answered({}, 503), answered(STATE, 202), httpx.ConnectError("away"), answered(STATE), answered(DONE),
        httpx.Response(200, content=b"refused"),
    )  # fmt: skip
    done = files.take_in(file, nowhere)
    assert asked == ["POST /referrals/imports"] * 2 + ["GET /referrals/imports/i"] * 3 + ["GET /referrals/imports/i/rejected"]
    assert done.rejected == file.with_name("orientations.rejets.csv")
    assert (done.rejected.read_bytes(), done.rejected.stat().st_mode & 0o777, done.went_well) == (b"refused", 0o600, False)


def test_refused_rows_that_may_have_been_mended_are_not_written_over(file: Path) -> None:
    mended = file.with_name("orientations.rejets.csv")
    mended.write_text("mended")
    files, _ = files_that_answer(answered(DONE, 202), httpx.Response(200, content=b"refused"))
    assert files.take_in(file, nowhere).rejected == file.with_name("orientations.rejets-2.csv")
    assert mended.read_text() == "mended"


def test_a_file_that_is_refused_or_a_service_that_stays_away_is_a_sentence(file: Path) -> None:
    refusing, _ = files_that_answer(answered({"detail": "Il manque des colonnes : Prénom."}, 422))
    with pytest.raises(CannotRun, match="Prénom"):
        refusing.take_in(file, nowhere)
    away, _ = files_that_answer(httpx.ConnectError("away"), patience=-1)
    with pytest.raises(CannotRun, match="rien n’est accepté deux fois"):
        away.take_in(file, nowhere)
    with pytest.raises(CannotRun, match="ne peut être lu : il n’existe pas"):
        away.foresee(file.with_name("absent.csv"))


def listed(*ids: str) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [{"agency": id} for id in ids]


def test_the_only_agency_goes_without_saying_and_several_are_named() -> None:
    assert agency_of(listed("cio-dole"), None) == "cio-dole"
    assert agency_of(listed("cio-dole", "mlds-39"), "mlds-39") == "mlds-39"
    with pytest.raises(CannotRun, match="--agency : cio-dole, mlds-39"):
        agency_of(listed("cio-dole", "mlds-39"), None)
    with pytest.raises(CannotRun, match="aucun n’est enregistré"):
        agency_of(listed(), None)


def test_what_became_of_a_file_is_one_sentence_and_each_reason_names_its_line_and_column() -> None:
    told = result({**DONE, "warned": 1}).replace("\u202f", " ").replace("\xa0", " ")
    assert told == "2 lignes : 1 acceptée, 0 déjà là, 1 refusée, 1 avec un avertissement, en 0,5 s (4 lignes par seconde)."
    row = {"row": 7, "reasons": [{"column": "Tél", "detail": "Trop court."}, {"column": None, "detail": "Effacé."}]}
    assert list(sentences(row)) == ["Ligne 7, Tél : Trop court.", "Ligne 7 : Effacé."]
