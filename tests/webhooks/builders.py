"""Builders: messages for a webhook, and a course followed by hand under a clock of one's own."""

from datetime import UTC, datetime, timedelta

from shared.webhooks.course import Course, Place
from shared.webhooks.sending import Outcome, Result
from shared.webhooks.thin import Item
from shared.webhooks.waits import Waits

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
OK = Outcome(Result.DELIVERED, 200)
NO = Outcome(Result.ANSWERED_NO, 500)


def an_item(position: int, key: str = "zoe") -> Item:
    """An event about a person."""
    return Item(position, key, f"id-{position}", "fr.etabli.outbound.place.offered.v1", "{}")


class ByHand:
    """A course whose clock is moved by hand, and whose receiver answers what the test says."""

    def __init__(self, place: Place | None = None, *, at_once: int = 8, room: int = 200) -> None:
        self.course = Course(place or Place(-1), Waits(), at_once=at_once, room=room)
        self.now = MONDAY
        self.sending: dict[str, Item] = {}

    def read(self, *items: Item) -> None:
        for item in items:
            self.course.take(item)

    def begun(self) -> list[str]:
        """What begins to be sent now."""
        items = list(self.course.due(self.now))
        self.sending |= {item.id: item for item in items}
        return [item.id for item in items]

    def answer(self, id: str, outcome: Outcome = OK) -> bool:
        """What its receiver answers; whether that is the end."""
        item = self.sending.pop(id)
        if outcome is OK:
            self.course.delivered(item, self.now)
            return False
        return self.course.failed(item, outcome, self.now)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def until_due(self) -> timedelta:
        """Move the clock to when something may be due."""
        wait = self.course.next_look(self.now)
        assert wait is not None
        self.now += wait
        return wait
