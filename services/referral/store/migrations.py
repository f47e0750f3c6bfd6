"""What earlier builds of referral kept otherwise, step by step. A step that was released never changes; another follows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.referral.domain.applications import told_apart
from services.referral.domain.journey import Journey
from services.referral.domain.referral import Referral
from services.referral.store.audit import Audit
from services.referral.store.vault import Vault
from shared.persistence.migrations import Step, restated
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row

NOT_TOLD_APART: Mapping[str, Any] = {
    "$expr": {
        "$anyElementTrue": {
            "$map": {
                "input": {"$objectToArray": "$state.applications"},
                "in": {"$eq": [{"$type": "$$this.v.own"}, "missing"]},
            }
        }
    }
}
"""Journeys of a build that kept one story of an application for all of its referrals."""
OF_RESIDENCE: Mapping[str, Any] = {
    "$or": [{"state.department": {"$exists": True}}, {"state.out_of_school_since": {"$regex": "^.{10}$"}}]
}
"""Referrals that say where somebody lives, or on which day they left school: neither is kept any more."""


def steps(
    vault: Vault, audit: Audit, persistence: Persistence, *, keys: Collection, referrals: Collection, journeys: Collection
) -> Sequence[Step]:
    """In the order in which they are done: whom to recognise is read from what was sealed."""

    async def date_key(row: Row) -> None:
        await keys.update({"_id": row["_id"], "at": {"$exists": False}}, {"$set": {"at": persistence.clock.now()}})

    async def recognise(row: Row) -> None:
        await vault.recognise_earlier(row, persistence.secret)

    return [
        Step("001 keys of requests dated", keys, {"at": {"$exists": False}}, date_key),
        Step("002 what was sent sealed as it is said now", vault.persons, {}, vault.seal_earlier),
        Step("003 persons recognised", vault.persons, {"names": {"$exists": False}}, recognise, by=("since", "_id")),
        Step("004 audit entries in order", audit.rows, {"_id": {"$type": "objectId"}}, audit.give_id),
        restated("005 referrals without residence", referrals, OF_RESIDENCE, Referral.model_validate),
        restated("006 journeys told apart by referral", journeys, NOT_TOLD_APART, _journey),
    ]


def _journey(state: Any) -> Journey:
    journey = Journey.model_validate(state)
    return journey.model_copy(update={"applications": {id: told_apart(one) for id, one in journey.applications.items()}})
