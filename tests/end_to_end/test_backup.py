"""Backed up while it lives, lost, restored: the same figures, the same identities, and who was erased stays so."""

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.local.keys import keys_in
from deploy.local.lag import lags
from deploy.local.stack import Stack, running_stack
from deploy.simulation.run import run
from services import SERVICES
from shared.persistence.mongo import connect
from tests.end_to_end.restored import seats_exceeded, told, told_otherwise

PUPILS, SEED = 4, 7
SETTLED = 120.0
GONE = 404
"""What is answered to who asks for the file of somebody erased."""
Figures = Mapping[str, Any]


@dataclass
class Lived:
    """A stack that was backed up in mid-life (`early`) and at its end (`late`), and what it knew at its end."""

    data: Path
    early: Path
    late: Path
    keys_early: Path
    keys_late: Path
    figures: Figures
    identities: Mapping[str, Any]
    erased: str
    clock: str


def etabli(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def succeeded(done: Result) -> str:
    assert done.exit_code == 0, done.output
    return done.stderr


@contextmanager
def admin_of(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"Authorization": f"Bearer {stack.addresses.tokens['admin']}"}, timeout=30) as client:
        yield client


def figures(stack: Stack) -> Figures:
    """Every indicator of the network, as an administrator's Région reads it."""
    headers = {"Authorization": f"Bearer {stack.addresses.tokens['region']}"}
    answer = httpx.get(f"{stack.addresses.services['reporting']}/indicators", headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["indicators"]}


def until_figures(stack: Stack, wanted: Figures) -> None:
    """Wait for reporting to have heard the log."""
    deadline = time.monotonic() + SETTLED
    while (found := figures(stack)) != wanted and time.monotonic() < deadline:
        time.sleep(1)
    assert found == wanted


def clock_of(stack: Stack) -> str:
    """Where the simulated clock stands."""
    with admin_of(stack) as admin:
        now: str = admin.get(f"{stack.addresses.services['enrolment']}/admin/clock").json()["now"]
        return now


def advance(stack: Stack, to: str) -> None:
    """Put the clock of each service there: the last event may have been told days before."""
    with admin_of(stack) as admin:
        for address in stack.addresses.services.values():
            assert admin.post(f"{address}/admin/clock", json={"now": to}).is_success


async def everyone(stack: Stack) -> list[str]:
    database = connect(stack.addresses.mongodb, "etabli_referral")
    found = [row["_id"] for row in await database["persons"].find(fields={"_id": 1}, sort=["_id"])]
    await database.close()
    return found


def identities(stack: Stack, persons: list[str]) -> Mapping[str, Any]:
    """What the vault opens of each of them, by their own file."""
    found = {}
    with admin_of(stack) as admin:
        for id in persons:
            answer = admin.get(f"{stack.addresses.services['referral']}/persons/{id}/file")
            found[id] = answer.json()["sent"] if answer.status_code == 200 else answer.status_code
    return found


def opens(stack: Stack, persons: list[str]) -> Mapping[str, bool]:
    """Of whom the vault opens something, amended since or not."""
    return {id: isinstance(sent, list) and sent != [] for id, sent in identities(stack, persons).items()}


def _is_no_pupil(admin: httpx.Client, stack: Stack, persons: list[str]) -> str:
    """One of them whom referral lets be erased: erased."""
    for id in persons:
        url = f"{stack.addresses.services['referral']}/persons/{id}/erasure"
        if admin.post(url, json={"code": "person_asked"}).is_success:
            return id
    raise AssertionError("nobody could be erased")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    root = tmp_path_factory.mktemp("backup")
    data, early, late = root / "data", root / "early", root / "late"
    keys_early, keys_late = root / "keys-early", root / "keys-late"
    early_done: list[Result] = []
    known_early: list[str] = []

    with running_stack(data, simulated=True) as stack:

        def back_up() -> None:
            time.sleep(0.2)  # requests are under way
            known_early.extend(asyncio.run(everyone(stack)))
            early_done.append(etabli("backup", early, "--keys", keys_early, "--data", data))

        thread = threading.Thread(target=back_up)

        def on_phase(name: str) -> None:
            if name == "refer 2022-03":
                thread.start()

        assert run(stack.addresses, keys_in(data).private, pupils=PUPILS, seed=SEED, on_phase=on_phase)
        thread.join()
        succeeded(early_done[0])
        with admin_of(stack) as admin:
            erased = _is_no_pupil(admin, stack, known_early)
        _until_heard(stack)
        succeeded(etabli("backup", "keys", keys_late, "--data", data))
        succeeded(etabli("backup", late, "--data", data))
        known = asyncio.run(everyone(stack))
        told = figures(stack), identities(stack, [*known, erased]), erased, clock_of(stack)
        return Lived(data, early, late, keys_early, keys_late, *told)


