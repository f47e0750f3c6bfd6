"""GET /indicators and GET /events, over the real service on a real mongod."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from services.reporting.api import indicators
from services.reporting.main import service
from services.reporting.settings import Settings
from shared.events.catalogue import SchoolRegistered
from shared.events.students import StudentStarted
from shared.messaging.kafka import producer
from shared.projections.notifier import Changes
from tests.conftest import Running, Start
from tests.reporting.drivers import Publisher, an_id, project
from tests.reporting.region import ALONE, TODAY, a_region


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(running: Start) -> AsyncIterator[Running]:
    """Reporting on 10 February 2026, with five schools and three cohorts of six."""
    async with running(service, Settings, **ALONE) as here:
        await project(here, a_region(cohorts=3, pupils=6, weeks=2, today=TODAY).messages)
        yield here


async def read(client: httpx.AsyncClient, **query: str) -> dict[str, dict[str, Any]]:
    answer = await client.get("/indicators", params=query)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["indicators"]}


async def test_an_indicator_says_its_formula_its_counts_and_what_it_is_compared_with(reporting: Running) -> None:
    answer = (await reporting.as_("admin").get("/indicators")).json()
    assert {field: answer[field] for field in ("scope", "cohort", "as_of", "simulated", "notice")} == {
        "scope": "network", "cohort": None, "as_of": "2026-02-10", "simulated": True,
        "notice": "Données simulées : aucune de ces personnes n’existe.",
    }  # fmt: skip
    diploma = next(one for one in answer["indicators"] if one["name"] == "diploma_success")
    assert list(diploma) == [
        "name", "version", "label", "formula", "unit", "reference", "numerator", "denominator", "unknown", "value", "low", "high",
        "parts", "masked",
    ]  # fmt: skip
    assert diploma["reference"]["label"] == "93 %"
    assert diploma["reference"]["published"] == "2021-02"
    assert diploma["value"] == round(diploma["numerator"] / diploma["denominator"], 6)


async def test_every_part_keeps_its_type(reporting: Running) -> None:
    figures = await read(reporting.as_("admin"))
    assert figures["cost"]["parts"]["complete"] is True
    assert isinstance(figures["answer_rate"]["parts"]["median_open_days"], float)
    assert isinstance(figures["orders"]["parts"]["received"], int)
    assert set(figures["diploma_success"]["parts"]["obtained_of_entrants"]) == {"numerator", "denominator"}


async def test_schools_add_up_to_the_network(reporting: Running) -> None:
    admin = reporting.as_("admin")
    schools = [await read(admin, scope=f"school:{school}") for school in ("besancon", "chalon", "dole", "clux", "chamblanc")]
    network = await read(admin)
    for name in ("interruption", "diploma_success", "production_share", "orders", "occupancy", "answer_rate"):
        assert sum(school[name]["denominator"] for school in schools) == network[name]["denominator"] > 0


async def test_a_region_reads_nothing_of_four_people_numbers_of_a_dozen_and_percentages_of_more(reporting: Running) -> None:
    region, admin = reporting.as_("region"), reporting.as_("admin")
    few, dozen, many = {"scope": "school:dole", "cohort": "2023-2024"}, {"scope": "school:dole"}, {"scope": "network"}
    whole = [(await read(admin, **query))["interruption"] for query in (few, dozen, many)]
    seen = [(await read(region, **query))["interruption"] for query in (few, dozen, many)]
    assert [one["denominator"] for one in whole] == [4, 14, 71]
    assert [one["denominator"] for one in seen] == [None, 14, 71]
    assert [one["masked"] for one in seen] == [True, False, False]
    assert [one["value"] for one in seen] == [None, None, whole[2]["value"]]
    assert (await read(region, **few))["production_share"] == (await read(admin, **few))["production_share"]


async def test_thresholds_are_settings(running: Start) -> None:
    async with running(service, Settings, **ALONE, masked_below=50) as here:
        await project(here, a_region(cohorts=1, pupils=6, weeks=0, today=TODAY).messages)
        assert (await read(here.as_("federation")))["interruption"]["masked"] is True
        assert (await read(here.as_("admin")))["interruption"]["masked"] is False


async def test_a_school_sees_itself_in_full_and_nothing_else(reporting: Running) -> None:
    dole = reporting.as_("school:dole:head")
    own = await read(dole, cohort="2023-2024")
    assert own == await read(dole, scope="school:dole", cohort="2023-2024")
    assert own["interruption"]["masked"] is False
    for scope in ("school:chalon", "network", "programme:dole-metier", "agency_kind:cio"):
        assert (await dole.get("/indicators", params={"scope": scope})).status_code == 404


async def test_what_cannot_be_read_is_answered_with_a_problem(reporting: Running) -> None:
    cases = [
        ("agency:cio-dole", {}, 403),
        ("admin", {"scope": "school:nowhere"}, 404),
        ("admin", {"cohort": "2025"}, 422),
        ("admin", {"as_of": "tomorrow"}, 422),
        ("admin", {"as_of": "2026-02-11"}, 422),
    ]
    for caller, query, status in cases:
        answer = await reporting.as_(caller).get("/indicators", params=query)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), query


async def test_signed_out_there_is_no_figure(reporting: Running) -> None:
    for path in ("/indicators", "/events"):
        assert (await reporting.signed_out().get(path)).status_code == 401


async def test_as_known_on_a_day_answers_with_what_was_told_by_its_evening(reporting: Running) -> None:
    admin = reporting.as_("admin")
    before = await read(admin, as_of="2025-08-31")
    after = await read(admin, as_of="2025-09-01")
    assert before["interruption"]["denominator"] < after["interruption"]["denominator"]
    assert before["production_share"]["denominator"] < after["production_share"]["denominator"]
    started = StudentStarted(
        on=date(2025, 8, 20), enrolment_id=an_id("enrolment", "dole", 2025, 0), young_id=an_id("young", "dole", 2025, 0),
        school="dole", programme="dole-metier",
    )  # fmt: skip
    late = a_region(cohorts=3, pupils=6, weeks=2, today=TODAY)
    late.place(started.young_id, started, at=TODAY)
    await project(reporting, late.messages)
    assert await read(admin, as_of="2025-08-31") == before


async def test_an_interruption_is_not_known_before_it_is_told(reporting: Running) -> None:
    admin = reporting.as_("admin")
    before = (await read(admin, as_of="2024-11-30"))["interruption"]
    after = (await read(admin, as_of="2024-12-01"))["interruption"]
    assert before["denominator"] == after["denominator"]
    assert before["numerator"] < after["numerator"]


async def test_what_is_told_on_the_topics_is_read_and_announced(running: Start, servers: Servers) -> None:
    school = f"ecole-{uuid4().hex[:8]}"
    publisher = Publisher()
    registered = SchoolRegistered(on=TODAY, school=school, name="École neuve", commune="25056", town="Besançon", department="25")
    publisher.publish(f"/enrolment/schools/{school}", registered)
    async with running(service, Settings) as here:
        admin = here.as_("admin")
        before = here.store.projector.changes.number
        async with producer(servers.kafka) as kafka:
            for event, message in publisher.messages:
                await kafka.send_and_wait(event.topic, message.data, message.key.encode(), headers=message.headers())

        async def known() -> bool:
            return (await admin.get("/indicators", params={"scope": f"school:{school}"})).status_code == 200

        await here.until(known)
        assert await here.store.projector.changes.wait(before) > before


async def test_a_change_is_read_at_once(reporting: Running) -> None:
    admin = reporting.as_("admin")
    before = await read(admin)
    await project(reporting, a_region(cohorts=3, pupils=7, weeks=2, today=TODAY).messages)
    assert (await read(admin))["answer_rate"]["denominator"] > before["answer_rate"]["denominator"]


async def test_the_same_reading_serves_everyone_who_asks_at_once(reporting: Running) -> None:
    readings = reporting.store.readings
    five = await asyncio.gather(*(readings.read() for _ in range(5)))
    assert len(set(map(id, five))) == 1


async def test_readers_hear_a_change_at_most_once_a_second() -> None:
    changes = Changes()
    async with aclosing(indicators.changes(changes, None)) as stream:
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await changes.reach(1)
        assert await first == 1
        for number in range(2, 7):
            await changes.reach(number)
        since = monotonic()
        assert await anext(stream) == 6
        assert monotonic() - since > 0.9


@pytest.mark.parametrize("last_seen", [2, 99])
async def test_who_comes_back_late_or_after_a_restart_hears_at_once(last_seen: int) -> None:
    changes = Changes(4)
    async with aclosing(indicators.changes(changes, last_seen)) as stream, asyncio.timeout(0.5):
        assert await anext(stream) == 4


async def first_event(reporting: Running, last_event_id: bytes) -> bytes:
    """What the stream has sent a browser that names this event, once it has told a change."""
    received = bytearray()
    changed = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await changed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        received.extend(message.get("body", b"") if message.get("status", 200) == 200 else b"changed")
        if b"changed" in received:
            changed.set()

    headers = [(b"authorization", reporting.as_("region").headers["authorization"].encode()), (b"last-event-id", last_event_id)]
    request = {
        "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"", "http_version": "1.1",
        "scheme": "http", "server": ("etabli", 80), "headers": headers,
    }  # fmt: skip
    async with asyncio.timeout(5):
        await reporting.app(request, receive, send)
    return bytes(received)


async def test_the_stream_tells_a_change_as_an_event_with_its_number(reporting: Running) -> None:
    assert b"event: changed\ndata: 1\nid: 1\n\n" in await first_event(reporting, b"0")


NEVER_GIVEN = (b"abc", b"", b"-1", b"1.0", b"9" * 18, b"9" * 400, "٣".encode(), b"\xe9", b"1 1", b"+1", b"0x1")


@pytest.mark.parametrize("last_event_id", NEVER_GIVEN)
async def test_an_event_id_that_we_never_gave_gets_the_present_state(reporting: Running, last_event_id: bytes) -> None:
    await reporting.until(lambda: asyncio.sleep(0, reporting.store.projector.changes.number))
    assert b"event: changed\ndata: 1\nid: 1\n\n" in await first_event(reporting, last_event_id)
