"""Hours over HTTP, on the real servers."""

import time
from datetime import date
from typing import Any
from uuid import UUID

from shared.events.students import InterruptionCode, StudentInterrupted, StudentResumed
from tests.production.builders import NAMELESS, WEEK, WHOSE, an_enrolment, an_id
from tests.production.conftest import Production

USUAL = {"production": 21, "practice": 1.5, "teaching": 7.5}
NOTHING = {"production": 0, "practice": 0, "teaching": 0, "placement": 0, "absence_justified": 0, "absence_unjustified": 0}


async def put(production: Production, young_id: UUID, hours: dict[str, float], *, week: str = WEEK, **overrides: Any) -> Any:
    return await production.workshop.put(f"/weeks/{week}/{young_id}", json={"hours": hours, **overrides})


async def test_a_week_answers_with_its_measures_those_of_the_year_and_its_alerts(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"))
    order = await production.an_order("started")
    assert (await put(production, young, {"teaching": 15}, week="2025-W36")).status_code == 200
    on_orders = [{"order_id": order["order_id"], "hours": 19.5}]
    answer = await put(production, young, {**USUAL, "placement": 10}, on_orders=on_orders)

    assert (answer.status_code, answer.json()) == (200, {
        "young_id": str(young), "enrolment_id": str(young), "week": WEEK,
        "programme": {"id": "cap-cip", "title": None, "certification": None},
        "hours": {**NOTHING, **USUAL, "placement": 10}, "on_orders": on_orders,
        "production_share": 0.7, "practice_share": 0.75,
        "year": {"production_share": 21 / 45, "practice_share": 0.5},
        "alerts": [
            {"code": "minor_over_35_hours", "detail": "40 h de présence : un mineur n’en fait que 35."},
            {"code": "production_share_low", "detail": "Depuis la rentrée, 46 % de production : la cible est de deux tiers."},
            {"code": "practice_share_low", "detail": "Depuis la rentrée, 50 % de pratique : la cible est de 60 %."},
        ],
        "warnings": [],
    })  # fmt: skip


async def test_the_week_of_a_school_shows_those_without_hours_too(production: Production) -> None:
    ana, bob = await production.a_pupil(an_id("ana")), await production.a_pupil(an_id("bob"))
    theirs = await production.a_pupil(an_id("elsewhere"), school="chalon")
    await production.elsewhere.put(f"/weeks/{WEEK}/{theirs}", json={"hours": USUAL})
    await production.a_pupil(an_id("next"), starts_on="2025-09-15")
    await put(production, ana, USUAL)
    await put(production, bob, {"teaching": 15}, week="2025-W36")
    seen = (await production.head.get(f"/weeks/{WEEK}")).json()

    pupils = {row.pop("young_id"): row for row in seen.pop("pupils")}
    assert seen == {
        "school": NAMELESS, "week": WEEK, "monday": "2025-09-08",
        "hours": {**NOTHING, **USUAL}, "production_share": 0.7, "practice_share": 0.75,
        "year": {"production_share": 21 / 45, "practice_share": 0.5},
    }  # fmt: skip
    assert set(pupils) == {str(ana), str(bob)}
    assert (pupils[str(ana)]["hours"], pupils[str(ana)]["alerts"]) == ({**NOTHING, **USUAL}, [])
    assert (pupils[str(bob)]["hours"], pupils[str(bob)]["production_share"]) == (None, None)
    assert pupils[str(bob)]["year"] == {"production_share": 0.0, "practice_share": 0.0}


async def test_the_year_shown_with_a_week_stops_at_that_week(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"))
    production.advance("2025-09-19T15:00:00+00:00")
    await put(production, young, {"teaching": 15}, week="2025-W38")
    assert (await put(production, young, USUAL)).json()["year"] == {"production_share": 0.7, "practice_share": 0.75}
    for week, share in ((WEEK, 0.7), ("2025-W38", 21 / 45)):
        assert (await production.head.get(f"/weeks/{week}")).json()["year"]["production_share"] == share


async def test_a_workshop_is_saved_at_once_but_for_those_refused(production: Production) -> None:
    pupils = [await production.a_pupil(an_id(f"pupil {rank}")) for rank in range(40)]
    order = await production.an_order("accepted")
    on_orders = [{"order_id": order["order_id"], "hours": 9}]
    pupils_worked = [{"young_id": str(young), "hours": USUAL, "on_orders": on_orders} for young in pupils]
    pupils_worked[7]["hours"] = {"production": 60.5}
    pupils_worked.append({"young_id": str(an_id("nobody")), "hours": USUAL})

    begun = time.perf_counter()
    answer = await production.workshop.put(f"/weeks/{WEEK}", json={"pupils": pupils_worked})
    took = time.perf_counter() - begun
    print(f"40 pupils' weeks in {took * 1000:.0f} ms")
    assert took < 10

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["saved"], body["alerts"]) == (39, [])
    assert [(one["young_id"], one["code"]) for one in body["refused"]] == [
        (str(pupils[7]), "too_many_hours"), (str(an_id("nobody")), "unknown_pupil"),
    ]  # fmt: skip
    assert body["refused"][0]["detail"] == (
        "60 h 30 dans une semaine : s’agit-il de minutes ? Au-delà de 60 h, elle n’est pas enregistrée."
    )
    again = (await production.workshop.put(f"/weeks/{WEEK}", json={"pupils": pupils_worked})).json()
    assert again["saved"] == 39
    seen = (await production.head.get(f"/weeks/{WEEK}")).json()
    assert sum(row["hours"] is not None for row in seen["pupils"]) == 39


async def test_a_week_is_told_once_however_often_it_is_said(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"))
    for worked in (10, 10, 15, 15, 10):
        assert (await put(production, young, {"production": worked})).status_code == 200
    history = production.store.database["history"]

    async def history_of_week() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await history.find({"document": f"besancon:{young}:{WEEK}"}, sort=["sequence"])
        return found if len(found) == 3 else []

    entries = await production.running.until(history_of_week)
    assert [(entry["source"], entry["key"], entry["sequence"]) for entry in entries] == [
        (f"/production/weeks/besancon:{young}:{WEEK}", str(young), sequence) for sequence in (1, 2, 3)
    ]


async def test_a_school_logs_hours_of_its_own_pupils_and_orders_only(production: Production) -> None:
    ana = await production.a_pupil(an_id("ana"))
    theirs = await production.a_pupil(an_id("zoe"), school="chalon")
    order = await production.an_order("accepted")
    await put(production, ana, USUAL)

    answer = await put(production, theirs, USUAL)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_pupil")
    body = {"hours": USUAL, "on_orders": [{"order_id": order["order_id"], "hours": 1}]}
    answer = await production.elsewhere.put(f"/weeks/{WEEK}/{theirs}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_order")
    answer = await production.elsewhere.put(f"/weeks/{WEEK}/{ana}", json={"hours": USUAL})
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_pupil")
    assert [row["young_id"] for row in (await production.elsewhere.get(f"/weeks/{WEEK}")).json()["pupils"]] == [str(theirs)]


async def test_two_schools_log_the_same_week_of_a_pupil_who_left_one_for_the_other(production: Production) -> None:
    young, monday = await production.a_pupil(an_id("ana")), date(2025, 9, 8)
    left = {**WHOSE, "young_id": young, "enrolment_id": young}
    await production.handle(StudentInterrupted(**left, on=monday, code=InterruptionCode.OTHER_SCHOOL), 2)
    there = an_enrolment(young_id=young, enrolment_id=an_id("there"), school="chalon", programme="cap-cip", on=monday)
    await production.handle(there, 3)
    assert (await put(production, young, {"practice": 1})).status_code == 200
    answer = await production.elsewhere.put(f"/weeks/{WEEK}/{young}", json={"hours": {"production": 15}})
    assert (answer.status_code, answer.json()["enrolment_id"]) == (200, str(an_id("there"))), answer.text
    for school, hours in ((production.head, {"practice": 1}), (production.elsewhere, {"production": 15})):
        [row] = (await school.get(f"/weeks/{WEEK}")).json()["pupils"]
        assert row["hours"] == {**NOTHING, **hours}


async def test_a_school_logs_no_week_from_before_the_pupil_was_its_own(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"), school="chalon", on=date(2025, 9, 10), starts_on=date(2025, 9, 1))
    answer = await production.elsewhere.put(f"/weeks/2025-W36/{young}", json={"hours": USUAL})
    assert (answer.status_code, answer.json()["code"]) == (409, "before_start")
    assert answer.json()["detail"] == "Cet élève entre le 10/09/2025 : la semaine 2025-W36 est avant."
    assert (await production.elsewhere.put(f"/weeks/{WEEK}/{young}", json={"hours": USUAL})).status_code == 200
    assert (await production.elsewhere.get("/weeks/2025-W36")).json()["pupils"] == []


async def test_a_week_of_another_century_is_no_week(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"))
    for week in ("9999-W52", "1999-W52", "2101-W01", "0001-W01"):
        assert (await production.head.get(f"/weeks/{week}")).status_code == 422, week
        assert (await put(production, young, USUAL, week=week)).status_code == 422, week
    for week in ("2000-W01", "2100-W52"):
        assert (await production.head.get(f"/weeks/{week}")).status_code == 200, week


async def test_what_is_mistyped_says_where(production: Production) -> None:
    young = await production.a_pupil(an_id("ana"))
    assert (await put(production, young, USUAL, week="2025-W54")).status_code == 422
    assert (await put(production, young, USUAL, week="2025-W38")).json()["code"] == "in_the_future"
    assert (await put(production, young, {"prodution": 1})).json()["errors"][0]["field"] == "hours"
    assert (await put(production, young, {"production": -1})).status_code == 422
    twice = {"pupils": [{"young_id": str(young), "hours": USUAL}] * 2}
    answer = await production.head.put(f"/weeks/{WEEK}", json=twice)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Un même élève est cité deux fois.")


async def test_a_week_typed_after_the_return_is_refused_as_before_it_and_a_kept_one_asks_to_be_looked_at(
    production: Production,
) -> None:
    production.advance("2025-12-12T15:00:00+00:00")
    young = await production.a_pupil(an_id("ana"))
    whose = {**WHOSE, "young_id": young, "enrolment_id": young}
    assert (await put(production, young, USUAL, week="2025-W47")).json()["warnings"] == []
    await production.handle(StudentInterrupted(**whose, on=date(2025, 11, 5), code=InterruptionCode.MOVED), 2)
    before = await put(production, young, USUAL, week="2025-W46")
    await production.handle(StudentResumed(**whose, on=date(2025, 12, 2)), 3)
    after = await put(production, young, USUAL, week="2025-W46")
    assert [(answer.status_code, answer.json()["code"]) for answer in (before, after)] == [(409, "after_leaving")] * 2
    (kept,) = (await production.head.get("/weeks/2025-W47")).json()["pupils"]
    assert (kept["hours"]["production"], [warning["code"] for warning in kept["warnings"]]) == (21, ["no_longer_present"])
    assert (await production.head.get("/weeks/2025-W46")).json()["pupils"] == []
    (to_check,) = (await production.head.get("/school-years/2025-2026/weeks-to-check")).json()["items"]
    assert (to_check["week"], to_check["young_id"], to_check["warnings"]) == ("2025-W47", str(young), kept["warnings"])
    assert (await production.elsewhere.get("/school-years/2025-2026/weeks-to-check")).json()["items"] == []
