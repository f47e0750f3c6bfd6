"""A file of ten thousand young people, one in twenty wrong, by the command: exact counts, nobody twice, at a printed rate."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack, running_stack
from tests.end_to_end.test_marked_identities import Client
from tests.enrolment.life import PROGRAMME, SCHOOL
from tests.referral.builders import CIO
from tests.referral.files import HEADINGS, a_line

pytestmark = pytest.mark.slow
ROWS, WRONG = 10_000, 500
ROOT = Path(__file__).parents[2]
WAYS_TO_BE_WRONG = ({"Né(e) le": "31/02/2010"}, {"Tél": "12"}, {"École": "École de Nulle-Part"}, {"NOM": ""}, {"Situation": "?"})


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path / "stack") as running:
        yield running


def written(folder: Path) -> Path:
    """The file: every twentieth row is wrong, one way or another."""
    file = folder / "orientations.csv"
    with file.open("w", encoding="cp1252", newline="") as into:
        rows = csv.writer(into, delimiter=";")
        rows.writerow(HEADINGS)
        for number in range(ROWS):
            wrong = WAYS_TO_BE_WRONG[number // 20 % len(WAYS_TO_BE_WRONG)] if number % 20 == 0 else {}
            rows.writerow(a_line(f"2025-{number}", **{"NOM": f"Durand-{_letters(number)}", "Tél": f"06{number:08}", **wrong}))
    return file


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def etabli(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.cli", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def said(done: subprocess.CompletedProcess[str]) -> str:
    return re.sub(r"[\u202f\xa0]", " ", done.stderr)


def test_ten_thousand_rows_are_taken_in_once(stack: Stack, tmp_path: Path) -> None:
    client, file = Client(stack), written(tmp_path)
    client.ask("admin", "PUT", "referral", f"/agencies/{CIO}", kind="cio", name="CIO", department="39")
    client.ask("admin", "PUT", "enrolment", "/schools/dole", **{**SCHOOL, "name": "École de Dole"})
    client.ask(
        "admin", "PUT", "enrolment", "/schools/dole/programmes/dole-cap-serrurerie", **{**PROGRAMME, "title": "CAP Serrurerie"}
    )
    client.until(lambda: any(one["programmes"] for one in client.ask("admin", "GET", "referral", "/schools")["items"]))
    command = ("import", "referrals", file, "--data", stack.data)

    foreseen = etabli(*command, "--dry-run")
    first = etabli(*command)
    second = etabli(*command)
    for done in (foreseen, first, second):
        print(said(done))
    assert foreseen.returncode == first.returncode == second.returncode == 1
    assert "10 000 lignes : 9 500 acceptées, 0 déjà là, 500 refusées" in said(foreseen)
    assert "10 000 lignes : 9 500 acceptées, 0 déjà là, 500 refusées" in said(first)
    assert "10 000 lignes : 0 acceptée, 9 500 déjà là, 500 refusées" in said(second)
    assert re.search(r"\([0-9 ]+ lignes par seconde\)", said(first))
    with Path(first.stdout.strip()).open(encoding="cp1252", newline="") as made:
        refused = list(csv.DictReader(made, delimiter=";"))
    assert len(refused) == WRONG
    assert [int(row["Ligne d’origine"]) for row in refused] == [number + 2 for number in range(0, ROWS, 20)]
    assert all(row["Motifs du rejet"] for row in refused)
