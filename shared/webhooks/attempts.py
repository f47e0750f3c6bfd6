"""What was sent to each webhook, when, and what was answered: ids, types and codes, never a body."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.mongo import Collection
from shared.persistence.writes import Insert
from shared.webhooks.sending import Outcome
from shared.webhooks.thin import Item

KEPT = timedelta(days=7)
LATEST_FIRST = (("_id", -1),)


@dataclass(frozen=True)
class Attempt:
    """One call: what was sent, when, what came of it, and whether it is tried again."""

    at: datetime
    event_id: str
    type: str
    result: str
    status: int | None
    milliseconds: int


def attempt_of(item: Item, outcome: Outcome, at: datetime) -> Attempt:
    """What is kept of one call."""
    return Attempt(at, item.id, item.type, outcome.result, outcome.status, outcome.milliseconds)


class Attempts:
    """The last days' attempts."""

    def __init__(self, rows: Collection) -> None:
        self._rows = rows

    async def prepare(self) -> None:
        """By webhook, the latest first; each goes by itself."""
        await self._rows.index("webhook_id", ("_id", -1))
        await self._rows.expire("expires")

    async def keep(self, webhook_id: str, attempts: Sequence[Attempt]) -> None:
        """Keep what was tried."""
        if attempts:
            await self._rows.bulk([Insert(_row(webhook_id, attempt)) for attempt in attempts])

    async def part(self, webhook_id: str, asked: Asked) -> Part[Attempt]:
        """A part of a webhook's, the latest first."""
        rows = await read_part(self._rows, {"webhook_id": webhook_id}, sort=LATEST_FIRST, asked=asked)
        return rows.map(lambda row: Attempt(**{name: row[name] for name in Attempt.__annotations__}))

    async def drop(self, webhook_id: str) -> None:
        """Forget a webhook's."""
        await self._rows.delete({"webhook_id": webhook_id})


def _row(webhook_id: str, attempt: Attempt) -> dict[str, object]:
    id = f"{attempt.at.isoformat(timespec='microseconds')} {uuid4()}"
    return {"_id": id, "webhook_id": webhook_id, "expires": attempt.at + KEPT, **vars(attempt)}
