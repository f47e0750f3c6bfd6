"""A dispatcher whose handler fails, or waits, as the test says, and what is parked beside it."""

import asyncio
import uuid
from datetime import timedelta

from shared.events import Event
from shared.events.message import ConsumerRecord, Message
from shared.events.production import OrderReceived
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.handlers import Handlers
from shared.messaging.parked import Parked, parked_beside
from shared.messaging.parking import Parking
from shared.messaging.place import Place
from shared.persistence.transaction import Persistence
from tests.projections.builders import message_about, received_order

ID = uuid.uuid4()
BY = {"reason": "Un essai du partenaire", "by": "admin ops"}
LATER = timedelta(minutes=1)


class Store:
    """What was handled, in order; whose messages fail, and how; and a gate that holds each back."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.failing: dict[int, Exception] = {}
        self.begun, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()


HANDLERS = Handlers[Store]()


@HANDLERS.on(OrderReceived)
async def handle(store: Store, _event: Event, message: Message) -> None:
    store.begun.set()
    await store.open.wait()
    if failure := store.failing.get(message.sequence):
        raise failure
    store.handled.append(message.sequence)


class Here:
    """A dispatcher and what is parked beside it."""

    def __init__(self, persistence: Persistence) -> None:
        self.store, self.parking = Store(), Parking(persistence)
        self.dispatcher = Dispatcher(self.store, HANDLERS, self.parking, tries=1, max_backoff=0.02)
        self.parked: Parked = parked_beside(self.dispatcher)
        self.rows = persistence.database["parked"]

    async def hear(self, *sequences: int) -> None:
        for sequence in sequences:
            await self.dispatcher.handle(a_record(sequence))

    async def codes(self) -> list[str]:
        return [one.code for one in await self.parking.all()]


def a_record(sequence: int, *, of: uuid.UUID = ID) -> ConsumerRecord:
    message = message_about(received_order(of), sequence)
    return ConsumerRecord("etabli.production", 3, sequence, message.key.encode(), message.data, message.headers())


def at(sequence: int) -> Place:
    return Place.of(a_record(sequence))
