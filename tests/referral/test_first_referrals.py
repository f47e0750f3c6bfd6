"""The very first referrals, many at once on a new database: every collection is there before a transaction needs it."""

import asyncio
from collections import Counter
from typing import Any

from tests.conftest import Running
from tests.referral.builders import CIO, a_referral

AT_ONCE = 32


def somebody(rank: int) -> dict[str, Any]:
    """An identity that has nothing in common with another's."""
    letters = chr(ord("a") + rank // 26) + chr(ord("a") + rank % 26)
    return {"family_name": f"Famille{letters}", "given_name": f"Prénom{letters}", "birth_date": f"2010-03-{rank % 28 + 1:02d}"}


async def test_first_referrals_at_once_are_all_taken_in(api: Running) -> None:
    agency = api.as_(f"agency:{CIO}:counsellor")
    bodies = [a_referral(external_id=f"first-{rank}", identity=somebody(rank)) for rank in range(AT_ONCE)]
    answers = await asyncio.gather(*(agency.post("/referrals", json=body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: AT_ONCE}


async def test_no_request_creates_a_collection(api: Running) -> None:
    await api.until(lambda: api.store.database["history"].find_one({}))  # of the agencies, which the relay tells meanwhile
    before = await api.store.database.names()
    answer = await api.as_(f"agency:{CIO}:counsellor").post("/referrals", json=a_referral())
    assert answer.status_code == 201
    assert await api.store.database.names() == before
