"""What earlier builds parked otherwise: without a time, and in clear."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.kernel.clock import real_now
from shared.messaging.said import IN_CLEAR, PARKED_IN_CLEAR, Said
from shared.persistence.migrations import Step
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row

UNDATED: Mapping[str, Any] = {"at": {"$exists": False}}


def steps_of_parked(persistence: Persistence) -> Sequence[Step]:
    """Of every service, before its own."""
    parked, said = persistence.database["parked"], Said(persistence.sealing_keys("parked messages"))

    async def date(row: Row) -> None:
        await parked.update({"_id": row["_id"], **UNDATED}, {"$set": {"at": real_now(), "expired": False}})

    async def seal(row: Row) -> None:
        change = {"$set": {"said": said.of_before(row)}, "$unset": IN_CLEAR}
        await parked.update({"_id": row["_id"], **PARKED_IN_CLEAR}, change)

    return [Step("parked 001 dated", parked, UNDATED, date), Step("parked 002 sealed", parked, PARKED_IN_CLEAR, seal)]
