"""A school that lost its place reads its whole present state and goes on from there, without a hole and without a double."""

import asyncio
from collections import Counter

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.servers import Servers
from services.enrolment import handlers
from services.enrolment.main import service
from shared.events import TO_SCHOOLS
from shared.events.referral import AgencyKind, AgencyRegistered
from shared.kernel.caller import Grant
from shared.messaging.tenant_topic import last_of, topic_of
from tests.conftest import Start
from tests.enrolment.builders import MAY, a_message
from tests.enrolment.life import INTAKE, SCHOOL, THIS_YEAR, Life, living, read
from tests.enrolment.stream import School, told_to

HEAD = Grant.of("school", "essai", "head").held_by("someone")


async def lives(life: Life, number: int) -> None:
    """One young person, as far as their number takes them."""
    referral = await life.refers()
    one = life.one(referral)
    if number % 4 == 0:
        code = "no_place" if number % 8 == 0 else "not_mobile"
        await life.does(f"{one}/refuse", code=code)
        if number % 16 == 0:
            await declines(life, str(referral.young_id))
        return
    await life.does(f"{one}/admit", met="interview")
    if number % 4 == 1:
        await life.does(f"{one}/waitlist")
        return
    await life.does(f"{one}/offer", until="2025-09-12")
    await life.does(f"{one}/confirm")
    await life.does(f"/pupils/{referral.young_id}/start")
    if number % 4 == 2:
        await life.does(f"/pupils/{referral.young_id}/interrupt", code="moved")


async def declines(life: Life, young_id: str) -> None:
    """Their agency wants nothing of what it is proposed."""
    (one,) = [one for one in read(await life.agency.get("/transfers"))["items"] if one["young_id"] == young_id]
    read(await life.agency.post(f"/transfers/{one['transfer_id']}/decline", json={}))


async def quiet(life: Life, servers: Servers, start: int) -> bool:
    """Whether all that was decided is told, and heard, and its copies told in turn."""
    copied = {"type": {"$in": [event.type for event in TO_SCHOOLS]}}
    if await life.here.runtime.relay.pending(1):
        return False
    told: int = await life.here.store.database["history"].count(copied)
    return len(await told_to(servers, HEAD, start)) == told


async def settled(life: Life, servers: Servers, start: int) -> bool:
    """Quiet twice: what follows from the last message heard is decided after its copy."""
    if not await quiet(life, servers, start):
        return False
    await asyncio.sleep(1)
    return await quiet(life, servers, start)


async def test_who_reads_the_snapshot_and_goes_on_ends_as_who_followed_from_the_start(
    running: Start, kafka_apart: Servers
) -> None:
    """On a Kafka that no test before told anything on: this school would be told of it too."""
    async with living(running, service, seats=30, kafka=kafka_apart.kafka) as life:
        topic = topic_of(HEAD)
        elsewhere = {**INTAKE, **THIS_YEAR, "school": "voisine", "seats": 30}
        read(await life.here.as_("school:voisine:head").post("/intakes", json=elsewhere), 201)

        async def there() -> bool:
            return topic.name in (await told_topics(kafka_apart))

        await life.here.until(there)
        start = await last_of(kafka_apart.brokers, topic)
        for number in range(4):
            await lives(life, number)
        working = asyncio.create_task(all_live(life, range(4, 20)))
        readers: list[tuple[School, int]] = []
        while not working.done() or len(readers) < 3:
            school = School()
            readers.append((school, await school.reads(life.head)))
        await working
        await life.here.until(lambda: settled(life, kafka_apart, start))
        followed = School()
        for told in await told_to(kafka_apart, HEAD, start):
            followed.hears(told)
        kinds = Counter(document.split("/")[2] for document, _ in followed.state)
        assert kinds == {"intakes": 20, "pupils": 10, "hand_backs": 5, "transfers": 3}
        for school, position in readers:
            for told in await told_to(kafka_apart, HEAD, position):
                school.hears(told)
            assert school.state == followed.state
        whole = School()
        await whole.reads(life.head, limit=200)
        assert whole.state == followed.state


async def all_live(life: Life, numbers: range) -> None:
    for first in range(numbers.start, numbers.stop, 4):
        await asyncio.gather(*(lives(life, number) for number in range(first, first + 4)))


async def told_topics(servers: Servers) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def test_a_snapshot_is_of_one_s_own_school_and_of_nobody_else(running: Start) -> None:
    async with living(running) as life:
        await life.refers()
        assert len(read(await life.head.get("/snapshot"))["items"]) == 1
        assert read(await life.here.as_("school:voisine:office").get("/snapshot"))["items"] == []
        for scope in ("agency:cio-essai:counsellor", "region", "federation", "admin", "school:essai:workshop"):
            assert (await life.here.as_(scope).get("/snapshot")).status_code == 403


async def test_no_school_has_the_id_of_an_agency(running: Start) -> None:
    async with living(running) as life:
        registered = AgencyRegistered(agency="vesoul", kind=AgencyKind.CIO, name="Vesoul", department="70", on=MAY)
        await handlers.agency_registered(life.here.store, registered, a_message(registered, source="/referral/agencies/vesoul"))
        refused = await life.here.as_("admin").put("/schools/vesoul", json=SCHOOL)
        assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")
