"""Replay of what is parked: in order per key, each message by one at a time, until one fails again."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from shared.events.message import ConsumerRecord, Undecodable, read
from shared.kernel.errors import Problem, Unavailable
from shared.messaging.parking import Key, ParkedMessage, Parking
from shared.persistence.failures import is_transient

log = structlog.get_logger()
SETTLED = timedelta(seconds=10)
OF_A_LATER_BUILD = frozenset({"unknown_type", "invalid_data"})
"""What a build says of an event that it is too old for."""
Handle = Callable[[ConsumerRecord], Awaitable[None]]


@dataclass
class Replayed:
    """How many messages were handled at last, and at which each key that is not through has stopped: why, by its coordinates."""

    replayed: int = 0
    stopped: dict[str, str] = field(default_factory=dict)


async def replay(parking: Parking, handle: Handle, keys: Iterable[Key]) -> Replayed:
    """Handle what is parked of these (topic, key), in order; each stops at its first message that fails again."""
    done = Replayed()
    for topic, key in keys:
        while parked := await parking.oldest(topic, key):
            try:
                done.replayed += await _handled(parking, handle, parked)
            except _Stopped as stopped:
                done.stopped[parked.place.coordinates] = stopped.code
                log.warning("unpark.stopped", coordinates=parked.place.coordinates, code=stopped.code)
                break
    return done


async def resumable(parking: Parking, now: datetime, unreadable: set[str]) -> list[Key]:
    """The keys whose oldest message waits for nothing any more: what was before it was discarded, or its replay was cut short;
    or an older build, in whose time it came, could not read it, and this one can.

    One that was parked just now may have come in a batch whose first messages are still to be written. `unreadable` is what
    this process has looked at in vain: it is added to.
    """
    heads = [head for head in await parking.heads() if head.at < now - SETTLED]
    discarded = await parking.discards.identities() if heads else set()
    due = [head for head in heads if head.is_next or head.record.identity in discarded]
    for head in heads:
        if head.code in OF_A_LATER_BUILD and not head.expired and head.record.identity not in unreadable:
            if await _is_readable(parking, head):
                due.append(head)
            else:
                unreadable.add(head.record.identity)
    return [head.key for head in due]


async def _is_readable(parking: Parking, head: ParkedMessage) -> bool:
    found = await parking.find(head.place)
    try:
        return found is not None and bool(read(found.record).event())
    except Undecodable:
        return False


def code_of(error: Exception) -> str:
    """Why, in a word that says nothing of the data."""
    if isinstance(error, Undecodable | Problem):
        return error.code
    return f"bug_{type(error).__name__}"


async def _handled(parking: Parking, handle: Handle, parked: ParkedMessage) -> bool:
    """Handle one and let it go. False where there was no need to any more."""
    record = parked.record
    if not await parking.claim(record):
        if await parking.find(parked.place):
            raise _Stopped("being_replayed")
        return False
    if await parking.discards.has(record):  # parked again by one who could not know
        await parking.release(record)
        return False
    if parked.expired:
        await parking.keep(record, parked.code)
        raise _Stopped("value_expired")
    try:
        await handle(record)
    except Exception as error:
        away = is_transient(error) or isinstance(error, Unavailable)
        await parking.keep(record, parked.code if away else code_of(error))
        raise _Stopped(code_of(error)) from None
    await parking.release(record)
    return True


class _Stopped(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
