"""A batch of records into a generation of rows: decoded, folded together, and parked one by one where they cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from prometheus_client import Counter

from shared.events.message import ConsumerRecord, read
from shared.kernel.errors import Unavailable
from shared.messaging.replay import code_of
from shared.persistence.failures import is_transient
from shared.projections.tables import Generation, ToTables

PROJECTED = Counter("etabli_projected", "Messages folded into rows.")


@dataclass(frozen=True)
class Taken:
    """A record that can be read, and what it does to the rows."""

    record: ConsumerRecord
    changes: ToTables


async def take_in(generation: Generation, records: Sequence[ConsumerRecord]) -> None:
    """Fold these records into their rows, in one go. When it returns each is in the rows, or parked: once, if twice."""
    taken = await _read(generation, records)
    try:
        await generation.fold(list(chain.from_iterable(one.changes for one in taken)))
    except Exception as error:
        if is_transient(error) or isinstance(error, Unavailable):
            raise
        await _one_by_one(generation, taken)
    PROJECTED.inc(len(taken))


async def _read(generation: Generation, records: Sequence[ConsumerRecord]) -> list[Taken]:
    """Those that can be folded. A bug of a projection on one of them parks that one, not its batch."""
    parking, taken = generation.parking, list[Taken]()
    discarded, behind = await parking.discards.coordinates(), set(await parking.first_of_each_key())
    for record in records:
        if discarded and record.coordinates in discarded:
            continue
        if (record.topic, record.key) in behind and await parking.park_if_blocked(record):
            continue
        try:
            message = read(record)
            taken.append(Taken(record, generation.changes(message.event(), message)))
        except Exception as error:
            await parking.park(record, code_of(error))
            behind.add((record.topic, record.key))
    return taken


async def _one_by_one(generation: Generation, taken: Sequence[Taken]) -> None:
    """A batch that cannot be written: each by itself, so that only what is at fault is parked."""
    parking, behind = generation.parking, set[tuple[str, bytes | None]]()
    for item in taken:
        record = item.record
        if (record.topic, record.key) in behind and await parking.park_if_blocked(record):
            continue
        try:
            await generation.fold(item.changes)
        except Exception as error:
            if is_transient(error) or isinstance(error, Unavailable):
                raise
            await parking.park(record, code_of(error))
            behind.add((record.topic, record.key))
