"""Messages as the tellers would send them, in memory: each source counts its own."""

from collections import Counter
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from shared.events import Event
from shared.events.message import Message, message_of

Published = tuple[Event, Message]
SPACE = UUID(int=7)


def an_id(*parts: object) -> UUID:
    """The same id for the same words."""
    return uuid5(SPACE, " ".join(map(str, parts)))


class Publisher:
    """Messages in the order they were told, each source counting its own."""

    def __init__(self) -> None:
        self.messages: list[Published] = []
        self._sequences: Counter[str] = Counter()

    def publish(self, source: str, event: Event, at: date | None = None) -> None:
        """Told at noon of its day, or of another."""
        self._sequences[source] += 1
        noon = datetime.combine(at or event.on, time(12), UTC)
        self.messages.append((event, message_of(event, source=source, sequence=self._sequences[source], time=noon)))

    def place(self, young: UUID, event: Event, at: date | None = None) -> None:
        """Told by a young person's place."""
        self.publish(f"/enrolment/places/{young}", event, at)

    def intake(self, intake: UUID, event: Event) -> None:
        self.publish(f"/enrolment/intakes/{intake}", event)
