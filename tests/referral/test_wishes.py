"""What may be wished for: what a school of the catalogue teaches, said at the field, and what is shown of it."""

from typing import Any

import httpx
import pytest

from tests.conftest import Running, Start
from tests.referral.builders import (
    CIO,
    DOLE,
    SERRURERIE,
    a_referral,
    catalogue_publishes,
    programme_opened,
    read,
    refer,
    referring,
    school_registered,
)

AT_DOLE = {"school": "dole", "programme": "dole-cap-serrurerie"}
WRONG: list[tuple[list[dict[str, Any]], list[str]]] = [
    ([{"school": "doles", "programme": "dole-cap-serrurerie"}], ["wishes.0.school"]),
    ([{"school": "unheard", "programme": "cap"}], ["wishes.0.school"]),
    ([{"school": "dole", "programme": "couture"}], ["wishes.0.programme"]),
    ([{"school": "dole", "programme": "cap-elsewhere"}], ["wishes.0.programme"]),
    (
        [AT_DOLE, {"school": "x", "programme": "y"}, {"school": "dole", "programme": "y"}],
        ["wishes.1.school", "wishes.2.programme"],
    ),
    ([{"sector": "couture", "departments": ["39"]}], ["wishes.0.sector"]),
    ([{"sector": "bois", "departments": ["21", "71"]}], ["wishes.0.departments"]),
    ([{**AT_DOLE, "year_of_study": 3}], ["wishes.0.year_of_study"]),
    ([{"sector": "bois", "departments": ["39"], "year_of_study": 3}], ["wishes.0.year_of_study"]),
]


async def two_schools(here: Running) -> None:
    """Beside Dole, another school; and a programme whose school was not heard of."""
    elsewhere = school_registered("elsewhere", department="25"), programme_opened("cap-elsewhere", "elsewhere", sector="fer")
    await catalogue_publishes(here, *elsewhere, programme_opened("cap", "unheard"))


@pytest.mark.parametrize(("wishes", "fields"), WRONG)
async def test_a_wish_for_what_nobody_teaches_is_refused_at_its_field(
    api: Running, wishes: list[dict[str, Any]], fields: list[str]
) -> None:
    await two_schools(api)
    answer = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(wishes=wishes))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_wish")
    errors = answer.json()["errors"]
    assert [error["field"] for error in errors] == fields
    assert answer.json()["detail"] == " ".join(f"{error['field']} : {error['detail']}" for error in errors)
    assert await api.store.database["referrals"].find() == await api.store.database["persons"].find() == []


async def test_what_is_taught_may_be_wished_for_and_is_shown_by_its_name(api: Running) -> None:
    sector = {"sector": "bois", "departments": ["21", "39"], "year_of_study": 2}
    shown = await refer(api, wishes=[AT_DOLE, sector])
    nothing = {"unopened": None, "sentence": None}
    assert shown["wishes"] == [
        {"school": DOLE, "programme": SERRURERIE, "sector": None, "departments": [], "year_of_study": 1, **nothing},
        {"school": None, "programme": None, "sector": "bois", "departments": ["21", "39"], "year_of_study": 2, **nothing},
    ]
    assert shown["agency"] == {"id": CIO, "name": CIO.upper()}
    assert (await api.as_(f"agency:{CIO}").get("/referrals")).json()["items"][0]["wishes"] == shown["wishes"]


async def test_the_schools_that_may_be_wished_for_are_listed_for_all_with_their_latest_facts(api: Running) -> None:
    await two_schools(api)
    moved = school_registered(address="1 rue du Banc, 39100 Dole")
    await catalogue_publishes(api, moved, programme_opened(title="CAP Métallerie"))
    [dole, elsewhere] = (await api.as_("school:dole:workshop").get("/schools")).json()["items"]
    taught = {**SERRURERIE, "title": "CAP Métallerie", "sector": "bois", "years": 2}
    assert dole == {**DOLE, "address": "1 rue du Banc, 39100 Dole", "department": "39", "programmes": [taught]}
    assert (elsewhere["id"], [one["id"] for one in elsewhere["programmes"]]) == ("elsewhere", ["cap-elsewhere"])


async def test_the_same_demand_is_answered_the_same_whatever_became_of_the_catalogue(running: Start) -> None:
    async with referring(running) as here:
        cio = here.as_(f"agency:{CIO}")

        async def both() -> list[httpx.Response]:
            """One demand that has a reference of its own, one that has a key."""
            referenced = await cio.post("/referrals", json=a_referral(external_id="D-17"))
            return [referenced, await cio.post("/referrals", json=a_referral(), headers={"Idempotency-Key": "k"})]

        first = await both()
        await here.store.database["catalogue"].delete({})
        again = await both()
        assert [answer.status_code for answer in again] == [201, 201]
        ids = [[answer.json()["referral_id"] for answer in answers] for answers in (first, again)]
        assert ids[0] == ids[1]
        assert (await cio.post("/referrals", json=a_referral())).json()["code"] == "unknown_wish"


async def test_what_was_not_heard_of_is_shown_by_its_id(api: Running) -> None:
    shown = await refer(api)
    await api.store.database["catalogue"].delete({})
    [wish] = (await read(api, shown["referral_id"]))["wishes"]
    unknown = {"name": None, "address": None, "town": None, "phone": None}
    assert wish["school"] == {"id": "dole", **unknown}
    assert wish["programme"] == {"id": "dole-cap-serrurerie", "title": None, "certification": None}
