"""Grants over HTTP: posted twice, at once, corrected."""

import asyncio
from typing import Any

from tests.conftest import Start
from tests.enrolment.life import living, read

AWARD: dict[str, Any] = {
    "holder": "essai", "purpose": "operating", "civil_year": 2024, "funder": "region-bfc", "amount_cents": 1000,
}  # fmt: skip


async def test_a_past_grant_posted_twice_is_refused_and_a_mistake_is_mended(running: Start) -> None:
    async with living(running, seats=1) as life:
        region = life.here.as_("region")
        both = await asyncio.gather(*(region.post("/grants", json=AWARD) for _ in range(4)))
        assert sorted(answer.status_code for answer in both) == [201, 409, 409, 409]
        (made,) = (answer.json() for answer in both if answer.status_code == 201)
        again = await region.post("/grants", json=AWARD, headers={"Idempotency-Key": "another"})
        assert (again.json()["code"], made["grant_id"] in again.json()["detail"]) == ("already_awarded", True)
        keyed = [await region.post("/grants", json={**AWARD, "distinct": True}, headers={"Idempotency-Key": "2"}) for _ in "ab"]
        assert keyed[0].json() == keyed[1].json() != made

        grant = f"/grants/{made['grant_id']}"
        paid = read(await region.post(f"{grant}/payments", json={"amount_cents": 800, "on": "2024-03-01"}), 201)
        twice = await region.post(f"{grant}/payments", json={"amount_cents": 800, "on": "2024-03-01"})
        assert (twice.status_code, twice.json()["code"]) == (409, "already_paid")
        payment = f"{grant}/payments/{paid['payments'][0]['payment_id']}"
        body = {"code": "typing", "amount_cents": 80, "happened_on": "2024-04-01"}
        mended = read(await region.post(f"{payment}/corrections", json=body))
        assert [(one["amount_cents"], one["on"]) for one in mended["payments"]] == [(80, "2024-04-01")]
        assert read(await region.post(f"{grant}/corrections", json={"code": "other", "amount_cents": 80}))["amount_cents"] == 80
        for nothing in ({"code": "typing"}, {"code": "typing", "voided": True, "amount_cents": 1}):
            assert (await region.post(f"{grant}/corrections", json=nothing)).status_code == 422
            assert (await region.post(f"{payment}/corrections", json=nothing)).status_code == 422
        assert read(await region.post(f"{payment}/corrections", json={"code": "typing", "voided": True}))["total_paid_cents"] == 0
        assert read(await region.post(f"{grant}/corrections", json={"code": "typing", "voided": True}))["voided"]
        assert (await life.head.post(f"{grant}/corrections", json={"code": "typing", "voided": True})).status_code == 403
        read(await region.post("/grants", json={**AWARD, "amount_cents": 80}), 201)
