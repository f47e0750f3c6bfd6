"""Verdicts: what is taken in many at once is told of each in the very words of a POST of it alone."""

import json
from typing import Any
from uuid import UUID

from services.referral.use_cases.intake import Verdict, take_in
from shared.kernel.caller import Caller
from tests.conftest import Running
from tests.referral.builders import CIO, a_referral, an_identity, refer

JSON = {"Content-Type": "application/json"}
CALLER = Caller("someone", "agency", CIO, "counsellor")
BAD: dict[str, Any] = {
    "nothing": None,
    "a text": "orientation",
    "a list": [],
    "an empty object": {},
    "a name that the API knows elsewhere": a_referral(referral_id="7", nom="Dupont"),
    "an identity with a name of theirs": a_referral(identity=an_identity(prenom="Zoé", status="x")),
    "several fields": a_referral(identity=an_identity(phone="06", email="@", birth_date="14/03/2010")),
    "a rule between fields": a_referral(wishes=[{"school": "dole"}]),
    "no wish": a_referral(wishes=[]),
    "a wish that nobody teaches": a_referral(wishes=[{"school": "dole", "programme": "bac"}, {"school": "x", "programme": "y"}]),
    "too young": a_referral(identity=an_identity(birth_date="2013-01-01")),
    "a day to come": a_referral(on="2025-09-02"),
    "a sign that cannot be written": a_referral(external_id="\ud800"),
    "a number for a text": a_referral(external_id=17),
    "another demand under a reference": a_referral(external_id="known", situation="other"),
}  # fmt: skip


async def verdicts(here: Running, *items: Any, ids: list[UUID] | None = None) -> list[Verdict]:
    return await take_in(here.store, CALLER, items, ids=ids)


async def test_each_refusal_says_what_a_post_of_it_alone_says(api: Running) -> None:
    await refer(api, external_id="known")
    for said, verdict in zip(BAD.items(), await verdicts(api, *BAD.values()), strict=True):
        what, item = said
        alone = await api.as_(f"agency:{CIO}").post("/referrals", content=json.dumps(item), headers=JSON)
        refusal = verdict.refusal
        assert refusal, what
        problem = alone.json()
        told = (refusal.status, refusal.code, refusal.detail, [dict(one) for one in refusal.errors])
        assert told == (alone.status_code, problem["code"], problem["detail"], problem.get("errors", [])), what
    assert await api.store.referrals.collection.count() == 1


async def test_the_good_ones_pass_and_are_the_same_again(api: Running) -> None:
    items = [a_referral(external_id=name) for name in ("a", "b")]
    first, again = [await verdicts(api, *items, None) for _ in range(2)]
    assert [one.outcome for one in first] == ["accepted", "accepted", "refused"]
    assert [one.outcome for one in again] == ["same", "same", "refused"]
    assert [one.referral_id for one in again] == [one.referral_id for one in first]


async def test_without_a_reference_an_item_is_known_by_the_id_it_is_given_and_a_second_one_is_said(api: Running) -> None:
    [first, second] = await verdicts(api, a_referral(), a_referral(), ids=[UUID(int=1), UUID(int=2)])
    assert (first.referral_id, second.referral_id) == (UUID(int=1), UUID(int=2))
    assert (first.warnings, [one.referral_id for one in second.warnings]) == ((), [first.referral_id])
    assert [one.outcome for one in await verdicts(api, a_referral(), ids=[UUID(int=1)])] == ["same"]