def _until_heard(stack: Stack) -> None:
    """Every service has heard all that was told."""
    deadline = time.monotonic() + SETTLED
    while True:
        time.sleep(2)  # the relays tell it, the groups acknowledge it
        if not any(one.messages for one in asyncio.run(lags(stack.addresses.brokers, SERVICES))):
            return
        assert time.monotonic() < deadline


@contextmanager
def a_folder(lived: Lived, name: str) -> Iterator[Path]:
    """A folder with the keys of the stack that was lost, and nothing else."""
    folder = lived.data.with_name(name)
    folder.mkdir(mode=0o700)
    shutil.copytree(lived.data / "keys", folder / "keys")
    yield folder


def check_invariants(stack: Stack) -> None:
    assert asyncio.run(seats_exceeded(stack.addresses.mongodb)) == []
    twice = {teller: values for teller, values in asyncio.run(told(stack.addresses.brokers)).items() if len(values) > 1}
    assert twice == {}


@pytest.mark.slow
def test_its_log_alone_says_what_every_document_of_a_backup_is(lived: Lived) -> None:
    assert told_otherwise(lived.late) == []


@pytest.mark.slow
def test_a_whole_restore_has_the_same_figures_and_identities(lived: Lived) -> None:
    with a_folder(lived, "whole") as folder:
        said = succeeded(etabli("restore", lived.late, "--keys", lived.keys_late, "--data", folder))
        assert "illisibles" not in said
        with running_stack(folder, simulated=True) as stack:
            until_figures(stack, lived.figures)
            assert identities(stack, list(lived.identities)) == lived.identities
            assert lived.identities[lived.erased] == GONE
            check_invariants(stack)


@pytest.mark.slow
def test_who_was_erased_after_the_backup_stays_erased_by_a_newer_backup_of_the_keys(lived: Lived) -> None:
    with a_folder(lived, "newer-keys") as folder:
        said = succeeded(etabli("restore", lived.early, "--keys", lived.keys_late, "--data", folder))
        assert "effacées de nouveau : 1" in said
        with running_stack(folder, simulated=True) as stack:
            assert identities(stack, [lived.erased]) == {lived.erased: GONE}
            known = asyncio.run(everyone(stack))
            assert opens(stack, known) == dict.fromkeys(known, True)
            check_invariants(stack)


@pytest.mark.slow
def test_without_its_keys_a_backup_opens_no_identity_and_says_so(lived: Lived) -> None:
    with a_folder(lived, "no-keys") as folder:
        said = succeeded(etabli("restore", lived.late, "--data", folder))
        assert f"Identités illisibles, sans --keys : {len(lived.identities) - 1}" in said


@pytest.mark.slow
def test_over_a_log_that_survived_nothing_told_is_missing_nor_told_otherwise(lived: Lived) -> None:
    with a_folder(lived, "survived") as folder:
        shutil.copytree(lived.data / "kafka", folder / "kafka")
        done = etabli("restore", lived.early, "--keys", lived.keys_early, "--log-survived", "--data", folder)
        said = succeeded(done)
        assert "Repris du journal" in said
        assert '"referral.persons"' in done.stdout
        with running_stack(folder, simulated=True) as stack:
            advance(stack, lived.clock)
            until_figures(stack, lived.figures)
            assert (known := asyncio.run(everyone(stack)))
            assert opens(stack, [*known, lived.erased]) == dict.fromkeys(known, True) | {lived.erased: False}
            time.sleep(10)  # what is heard again is heard
            until_figures(stack, lived.figures)
            check_invariants(stack)
