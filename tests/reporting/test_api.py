"""GET /indicators, over the real service on a real mongod."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.bench.publisher import Publisher, an_id
from deploy.bench.region import ALONE, TODAY, a_region
from deploy.local.servers import Servers
from services.reporting.main import service
from services.reporting.settings import Settings
from shared.events.catalogue import SchoolRegistered
from shared.events.students import StudentStarted
from shared.messaging.kafka import producer
from shared.web.names import SchoolResponse
from tests.conftest import Running, Start
from tests.reporting.drivers import project


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
        "parts", "masked", "corrected_on",
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
        to_the_hundredth = pytest.approx(network[name]["denominator"], abs=0.01 * len(schools))  # of an hour
        assert sum(school[name]["denominator"] for school in schools) == to_the_hundredth
        assert network[name]["denominator"] > 0


async def test_hours_are_shown_in_hours(reporting: Running) -> None:
    figures = await read(reporting.as_("admin"))
    share, orders = figures["production_share"], figures["orders"]
    parts, counted = share["parts"], (share["numerator"], share["denominator"])
    assert (share["unit"], counted[0]) == ("heures", parts["production"])
    assert counted[1] == pytest.approx(parts["production"] + parts["practice"] + parts["teaching"], abs=0.02)
    assert share["value"] == pytest.approx(counted[0] / counted[1], abs=1e-5)
    assert orders["parts"]["production_hours"] == parts["production"] < 5000
    assert not [name for figure in figures.values() for name in figure["parts"] if "minutes" in name]


async def test_a_scope_is_named(reporting: Running) -> None:
    async def named(scope: str) -> tuple[Any, Any]:
        answer = (await reporting.as_("admin").get("/indicators", params={"scope": scope})).json()
        return answer["school"], answer["programme"]

    school, nothing = await named("school:dole")
    assert (school.keys(), school["id"], bool(school["name"]), nothing) == (
        SchoolResponse.model_fields.keys(),
        "dole",
        True,
        None,
    )
    nothing, programme = await named("programme:dole-metier")
    assert (nothing, programme["id"], bool(programme["title"])) == (None, "dole-metier", True)
    assert await named("network") == (None, None)


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
        async with producer(servers.brokers) as kafka:
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
