"""Two processes that award the same at once: one of them looks again, and is refused."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.enrolment import use_cases
from services.enrolment.domain.grant import Grant
from services.enrolment.store import Store
from shared.events.catalogue import NETWORK, GrantAwarded, GrantPurpose
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from shared.persistence.mongo import Database
from shared.persistence.transaction import Persistence

REGION = Caller("r", "region", "", "manager")


async def award(store: Store, id: UUID, **overrides: Any) -> Grant:
    usual = {"holder": NETWORK, "amount_cents": 1000, "purpose": GrantPurpose.OPERATING, "civil_year": 2024}
    awarded = GrantAwarded(**{**usual, **overrides}, grant_id=id, funder="region-bfc", on=store.clock.today())
    return await use_cases.award(store, REGION, str(id), awarded, distinct=False)


async def test_what_two_processes_award_at_once_is_awarded_once(store: Store, database: Database) -> None:
    for _ in range(5):
        await store.grants.collection.delete({})
        others = [Store(Persistence(database, "enrolment", store.clock, secrets=store.persistence.secrets)) for _ in range(3)]
        outcomes = await asyncio.gather(*(award(one, uuid4()) for one in (store, *others)), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Grant", *["Refused"] * 3]
        assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"already_awarded"}
