"""Each message is counted once, by how it ended; how late it was is measured on the real clock alone."""

import uuid
from dataclasses import replace

import pytest

from shared.events.message import ConsumerRecord
from shared.kernel.clock import Clock
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.parking import Parking
from shared.messaging.place import Place
from shared.persistence.transaction import Persistence
from shared.projections.filling import Filling
from shared.projections.tables import Generation, Generations
from shared.projections.taking_in import take_in
from tests.conftest import A_MORNING
from tests.messaging.test_dispatcher import HANDLERS, Store, a_record
from tests.projections.builders import messages_of, orders
from tests.web.scrapes import rise, shown

TOPIC = a_record().topic
OUTCOMES = ("handled", "skipped", "parked", "behind", "discarded")
DELAY, ROW_DELAY = "etabli_message_delay_seconds_count", "etabli_row_delay_seconds_count"
BATCHES = "etabli_projector_batches_total"


def outcomes() -> dict[str, float]:
    return {outcome: shown("etabli_messages_handled_total", topic=TOPIC, outcome=outcome) for outcome in OUTCOMES}


def risen(before: dict[str, float]) -> dict[str, float]:
    return {outcome: now - before[outcome] for outcome, now in outcomes().items() if now != before[outcome]}


async def test_a_message_is_counted_by_how_it_ended(persistence: Persistence) -> None:
    store, parking, record = Store(*[ValueError()] * 2), Parking(persistence), a_record()
    dispatcher, before = Dispatcher(store, HANDLERS, parking, tries=2, max_backoff=0.02), outcomes()
    await dispatcher.handle(record)
    await dispatcher.handle(replace(record, offset=1))
    await parking.discards.discard(Place.of(record), reason="Un essai", by="admin ops")
    await dispatcher.handle(record)
    await dispatcher.handle(replace(a_record(), offset=2))
    await Dispatcher(store, {}, Parking(persistence)).handle(replace(a_record(), offset=3))
    assert risen(before) == dict.fromkeys(OUTCOMES, 1)


@pytest.mark.parametrize(
    ("clock", "observed"), [(Clock(), 1), (Clock(A_MORNING), 0), (None, 0)], ids=["real", "simulated", "none"]
)
async def test_how_late_a_message_is_handled_is_measured_on_the_real_clock_alone(
    persistence: Persistence, clock: Clock, observed: int
) -> None:
    with rise(DELAY) as measured:
        await Dispatcher(Store(), HANDLERS, Parking(persistence), clock=clock).handle(a_record())
    assert measured.by == observed


def a_generation(persistence: Persistence) -> Generation:
    return Generations(persistence, [orders]).generation(1)


@pytest.mark.parametrize(("clock", "observed"), [(Clock(), 4), (Clock(A_MORNING), 0)], ids=["real", "simulated"])
async def test_how_late_a_row_is_written_is_measured_on_the_real_clock_alone(
    persistence: Persistence, clock: Clock, observed: int
) -> None:
    persistence.clock = clock
    with (
        rise(ROW_DELAY) as measured,
        rise("etabli_rows_written_total") as rows,
        rise("etabli_projector_batches_total") as batches,
    ):
        before = outcomes()
        await take_in(a_generation(persistence), records())
    assert (measured.by, rows.by, batches.by, risen(before)) == (observed, 1, 1, {"handled": 4})


async def test_a_rebuild_counts_no_message_again_and_measures_no_delay(persistence: Persistence) -> None:
    persistence.clock = Clock()
    with rise(ROW_DELAY) as measured, rise("etabli_projector_messages_total") as folded:
        before = outcomes()
        await take_in(Filling(a_generation(persistence), 100), records())
    assert (measured.by, folded.by, risen(before)) == (0, 4, {})


def records() -> list[ConsumerRecord]:
    """An order received, then accepted on three days."""
    told = enumerate(messages_of(uuid.uuid4()))
    return [ConsumerRecord(TOPIC, 0, offset, one.key.encode(), one.data, one.headers()) for offset, one in told]
