"""Two readers of a tenant's events, killed and restarted at random under load, while services and Kafka are killed too.

They end with exactly the events of their tenant, in order. ETABLI_FOLLOWED_SECONDS says for how long: `make test-followers` for
two minutes.
"""

import asyncio
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.keys import keys_in, token
from deploy.local.stack import Stack, running_stack
from deploy.simulation.client import ServiceClient, Unexpected
from deploy.simulation.polling import until_heard
from shared.messaging.topics import outbound
from tests.end_to_end.followers import seen_in
from tests.referral.builders import a_referral, an_identity

SECONDS = float(os.environ.get("ETABLI_FOLLOWED_SECONDS", "30"))
SEED = 10
SETTLED_WITHIN, QUIET = 240.0, 10.0
"""Seconds for all that was asked to be told, once nothing is killed any more; and for which nothing has come then."""
TENANTS = {"cio-dole": ("agency", "referral"), "essai": ("school", "enrolment")}
"""Who is followed: its kind, and the service that it asks and that tells it."""
BETWEEN_DEATHS = 31.0
"""Seconds between two deaths of one process: a third within a minute would stop the stack."""
SCHOOL = {"name": "École d’essai", "commune": "25056", "town": "Besançon", "department": "25"}
PROGRAMME = {"title": "CAP", "certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": False}


class Load:
    """Agencies refer, schools answer, one after the other and without end; what was accepted is remembered."""

    def __init__(self, client: ServiceClient, intakes: dict[str, str]) -> None:
        self.client, self.intakes, self.ended = client, intakes, False
        self.referred: dict[str, list[str]] = {agency: [] for agency in ("cio-dole", "mlds-jura")}
        self.young: dict[str, list[str]] = {school: [] for school in intakes}

    async def run(self, worker: int) -> None:
        number = 0
        while not self.ended:  # what was asked is always heard out: it may have been done
            number += 1
            await self._one(f"{worker}-{number}", random.Random(f"{SEED} {worker} {number}"))

    async def _one(self, name: str, dice: random.Random) -> None:
        agency, school = dice.choice(list(self.referred)), dice.choice(list(self.intakes))
        identity = an_identity(family_name=_letters(name), birth_date="2005-03-14", ine=None, email=None, phone="06 12 34 56 78")
        body = a_referral(
            external_id=name, identity=identity, wishes=[{"school": school, "programme": "cap"}], informed_on="2021-01-04",
            out_of_school_since="2020-12",
        )  # fmt: skip
        referred = await self.client.create(f"agency:{agency}", "referral", "/referrals", body, key=name)
        self.referred[agency].append(referred["referral_id"])
        self.young[school].append(referred["young_id"])
        with suppress(Unexpected):  # it has not come yet, or a try whose answer was lost had done it
            await asyncio.sleep(dice.uniform(0.1, 1))
            one = f"/intakes/{self.intakes[school]}/applications/{referred['young_id']}"
            await self.client.decide(f"school:{school}:head", "enrolment", f"{one}/review")
            await self.client.decide(f"school:{school}:head", "enrolment", f"{one}/refuse", {"code": "no_place"})


def _letters(name: str) -> str:
    return "Nom " + "".join(chr(ord("a") + int(digit)) if digit.isdigit() else " " for digit in name).title()


class Reader:
    """A process of `followers`, which writes down what it sees."""

    def __init__(self, file: Path, *arguments: str, **environment: str) -> None:
        self.file, self.deaths = file, 0
        self._command = [sys.executable, "-m", "tests.end_to_end.followers", arguments[0], str(file), *arguments[1:]]
        self._environment = {**os.environ, **environment}
        self.start()

    def start(self) -> None:
        self._process = Popen(self._command, env=self._environment, stderr=(self.file.parent / "readers.log").open("ab"))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.deaths += 1

    def seen(self) -> list[str]:
        """The ids of what it has seen."""
        return [one.data["id"] for one in seen_in(self.file)]


@pytest.mark.slow
async def test_readers_killed_at_random_end_with_exactly_the_events_of_their_tenant(tmp_path: Path) -> None:
    with running_stack(tmp_path, simulated=True) as stack:
        async with a_region(stack) as load:
            readers = [one for tenant in TENANTS for one in readers_of(stack, tenant, tmp_path)]
            try:
                await under_load(load, kill_at_random(stack, readers))
                await everything_is_there(stack, load, readers)
            finally:
                for reader in readers:
                    reader.kill()


