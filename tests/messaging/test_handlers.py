"""Handlers are registered once per event; what a service subscribes to follows from them."""

import pytest

from services.enrolment.handlers import HANDLERS as ENROLMENT
from services.production.handlers import HANDLERS as PRODUCTION
from services.referral.handlers import HANDLERS as REFERRAL
from shared.events import Event
from shared.events.catalogue import SchoolRegistered
from shared.events.message import Message
from shared.events.production import OrderAccepted, OrderReceived
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.handlers import Handlers
from shared.messaging.parking import Parking
from shared.persistence.transaction import Persistence


async def handle(_store: None, _event: Event, _message: Message) -> None:
    """Nothing is done."""


def test_an_event_has_one_handler() -> None:
    handlers = Handlers[None]()
    handlers.on(OrderReceived, OrderAccepted)(handle)
    assert dict(handlers) == {OrderReceived: handle, OrderAccepted: handle}
    with pytest.raises(ValueError, match="OrderAccepted has two handlers"):
        handlers.on(SchoolRegistered, OrderAccepted)(handle)


@pytest.mark.parametrize(
    ("handlers", "topics"),
    [
        (REFERRAL, ["etabli.catalogue", "etabli.enrolment", "etabli.referral"]),
        (ENROLMENT, ["etabli.catalogue", "etabli.enrolment", "etabli.referral"]),
        (PRODUCTION, ["etabli.catalogue", "etabli.enrolment", "etabli.referral"]),
    ],
    ids=["referral", "enrolment", "production"],
)
def test_the_topics_of_a_service_are_those_of_the_events_that_it_handles(
    persistence: Persistence, handlers: Handlers[object], topics: list[str]
) -> None:
    assert Dispatcher(None, handlers, Parking(persistence)).topics == topics
