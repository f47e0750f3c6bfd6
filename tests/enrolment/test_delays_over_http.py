"""Delays over HTTP: closures and delays said by the school, what is late, who is slow to answer, and a sweep."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from services.enrolment import handlers
from shared.events.catalogue import SchoolCalendarChanged
from tests.conftest import Start
from tests.enrolment.builders import a_message
from tests.enrolment.drivers import events_of
from tests.enrolment.life import Life, living, read

CLOSURE: dict[str, Any] = {"first_day": "2025-09-15", "last_day": "2025-09-19"}


@pytest_asyncio.fixture(loop_scope="session")
async def life(running: Start) -> AsyncIterator[Life]:
    async with living(running, seats=3) as life:
        yield life


async def hears_closures(life: Life) -> None:
    """What its stream would bring it."""
    told = await events_of(life.here.store.schools, "essai")
    for sequence, event in enumerate(told, start=1):
        if isinstance(event, SchoolCalendarChanged):
            message = a_message(event, source="/enrolment/schools/essai", sequence=sequence)
            await handlers.open_days_changed(life.here.store, event, message)


async def test_a_school_says_its_open_days_and_delays_and_its_lists_follow(life: Life) -> None:
    seats = read(await life.head.get(f"/intakes/{life.intake}"))
    assert (seats["answer_days"], seats["offer_days"]) == (20, 10)
    referral = await life.refers()
    one = life.one(referral)
    assert read(await life.head.get(one))["due_on"] == "2025-09-29"
    assert read(await life.agency.get(one))["due_on"] is None  # it depends on what others were told

    for _ in range(2):
        school = await life.does("/schools/essai/closures", **CLOSURE)
    assert school["calendar"] == {"zone": "metropolitan", "closures": [CLOSURE]}
    await hears_closures(life)
    assert read(await life.head.get(one))["due_on"] == "2025-10-06"
    await life.does(f"/intakes/{life.intake}/delays", answer_days=5, offer_days=2)
    assert read(await life.head.get(one))["due_on"] == "2025-10-06"
    later = await life.refers()
    assert read(await life.head.get(life.one(later)))["due_on"] == "2025-09-08"

    await life.passes_to("2025-09-05")
    (late,) = read(await life.head.get("/applications/late"))["items"]
    assert (late["young_id"], late["kind"], late["since"], late["open_days"]) == (str(later.young_id), "answer", "2025-09-01", 4)
    assert "admit" in [move["name"] for move in late["next"]]
    awaited = read(await life.agency.get("/applications/awaited"))["items"]
    assert {(one["referral_id"], one["since"], one["open_days"]) for one in awaited} == {
        (str(referral.referral_id), "2025-09-01", 4), (str(later.referral_id), "2025-09-01", 4)
    }  # fmt: skip
    slow = read(await life.agency.get("/applications/awaited", params={"late": True, "limit": 1}))
    assert [one["school"]["id"] for one in slow["items"]] == ["essai"]
    second = read(await life.agency.get("/applications/awaited", params={"late": True, "limit": 1, "cursor": slow["next"]}))
    assert {one["referral_id"] for page in (slow, second) for one in page["items"]} == {one["referral_id"] for one in awaited}
    assert read(await life.here.as_("agency:autre:counsellor").get("/applications/awaited"))["items"] == []
    assert read(await life.here.as_("school:voisine:head").get("/applications/late"))["items"] == []


async def test_a_sweep_says_what_it_did_and_a_day_to_come_is_for_a_simulated_clock_alone(life: Life) -> None:
    admin = life.here.as_("admin")
    referral, offered = await life.refers(), await life.refers()
    await life.does(f"{life.one(offered)}/admit", met="interview")
    place = await life.does(f"{life.one(offered)}/offer")
    assert (place["until"], place["due_on"]) == ("2025-09-15", "2025-09-15")
    done = read(await admin.post("/sweep", json={"on": "2025-09-19"}))
    assert done == {
        "on": "2025-09-19", "unanswered": 0, "offers_expired": 1, "closed": 0, "reminded": 1, "offered": 0, "lapsed": 0,
        "failed": 0,
    }  # fmt: skip
    assert read(await admin.get("/admin/clock"))["today"] == "2025-09-19"
    done = read(await admin.post("/sweep", json={"on": "2025-10-02"}))
    assert (done["unanswered"], read(await life.head.get(life.one(referral)))["label"]) == (1, "délai dépassé")
    assert sum(value for name, value in read(await admin.post("/sweep", json={})).items() if name != "on") == 0
    assert read(await life.head.get("/applications/late"))["items"][0]["next"] == [{"name": "reopen", "label": "rouvrir"}]
    refused = await admin.post("/sweep", json={"on": "2099-01-01"})
    assert read(refused, 422)["code"] == "in_the_future"


async def test_what_cannot_be_a_closure_or_is_another_school_s_is_refused(life: Life) -> None:
    async def says(path: str, status: int, **body: Any) -> Any:
        return read(await life.head.post(path, json=body), status)

    backwards = {"first_day": "2025-09-19", "last_day": "2025-09-15"}
    assert (await says("/schools/essai/closures", 422, **backwards))["code"] == "inconsistent"
    for first, last in (("2020-09-15", "2020-09-19"), ("2099-09-15", "2099-09-19"), ("2025-09-15", "2026-09-15")):
        assert (await says("/schools/essai/closures", 422, first_day=first, last_day=last))["code"] == "out_of_range"
    await says("/schools/voisine/closures", 404, **CLOSURE)
    assert (await life.head.put("/schools/voisine/holidays", json={"zone": "reunion"})).status_code == 404
    zone = read(await life.head.put("/schools/essai/holidays", json={"zone": "alsace_moselle"}))
    assert zone["calendar"]["zone"] == "alsace_moselle"
    await says("/schools/essai/closures", 200, **CLOSURE)
    cancelled = await says("/schools/essai/closures/cancel", 200, **CLOSURE)
    assert cancelled["calendar"] == {"zone": "alsace_moselle", "closures": []}
    await says(f"/intakes/{life.intake}/delays", 422, answer_days=0, offer_days=500)