@asynccontextmanager
async def a_region(stack: Stack) -> AsyncIterator[Load]:
    """Two agencies and two schools, one of each followed."""
    async with ServiceClient(stack.addresses.services, keys_in(stack.data).private) as client:
        for agency in ("cio-dole", "mlds-jura"):
            await client.put("admin", "referral", f"/agencies/{agency}", {"kind": "cio", "name": agency, "department": "39"})
        intakes = {}
        for school in ("essai", "voisine"):
            await client.put("admin", "enrolment", f"/schools/{school}", SCHOOL)
            await client.put("admin", "enrolment", f"/schools/{school}/programmes/cap", PROGRAMME)
            intake = {
                "school": school, "programme": "cap", "seats": 500, "school_year": "2020-2021", "starts_on": "2021-02-01",
                "closes_on": "2021-06-30",
            }  # fmt: skip
            intakes[school] = (await client.create("admin", "enrolment", "/intakes", intake, key=school))["intake_id"]

        async def wishable() -> bool:
            schools = await client.every("agency:cio-dole", "referral", "/schools")
            return sum(bool(school["programmes"]) for school in schools) == len(intakes)

        await until_heard(wishable, "les écoles")
        yield Load(client, intakes)


def readers_of(stack: Stack, tenant: str, folder: Path) -> list[Reader]:
    kind, service = TENANTS[tenant]
    url, signed = stack.addresses.services[service], token(keys_in(stack.data), f"{kind}:{tenant}", name="un logiciel")
    return [
        Reader(folder / f"{tenant}.http", "http", url, TOKEN=signed),
        Reader(folder / f"{tenant}.topic", "topic", stack.addresses.kafka, outbound(tenant)),
    ]


async def under_load(load: Load, kill: Callable[[], None]) -> None:
    workers = [asyncio.create_task(load.run(number)) for number in range(3)]
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(0.5, 2))
            await asyncio.to_thread(kill)
            for worker in workers:
                if worker.done():
                    worker.result()
    finally:
        load.ended = True
        await asyncio.gather(*workers)


def kill_at_random(stack: Stack, readers: list[Reader]) -> Callable[[], None]:
    """One death: mostly a reader's, which starts again at once; else a server's, which its supervisor starts again."""
    died = dict[str, float]()

    def kill() -> None:
        mortal = [name for name in ("referral", "enrolment", "kafka") if time.monotonic() - died.get(name, -1e9) > BETWEEN_DEATHS]
        if mortal and random.random() < 0.3:
            victim = random.choice(mortal)
            died[victim] = time.monotonic()
            stack.kill(victim)
        else:
            reader = random.choice(readers)
            reader.kill()
            reader.start()

    return kill


async def everything_is_there(stack: Stack, load: Load, readers: list[Reader]) -> None:
    """Once nothing more comes, each reader has what its tenant's topic holds: all that its tenant did or was sent, no more."""
    await asyncio.to_thread(stack.wait_ready, within=120)
    before: Any
    until, quiet_since, before = time.monotonic() + SETTLED_WITHIN, time.monotonic(), ({}, {})
    while True:
        seen = {reader.file.name: reader.seen() for reader in readers}
        told = {tenant: await told_on(stack.addresses.kafka, outbound(tenant)) for tenant in TENANTS}
        for name, ids in seen.items():
            assert ids == list(told[name.partition(".")[0]])[: len(ids)], name
        wrong = [one for tenant in TENANTS for one in not_its_own(tenant, told[tenant], load)]
        if (told, seen) != before:
            quiet_since, before = time.monotonic(), (told, seen)
        behind = [name for name, ids in seen.items() if len(ids) < len(told[name.partition(".")[0]])]
        if not (wrong or behind) and time.monotonic() - quiet_since > QUIET:
            break
        assert time.monotonic() < until, f"{behind} are behind; {wrong}"
        await asyncio.sleep(2)
    assert all(in_order(of_tenant.values()) and of_tenant for of_tenant in told.values())
    print({name: len(ids) for name, ids in seen.items()}, "deaths of readers:", sum(reader.deaths for reader in readers))


def not_its_own(tenant: str, told: dict[str, dict[str, Any]], load: Load) -> list[str]:
    """Referrals of an agency, or young people of a school, of whom it was not told; or was, and they are not its own."""
    about = "referral_id" if tenant in load.referred else "young_id"
    return sorted({data[about] for data in told.values()} ^ set(load.referred.get(tenant) or load.young[tenant]))


async def told_on(brokers: str, topic: str) -> dict[str, dict[str, Any]]:
    """What each event on a topic says, by its id, in order: by a plain client, not as the services read it."""
    place, told = TopicPartition(topic, 0), dict[str, dict[str, Any]]()
    async with AIOKafkaConsumer(bootstrap_servers=brokers, isolation_level="read_committed") as reader:
        reader.assign([place])
        await reader.seek_to_beginning()
        (end,) = (await reader.end_offsets([place])).values()
        while await reader.position(place) < end:
            for record in (await reader.getmany(timeout_ms=500)).get(place, ()):
                told.setdefault(dict(record.headers)["ce_id"].decode(), orjson.loads(record.value))
    return told


def in_order(told: Iterable[dict[str, Any]]) -> bool:
    """Whether revisions of each document rise."""
    by_document = defaultdict[str, list[int]](list)
    for data in told:
        by_document[f"{data.get('document') or data['referral_id']} {data['young_id']}"].append(data["revision"])
    return all(revisions == sorted(set(revisions)) for revisions in by_document.values())
