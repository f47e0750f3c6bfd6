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
    """Messages in the order they were told, each source counting its own from `first` on."""

    def __init__(self, *, first: int = 1) -> None:
        self.messages: list[Published] = []
        self._sequences: Counter[str] = Counter()
        self._first = first

    def publish(self, source: str, event: Event, at: date | None = None) -> None:
        """Told at noon of its day, or of another."""
        sequence = self._first + self._sequences[source]
        self._sequences[source] += 1
        self.messages.append((event, message_of(event, source=source, sequence=sequence, time=self.noon(at or event.on))))

    @staticmethod
    def noon(day: date) -> datetime:
        return datetime.combine(day, time(12), UTC)

    def place(self, young: UUID, event: Event, at: date | None = None) -> None:
        """Told by a young person's place."""
        self.publish(f"/enrolment/places/{young}", event, at)

    def intake(self, intake: UUID, event: Event) -> None:
        self.publish(f"/enrolment/intakes/{intake}", event)
