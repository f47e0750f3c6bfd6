"""Replay of the messages parked beside rows."""

from shared.events import EVENTS, Event
from shared.events.message import Message
from shared.messaging.dispatcher import Dispatcher
from shared.projections.tables import Generation


async def fold(generation: Generation, event: Event, message: Message) -> None:
    """Fold one message into its rows."""
    await generation.fold(generation.changes(event, message))


HANDLERS = dict.fromkeys(EVENTS.values(), fold)


def unparking(generation: Generation) -> Dispatcher[Generation]:
    """Replays what is parked beside one generation, into that one, even if another is read before it is done."""
    return Dispatcher(generation, HANDLERS, generation.parking)
