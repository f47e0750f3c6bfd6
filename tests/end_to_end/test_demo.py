"""The region lives on the real stack: its tally equals every indicator whoever writes into its topics, and none knows anybody."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.keys import keys_in
from deploy.local.lag import lags
from deploy.local.stack import Stack
from deploy.simulation.cast import Role
from deploy.simulation.run import run
from services import SERVICES
from services.referral.store.vault import Vault
from shared.events import TOPICS
from shared.kernel.clock import Clock
from shared.messaging.kafka import consumer
from shared.messaging.topics import dead_letters
from shared.persistence.mongo import connect
from tests.end_to_end.writers import ELSEWHERE, UNREADABLE, write_by_hand
from tests.servers import stack_in

pytestmark = pytest.mark.slow
PUPILS, SEED = 10, 7
"""Beside the cast of the story."""
VAULT = ("family_name", "given_name", "birth_date", "phone", "email", "ine", "name")
HEADER = "École;Référence;Mois de naissance;Formation;Année scolaire;Année de formation;Inscrit le;Entré le"
SHORTEST = 5
"""Shorter words of an identity stand in ordinary French too."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on which the simulation ran to its end, while others wrote into its topics, its tally equal to every indicator."""
    with stack_in(tmp_path_factory.mktemp("demo"), simulated=True) as running, ThreadPoolExecutor() as others:
        written: list[Future[None]] = []

        def on_phase(name: str) -> None:
            if name == "refer 2022-02":
                written.append(others.submit(asyncio.run, write_by_hand(running.addresses.kafka)))

        assert run(running.addresses, keys_in(running.data).private, pupils=PUPILS, seed=SEED, on_phase=on_phase)
        for one in written:
            one.result()
        assert written
        yield running


def as_(stack: Stack, scope: str) -> httpx.Client:
    return httpx.Client(headers={"Authorization": f"Bearer {stack.addresses.tokens[scope]}"}, timeout=30)


def test_what_nobody_may_hear_is_parked_and_said_until_it_is_discarded(stack: Stack) -> None:
    expected = {
        "referral": {(UNREADABLE, "unreadable")},
        "enrolment": {(UNREADABLE, "unreadable")},
        "production": {(UNREADABLE, "unreadable")},
        "reporting": {(UNREADABLE, "unreadable"), (ELSEWHERE, "wrong_topic")},
    }
    with as_(stack, "admin") as admin:
        for service, url in stack.addresses.services.items():
            parked = admin.get(f"{url}/admin/parked").json()["items"]
            assert {(one["coordinates"].split("/")[0], one["code"]) for one in parked} == expected[service]
            ready = admin.get(f"{url}/health/ready").json()
            assert (ready["status"], ready["parked"], ready["lost"]) == ("degraded" if parked else "ok", len(parked), 0)
            for one in parked:
                done = admin.post(f"{url}/admin/parked/{one['coordinates']}/discard", json={"reason": "Écrit à la main."})
                assert done.is_success
            assert admin.get(f"{url}/admin/parked").json()["items"] == []
            assert admin.get(f"{url}/health/ready").json()["status"] == "ok"


def test_nothing_is_left_behind(stack: Stack) -> None:
    assert {(lag.group, lag.topic): lag.messages for lag in asyncio.run(_settled(stack)) if lag.messages} == {}


def test_no_name_birth_date_or_contact_is_in_any_topic_or_log(stack: Stack) -> None:
    identities, records = asyncio.run(_identities(stack)), asyncio.run(_records(stack))
    assert len(identities) > PUPILS
    assert len(records) > 20 * PUPILS
    published = b"\n".join(records)
    assert [one for one in identities if one.encode() in published] == []
    logs = b"\n".join(file.read_bytes() for file in (stack.data / "logs").glob("*.log"))
    assert [one for one in identities if one.encode() in logs] == []


def test_the_dashboard_shows_the_region_and_says_that_it_is_simulated(stack: Stack) -> None:
    with as_(stack, "region") as region:
        page = region.get(stack.addresses.services["reporting"])
    assert page.status_code == 200
    assert "simulées" in page.text
    for school in ("Besançon", "Chalon-sur-Saône", "Juralternance", "buissonnière", "Anne-Marie"):
        assert school in page.text


def test_a_school_that_joins_brings_its_pupils_from_a_file(stack: Stack, tmp_path: Path) -> None:
    with as_(stack, "admin") as admin:
        intakes = admin.get(f"{stack.addresses.services['enrolment']}/intakes", params={"school_year": "2024-2025"}).json()[
            "items"
        ]
    free = next(one for one in intakes if one["year_of_study"] == 2 and one["seats_left"])
    file = tmp_path / "eleves.csv"
    known = f"besancon;DEMO-{Role.TAKEN_OVER};11/2004;cap-conducteur-installations;2021-2022;2;15/06/2020;01/09/2020"
    new = f"{free['school']['id']};2024/017;03/2007;{free['programme']['id']};2024-2025;2;12/06/2023;04/09/2023"
    file.write_text("\n".join((HEADER, known, new)))
    done = CliRunner().invoke(app, ["import", "pupils", str(file), "--data", str(stack.data)])
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2), done.output
    assert "1 élève repris, 1 déjà là" in done.stderr.replace("\xa0", " ")


async def _settled(stack: Stack) -> Any:
    """The lag once the last commits have come (Faust commits every half second)."""
    found = await lags(stack.addresses.brokers, SERVICES)
    for _ in range(20):
        if not any(lag.messages for lag in found):
            break
        await asyncio.sleep(0.5)
        found = await lags(stack.addresses.brokers, SERVICES)
    return found


async def _identities(stack: Stack) -> set[str]:
    """Every word of the vault that tells who somebody is."""
    database = connect(stack.addresses.mongodb, "etabli_referral")
    found: set[str] = set()

    def gather(value: Any, field: str = "") -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                gather(inner, name)
        elif isinstance(value, list):
            for inner in value:
                gather(inner, field)
        elif field in VAULT and isinstance(value, str) and len(value) >= SHORTEST:
            found.add(value)

    vault = Vault(database, Clock(), [bytes.fromhex(keys_in(stack.data).vault.read_text())])
    everyone = [UUID(row["_id"]) for row in await database["persons"].find(fields={"_id": 1})]
    for sent in (await vault.sent_with(everyone)).values():
        gather(sent.model_dump(mode="json"))
    await database.close()
    return found


async def _records(stack: Stack) -> list[bytes]:
    """Every record of every topic: key, value and headers."""
    found: list[bytes] = []
    async with consumer(stack.addresses.brokers) as reader:
        reader.subscribe([*TOPICS, *map(dead_letters, TOPICS)])
        empty = 0
        while empty < 5:
            batches = await reader.getmany(timeout_ms=300)
            empty = 0 if batches else empty + 1
            for batch in batches.values():
                for record in batch:
                    found += [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
    return found
