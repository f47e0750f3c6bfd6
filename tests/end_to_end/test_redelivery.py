"""Every topic replayed twice in shuffled order leaves both services as they were, and tells no tenant anything new."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition

from deploy.local.servers import Servers
from services.enrolment.main import service as enrolment
from services.referral.main import service as referral
from shared.events import TOPICS
from shared.events.message import ConsumerRecord
from shared.kernel.caller import Caller, Grant
from shared.messaging.kafka import consumer
from shared.messaging.topics import PARTITIONS
from shared.messaging.wire.records import record_of
from tests.conftest import Running, Start
from tests.end_to_end.test_hostile_agency import INTAKE, PROGRAMME, SCHOOL, UNTIL, WORD
from tests.enrolment.stream import School, told_to
from tests.referral.builders import a_referral, an_identity

CIO, MLDS = "cio-redit", "mlds-redit"
PARTITION = [TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)]
OF_THE_MACHINE = {"leases", "settled", "migrations", "clock", "audit", "sessions", "used_links", "request_keys"}
HEAD = Grant.of("school", "redit", "head").held_by("someone")
Ends = Mapping[TopicPartition, int]


def manager(agency: str) -> Caller:
    return Grant.of("agency", agency, "manager").held_by("someone")


async def ends(servers: Servers) -> Ends:
    async with consumer(servers.brokers) as reader:
        return dict(await reader.end_offsets(PARTITION))


async def told_since(servers: Servers, start: Ends) -> list[ConsumerRecord]:
    """Every record of our topics since then."""
    found: list[ConsumerRecord] = []
    async with consumer(servers.brokers, whole=()) as reader:
        reader.assign(PARTITION)
        for at, offset in start.items():
            reader.seek(at, offset)
        until = await reader.end_offsets(PARTITION)
        while any([await reader.position(at) < until[at] for at in PARTITION]):
            for batch in (await reader.getmany(timeout_ms=500)).values():
                found += map(record_of, batch)
    return found


def plain(value: Any) -> Any:
    """What is kept, but for how often it was written."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in ("version", "at")}
    return [plain(one) for one in value] if isinstance(value, list) else value


async def kept(*services: Running) -> dict[str, Any]:
    """All that these keep, by service, collection and id."""
    found: dict[str, Any] = {}
    for here in services:
        database = here.store.database
        for name in sorted(set(await database.names()) - OF_THE_MACHINE):
            rows = await database[name].find()
            found |= {f"{here.runtime.persistence.producer} {name} {row['_id']}": plain(row) for row in rows}
    return found


async def settled(*services: Running) -> dict[str, Any]:
    """The same, once it has not moved for a while."""
    before: dict[str, Any] = {}
    async with asyncio.timeout(60):
        while (now := await kept(*services)) != before or any([await here.runtime.relay.pending(1) for here in services]):
            before = now
            await asyncio.sleep(2)
    return before


async def meaning(servers: Servers) -> Any:
    """What each tenant knows who followed its topic, and of how many events: the school, by document; agencies, by referral."""
    school, views = School(), dict[str, tuple[int, Any]]()
    copies = await told_to(servers, HEAD)
    for told in copies:
        school.hears(told)
    changes = [told for agency in (CIO, MLDS) for told in await told_to(servers, manager(agency))]
    for told in changes:
        data = orjson.loads(told.message.data)
        if told.message.type.endswith("referral.erased.v1"):
            views[data["referral_id"]] = (-1, None)
        elif data["revision"] > views.get(data["referral_id"], (0, None))[0]:
            views[data["referral_id"]] = (data["revision"], data["view"])
    return school.known, views, len(copies), len(changes)


async def post(here: Running, scope: str, path: str, body: Any, *, method: str = "POST") -> Any:
    answer = await here.as_(scope).request(method, path, json=body)
    assert answer.status_code in (200, 201), (path, answer.text)
    return answer.json()


async def opens(agencies: Running, schools: Running) -> str:
    for agency, kind in ((CIO, "cio"), (MLDS, "mlds")):
        await post(agencies, "admin", f"/agencies/{agency}", {"kind": kind, "name": agency, "department": "25"}, method="PUT")
    await post(schools, "admin", "/schools/redit", SCHOOL, method="PUT")
    await post(schools, "admin", "/schools/redit/programmes/cap", PROGRAMME, method="PUT")
    intake = await post(schools, "school:redit:head", "/intakes", {**INTAKE, "school": "redit", "starts_on": "2025-09-01"})

    async def known() -> bool:
        listed = (await agencies.as_("admin").get("/schools")).json()["items"]
        return any(one["id"] == "redit" and one["programmes"] for one in listed)

    await agencies.until(known)
    return str(intake["intake_id"])


async def refers(agencies: Running, agency: str, who: str) -> dict[str, Any]:
    identity = an_identity(family_name=who, ine=None, phone=None, email=f"{who}@exemple.test")
    wishes = [{"school": "redit", "programme": "cap"}]
    shown: dict[str, Any] = await post(
        agencies, f"agency:{agency}:counsellor", "/referrals", a_referral(identity=identity, wishes=wishes)
    )
    return shown


async def lives(agencies: Running, schools: Running) -> None:
    """Four young people: a pupil who left, one refused and erased, one referred twice, one who waits."""
    intake = await opens(agencies, schools)
    pupil, erased, twice, waiting = [await refers(agencies, CIO, who) for who in ("Perrot", "Vuillemin", "Jacquot", "Bobillier")]
    await refers(agencies, MLDS, "Jacquot")
    every = [shown["young_id"] for shown in (pupil, erased, twice, waiting)]

    async def applied() -> bool:
        listed = (await schools.as_("school:redit:head").get("/applications")).json()["items"]
        return {one["young_id"] for one in listed} >= set(every)

    await schools.until(applied)

    async def school(young_id: str, *moves: tuple[str, Mapping[str, Any]]) -> None:
        for verb, body in moves:
            await post(schools, "school:redit:head", f"/intakes/{intake}/applications/{young_id}/{verb}", body)

    met = ("admit", {"met": "interview"})
    await school(every[0], met, ("offer", UNTIL), ("confirm", WORD))
    await post(schools, "school:redit:head", f"/pupils/{every[0]}/start", {})
    await post(schools, "school:redit:head", f"/pupils/{every[0]}/interrupt", {"code": "moved"})
    await school(every[1], ("refuse", {"code": "not_mobile"}))
    await school(every[2], met, ("offer", UNTIL))
    await school(every[3], met, ("waitlist", {}))
    await settled(agencies, schools)
    await post(agencies, "admin", f"/persons/{every[1]}/erasure", {"code": "person_asked"})


async def hear(services: Sequence[Running], records: Sequence[ConsumerRecord]) -> None:
    for record in records:
        for here in services:
            if record.topic in here.runtime.dispatcher.topics:
                await here.runtime.dispatcher.handle(record)


@pytest.mark.slow
async def test_every_topic_replayed_twice_in_shuffled_order_changes_nothing(running: Start, servers: Servers) -> None:
    async with running(referral) as agencies, running(enrolment) as schools:
        services, start = (agencies, schools), await ends(servers)
        await lives(*services)
        before = await settled(*services)
        told = await meaning(servers)
        assert (len(told[1]), told[2] > 10, told[3] > 10) == (5, True, True)
        again = await told_since(servers, start) * 2
        random.Random(11).shuffle(again)
        await hear(services, again)
        after = await settled(*services)
        assert {name: (before.get(name), after.get(name)) for name in before | after if before.get(name) != after.get(name)} == {}
        assert await meaning(servers) == told
        assert [name for name in after if " parked " in name] == []
