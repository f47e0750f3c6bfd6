"""A record is handled, tried again or parked; a server that is away, or a stop, parks nothing."""

import asyncio
import uuid

import pytest

from shared.events import Event
from shared.events.message import ConsumerRecord, Message, message_of
from shared.events.production import ClientKind, OrderReceived
from shared.kernel.errors import Unavailable
from shared.kernel.retry import stop
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.handlers import Handlers
from shared.messaging.parking import Parking
from shared.persistence.failures import Away
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING
from tests.persistence.builders import A_DAY


class Store:
    """Fails as often as it is told to, then keeps what it is given."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.handled: list[int] = []


HANDLERS = Handlers[Store]()


@HANDLERS.on(OrderReceived)
async def handle(store: Store, _event: Event, message: Message) -> None:
    if store.failures:
        raise store.failures.pop(0)
    store.handled.append(message.sequence)


def a_record() -> ConsumerRecord:
    id = uuid.uuid4()
    event = OrderReceived(order_id=id, school="dole", client_id=id, client_kind=ClientKind.COMPANY, on=A_DAY)
    message = message_of(event, source=f"/production/orders/{id}", sequence=1, time=A_MORNING)
    return ConsumerRecord(event.topic, 0, 0, message.key.encode(), message.data, message.headers())


def dispatching(store: Store, parking: Parking) -> Dispatcher[Store]:
    return Dispatcher(store, HANDLERS, parking, tries=2, max_backoff=0.02)


@pytest.mark.parametrize("away", [Away("AutoReconnect"), Unavailable("rebuilding", "Une reconstruction est en cours.")])
async def test_a_server_that_is_away_for_long_parks_nothing(persistence: Persistence, away: Exception) -> None:
    store, parking = Store(*[away] * 12), Parking(persistence)
    await dispatching(store, parking).handle(a_record())
    assert store.handled == [1]
    assert await parking.left() == 0


async def test_only_failures_on_healthy_servers_count_as_tries(persistence: Persistence) -> None:
    store, parking = Store(Away(), ValueError(), Away(), Away()), Parking(persistence)
    await dispatching(store, parking).handle(a_record())
    assert store.handled == [1]
    await dispatching(Store(ValueError(), Away(), ValueError()), parking).handle(a_record())
    assert [row.code for row in await parking.all()] == ["bug_ValueError"]


async def test_a_stop_while_a_server_is_away_parks_nothing(persistence: Persistence) -> None:
    store, parking = Store(*[Away()] * 1000), Parking(persistence)
    handling = asyncio.create_task(dispatching(store, parking).handle(a_record()))
    await asyncio.sleep(0.2)
    assert await stop(handling, grace=5)
    assert handling.cancelled()
    assert await parking.left() == 0


async def test_a_stop_whose_clean_up_fails_parks_nothing(persistence: Persistence) -> None:
    handlers, parking = Handlers[None](), Parking(persistence)

    @handlers.on(OrderReceived)
    async def failing_as_it_stops(_store: None, _event: Event, _message: Message) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError

    handling = asyncio.create_task(Dispatcher(None, handlers, parking, tries=1).handle(a_record()))
    await asyncio.sleep(0.2)
    assert await stop(handling, grace=5)
    assert handling.cancelled()
    assert await parking.left() == 0
