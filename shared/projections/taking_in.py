"""A batch of records into a generation of rows: decoded, folded together, and parked one by one where they cannot be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from shared.events.message import ConsumerRecord, read
from shared.kernel.errors import Unavailable
from shared.kernel.tracing import continuing
from shared.messaging.parking import Key
from shared.messaging.replay import code_of
from shared.messaging.spans import trace_of_record
from shared.metrics import BATCHES, HANDLED, PROJECTED, ROW_DELAY, observe_delay
from shared.persistence.failures import is_transient
from shared.projections.tables import Rows, ToTables


@dataclass(frozen=True)
class Taken:
    """A record that can be read, and what it does to the rows."""

    record: ConsumerRecord
    time: datetime
    changes: ToTables


async def take_in(generation: Rows, records: Sequence[ConsumerRecord]) -> None:
    """Fold these records into their rows, in one go. When it returns each is in the rows, or parked: once, if twice.

    What came before a message is in the rows by the time it is parked: from then on it may be discarded, or replayed with what
    waits behind it, and a row that has taken a later message passes over an earlier one.
    """
    parking, taken = generation.parking, list[Taken]()
    discarded, behind = await parking.discards.identities(), set(await parking.first_of_each_key())
    for record in records:
        if discarded and record.identity in discarded:
            _count(generation, [record], "discarded")
            continue
        if await _waits(generation, record, behind):
            continue
        try:
            message = read(record)
            taken.append(Taken(record, message.time, generation.changes(message.event(), message)))
        except Exception as error:  # a bug of a projection on one of them parks that one, not its batch
            await _fold(generation, taken, behind)
            taken = []
            await _park(generation, record, error, behind)
    await _fold(generation, taken, behind)
    BATCHES.inc()


async def _fold(generation: Rows, taken: Sequence[Taken], behind: set[Key]) -> None:
    if not taken:
        return
    try:
        await generation.fold(list(chain.from_iterable(one.changes for one in taken)))
    except Exception as error:
        if is_transient(error) or isinstance(error, Unavailable):
            raise
        taken = await _one_by_one(generation, taken, behind)
    PROJECTED.inc(len(taken))
    _count(generation, [one.record for one in taken], "handled")
    for one in taken if generation.is_read else ():
        observe_delay(ROW_DELAY, one.time, generation.parking.clock)


async def _one_by_one(generation: Rows, taken: Sequence[Taken], behind: set[Key]) -> Sequence[Taken]:
    """A batch that cannot be written: each by itself, so that only what is at fault is parked. Those that are in the rows."""
    folded = []
    for item in taken:
        if await _waits(generation, item.record, behind):
            continue
        try:
            await generation.fold(item.changes)
        except Exception as error:
            if is_transient(error) or isinstance(error, Unavailable):
                raise
            await _park(generation, item.record, error, behind)
        else:
            folded.append(item)
    return folded


async def _waits(generation: Rows, record: ConsumerRecord, behind: set[Key]) -> bool:
    """Whether it is parked behind another of its key. Where that one is gone meanwhile, its key waits no more."""
    key = record.topic, record.key
    if key not in behind:
        return False
    if await generation.parking.park_if_blocked(record):
        _count(generation, [record], "behind")
        return True
    behind.discard(key)
    return False


async def _park(generation: Rows, record: ConsumerRecord, error: Exception, behind: set[Key]) -> None:
    with continuing(trace_of_record(record)):
        await generation.parking.park(record, code_of(error))
    behind.add((record.topic, record.key))
    _count(generation, [record], "parked")


def _count(generation: Rows, records: Sequence[ConsumerRecord], outcome: str) -> None:
    """Each message once: a rebuild, which reads all of them again, counts none."""
    for topic, count in Counter(record.topic for record in records).items() if generation.is_read else ():
        HANDLED.labels(topic, outcome).inc(count)
