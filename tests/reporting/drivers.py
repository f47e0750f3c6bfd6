"""What the tellers would send reporting: messages with their sources and sequences, and the rows that they make."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from services.reporting.projections import PROJECTIONS
from shared.events import Event
from shared.events.message import Message, message_of
from shared.projections.read_model import Stored
from shared.projections.tables import Generations
from tests.conftest import Running

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


def rows_of(messages: Iterable[Published]) -> dict[str, dict[str, Stored]]:
    """Every row of every projection after these messages, folded in memory."""
    rows: dict[str, dict[str, Stored]] = {projection.name: {} for projection in PROJECTIONS}
    for event, message in messages:
        for projection in PROJECTIONS:
            of_kind = rows[projection.name]
            for change in projection.changes(event, message):
                of_kind[change.id] = change.fold(of_kind.get(change.id))
    return rows


async def project(here: Running, messages: Iterable[Published]) -> None:
    """Have a running reporting hold these messages in its rows, as if its topics had brought them."""
    generations: Generations = here.store.projector.generations
    generation = await generations.current()
    await generation.fold([change for event, message in messages for change in generation.changes(event, message)])
    await generations.mark()
