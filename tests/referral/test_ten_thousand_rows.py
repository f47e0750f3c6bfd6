"""A file of ten thousand young people, one in twenty wrong, by the command: exact counts, nobody twice, at a printed rate."""

import asyncio
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from services import SERVICES
from tests.conftest import Running, Start
from tests.referral.builders import CIO, referring
from tests.referral.files import HEADINGS, a_line, with_files

pytestmark = pytest.mark.slow
ROWS, WRONG, WITHIN = 10_000, 500, 1_200
ROOT = Path(__file__).parents[2]
WAYS_TO_BE_WRONG = ({"Né(e) le": "31/02/2010"}, {"Tél": "12"}, {"École": "École de Nulle-Part"}, {"NOM": ""}, {"Situation": "?"})
LETTERS = str.maketrans("0123456789", "abcdefghij")


def written(folder: Path) -> Path:
    """The file: every twentieth row is wrong, one way or another."""
    file = folder / "orientations.csv"
    with file.open("w", encoding="cp1252", newline="") as into:
        rows = csv.writer(into, delimiter=";")
        rows.writerow(HEADINGS)
        for number in range(ROWS):
            wrong = WAYS_TO_BE_WRONG[number // 20 % len(WAYS_TO_BE_WRONG)] if number % 20 == 0 else {}
            name = f"Durand-{str(number).translate(LETTERS)}"
            rows.writerow(a_line(f"2025-{number}", **{"NOM": name, "Tél": f"06{number:08}", **wrong}))
    return file


@asynccontextmanager
async def on_a_port(here: Running, keys: Path, folder: Path) -> AsyncIterator[Path]:
    """The running service behind a real port, and the file that tells the command of it, as in a container of operations."""
    server = uvicorn.Server(uvicorn.Config(here.app, port=0, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    stack = folder / "stack.json"
    printed = {**dict.fromkeys(SERVICES, f"http://127.0.0.1:{port}"), "kafka": "-", "mongodb": "-", "keys": str(keys)}
    stack.write_text(json.dumps(printed))
    yield stack
    server.should_exit = True
    await task


async def etabli(stack: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.cli", *map(str, words)]
    environment = {**os.environ, "ETABLI_STACK": str(stack)}
    run = asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    done: subprocess.CompletedProcess[str] = await run
    return done


def said(done: subprocess.CompletedProcess[str]) -> str:
    return re.sub(r"[\u202f\xa0]", " ", done.stderr)


async def test_ten_thousand_rows_are_taken_in_once(running: Start, keys: Path, tmp_path: Path) -> None:
    command = ("import", "referrals", written(tmp_path), "--agency", CIO)
    async with referring(running, with_files) as here, on_a_port(here, keys, tmp_path) as stack:
        foreseen = await etabli(stack, *command, "--dry-run")
        assert await here.store.referrals.collection.count() == 0
        first = await etabli(stack, *command)
        second = await etabli(stack, *command)
        assert await here.store.referrals.collection.count() == ROWS - WRONG
    for done in (foreseen, first, second):
        print("\n".join(said(done).splitlines()[-4:]))
        assert done.returncode == 1, said(done)
    assert "10 000 lignes : 9 500 acceptées, 0 déjà là, 500 refusées" in said(foreseen)
    assert "10 000 lignes : 9 500 acceptées, 0 déjà là, 500 refusées" in said(first)
    assert "10 000 lignes : 0 acceptée, 9 500 déjà là, 500 refusées" in said(second)
    assert re.search(r"\([0-9 ]+ lignes par seconde\)", said(first))
    files, refused = written_beside(tmp_path, first)
    assert files == ["orientations.rejets-2.csv", "orientations.rejets.csv"]
    assert [int(row["Ligne d’origine"]) for row in refused] == [number + 2 for number in range(0, ROWS, 20)]
    assert all(row["Motifs du rejet"] for row in refused)


def written_beside(folder: Path, done: subprocess.CompletedProcess[str]) -> tuple[list[str], list[dict[str, str]]]:
    """The files of refused rows, and the rows of that which a command names."""
    with Path(done.stdout.strip()).open(encoding="cp1252", newline="") as made:
        return sorted(file.name for file in folder.glob("*.rejets*")), list(csv.DictReader(made, delimiter=";"))
