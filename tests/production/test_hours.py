"""Hours are typed and read in hours; what was typed in minutes is refused or asked about. Names stand beside ids."""

from typing import Any

import pytest

from shared.events.catalogue import ProgrammeOpened, SchoolRegistered
from shared.events.production import in_hours
from tests.production.builders import MONDAY, WEEK, an_id
from tests.production.conftest import Production

IN_MINUTES = "heures : s’agit-il de minutes ?"


async def put(production: Production, **body: Any) -> Any:
    young = await production.a_pupil(an_id("ana"))
    return await production.workshop.put(f"/weeks/{WEEK}/{young}", json=body)


async def test_hours_are_told_in_minutes_and_read_as_they_were_typed(production: Production) -> None:
    typed = {"production": 7.5, "practice": 0.33, "teaching": 12, "placement": 7.255, "absence_justified": 0}
    answer = await put(production, hours=typed)
    assert answer.json()["hours"] == {**typed, "placement": 7.25, "absence_unjustified": 0}
    [row] = await production.store.weeks.collection.find()
    assert (row["state"]["minutes"]["production"], row["state"]["minutes"]["practice"]) == (450, 20)


def test_hours_to_the_hundredth_come_back_to_the_same_minute() -> None:
    assert all(round(in_hours(minutes) * 60) == minutes for minutes in range(7 * 24 * 60 + 1))


@pytest.mark.parametrize(
    ("hours", "field", "sentence"),
    [
        ({"production": 2100}, "hours.production", f"2100 {IN_MINUTES}"),
        ({"teaching": 420}, "hours.teaching", f"420 {IN_MINUTES}"),
        ({"practice": 168.5}, "hours.practice", f"168,5 {IN_MINUTES}"),
        ({"production": 10**400}, "hours.production", f"Autant d’{IN_MINUTES}"),
        ({"production": "7,5"}, "hours.production", "Un nombre est attendu, sans guillemets."),
        ({"production": True}, "hours.production", "Un nombre est attendu, sans guillemets."),
        ({"production": -0.5}, "hours.production", "Ce nombre est trop petit."),
    ],
)
async def test_what_no_week_holds_was_typed_in_minutes(
    production: Production, hours: dict[str, Any], field: str, sentence: str
) -> None:
    answer = await put(production, hours=hours)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": field, "detail": sentence}])


async def test_the_hours_on_an_order_and_those_of_a_workshop_are_hours_too(production: Production) -> None:
    young, order = await production.a_pupil(an_id("ana")), await production.an_order("accepted")
    on_orders = [{"order_id": order["order_id"], "hours": 420}]
    body = {"pupils": [{"young_id": str(young), "hours": {"production": 7}, "on_orders": on_orders}]}
    answer = await production.workshop.put(f"/weeks/{WEEK}", json=body)
    assert answer.json()["errors"] == [{"field": "pupils.0.on_orders.0.hours", "detail": f"420 {IN_MINUTES}"}]


async def test_parts_that_add_up_to_the_week_are_not_refused_for_a_rounded_minute(production: Production) -> None:
    orders = [await production.an_order("accepted") for _ in range(3)]
    on_orders = [{"order_id": order["order_id"], "hours": 0.08} for order in orders]
    answer = await put(production, hours={"production": 0.24}, on_orders=on_orders)
    assert (answer.status_code, sum(part["hours"] for part in answer.json()["on_orders"])) == (200, pytest.approx(0.24, abs=0.02))
    answer = await put(production, hours={"production": 0.23}, on_orders=on_orders)
    assert answer.json()["code"] == "more_than_production"


async def test_a_week_that_looks_like_minutes_is_kept_and_asked_about(production: Production) -> None:
    assert (await put(production, hours={"production": 48})).json()["warnings"] == []
    warning = {"code": "looks_like_minutes", "detail": "54 h 30 dans la semaine : s’agit-il de minutes ?"}
    assert (await put(production, hours={"production": 40, "teaching": 14.5})).json()["warnings"] == [warning]
    body = {"pupils": [{"young_id": str(an_id("ana")), "hours": {"production": 54.5}}]}
    answer = (await production.workshop.put(f"/weeks/{WEEK}", json=body)).json()
    assert (answer["saved"], answer["warnings"]) == (1, [{"young_id": str(an_id("ana")), **warning}])


async def test_schools_and_programmes_are_shown_under_their_names(production: Production) -> None:
    facts: dict[str, Any] = {
        "name": "École de Besançon", "commune": "25056", "town": "Besançon", "department": "25", "phone": "+33353010025"
    }  # fmt: skip
    traits: dict[str, Any] = {
        "title": "CAP CIP", "certification": "cap", "sector": "industrie", "years": 2, "dangerous_machines": True
    }  # fmt: skip
    await production.handle(SchoolRegistered(school="besancon", on=MONDAY, **facts), 1)
    await production.handle(ProgrammeOpened(school="besancon", programme="cap-cip", on=MONDAY, **traits), 2)
    school = {"id": "besancon", "name": "École de Besançon", "address": None, "town": "Besançon", "phone": "+33353010025"}
    programme = {"id": "cap-cip", "title": "CAP CIP", "certification": "cap"}
    logged = (await put(production, hours={"production": 7})).json()
    week = (await production.workshop.get(f"/weeks/{WEEK}")).json()
    assert [logged["programme"], week["pupils"][0]["programme"], week["school"]] == [programme, programme, school]
    order = await production.an_order("quoted")
    listed = [*(await production.head.get("/orders")).json()["items"], *(await production.head.get("/clients")).json()["items"]]
    assert [each["school"] for each in (order, *listed)] == [school] * 3
