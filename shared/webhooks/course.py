"""The course of one webhook, without a clock or a network: what was read and is not yet acknowledged, and what may be sent now.

In order per key, several keys side by side. Nothing is ever passed over: what fails holds back its own key and, where all that is
tried fails, the whole webhook, which is then asked by one message at a time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.webhooks.sending import Outcome
from shared.webhooks.thin import RESYNC_KEY, Item
from shared.webhooks.waits import Waits

ROOM = 200
"""Messages of one webhook that are read and not yet acknowledged, at most: so long is what is kept of its place."""
AT_ONCE = 8
DOWN_AFTER = 3
"""Keys that fail one after the other without a success, from which on it is the receiver as a whole that is left alone."""


@dataclass(frozen=True)
class Hold:
    """Why a key waits: its oldest message has failed, since when, how often, until when it waits, and how it failed last."""

    since: datetime
    tries: int
    until: datetime
    result: str
    status: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a webhook stands, as it is kept: all up to `upto` was read, and of that only `left` is not acknowledged."""

    upto: int
    left: tuple[int, ...] = ()
    holds: dict[str, Hold] = field(default_factory=dict)
    suspects: frozenset[str] = frozenset()
    """The keys that failed since the last success."""
    rounds: int = 0
    """How often in a row the receiver as a whole was left alone."""
    resting_until: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def after(self) -> int:
        """The position after which one has to read again: all before it was acknowledged."""
        return min(self.left) - 1 if self.left else self.upto


class Course:
    """A webhook's course from its place on."""

    def __init__(self, place: Place, waits: Waits, *, at_once: int = AT_ONCE, room: int = ROOM) -> None:
        self._waits, self._at_once, self._room = waits, at_once, room
        self._upto = place.upto
        self._unread = set(place.left)
        """Left by who was before, and not read again yet."""
        self._queues: dict[str, deque[Item]] = {}
        self._sending: set[str] = set()
        self._holds = dict(place.holds)
        self._suspects = set(place.suspects)
        self._rounds = place.rounds
        self._resting_until = place.resting_until
        self._delivered_at = place.delivered_at

    @property
    def place(self) -> Place:
        """Where it stands now."""
        left = sorted({item.position for queue in self._queues.values() for item in queue} | self._unread)
        holds, suspects = dict(self._holds), frozenset(self._suspects)
        return Place(self._upto, tuple(left), holds, suspects, self._rounds, self._resting_until, self._delivered_at)

    @property
    def has_room(self) -> bool:
        """Whether more may be read."""
        return sum(map(len, self._queues.values())) < self._room

    def take(self, item: Item) -> None:
        """What was read next. What was acknowledged before is passed over."""
        if item.position <= self._upto and item.position not in self._unread:
            return
        self.pass_over(item.position)
        self._queues.setdefault(item.key, deque()).append(item)

    def pass_over(self, position: int) -> None:
        """Up to this position all was read."""
        self._upto = max(self._upto, position)
        self._unread = {one for one in self._unread if one > position}

    def lose(self, word: Item) -> None:
        """Some is gone before it was sent: what the word says takes its place, and that of all that waits."""
        self._queues = {word.key: deque([word])}
        self._unread.clear()
        self._holds.clear()
        self._upto = word.position

    def due(self, now: datetime) -> Iterator[Item]:
        """What may be sent now, oldest first; each is being sent from then on, until its outcome is said."""
        if self._rests(now):
            return
        heads = [queue[0] for key, queue in self._queues.items() if self._may_go(key, now)]
        for item in sorted(heads, key=lambda item: item.position):
            if len(self._sending) >= (1 if self._suspects else self._at_once):
                return
            self._sending.add(item.id)
            yield item

    def delivered(self, item: Item, now: datetime) -> None:
        """It was acknowledged."""
        self._forget(item)
        if self._rounds:  # it is back: what failed meanwhile need not wait as long as it was to
            self._holds = {key: replace(hold, until=now) for key, hold in self._holds.items()}
        self._suspects.clear()
        self._rounds, self._resting_until, self._delivered_at = 0, None, now

    def failed(self, item: Item, outcome: Outcome, now: datetime) -> bool:
        """It was not. True where that is to be tried no more: it has failed for as long as one tries."""
        self._sending.discard(item.id)
        if not self._is_pending(item):
            return False
        before = self._holds.get(item.key)
        since, tries = (before.since, before.tries + 1) if before else (now, 1)
        at_least = outcome.retry_after or 0.0
        until = self._waits.next_try(tries, item.id, since=since, now=now, at_least=at_least)
        self._holds[item.key] = Hold(since, tries, until, outcome.result, outcome.status)
        if not self._rests(now):  # else it was on its way before
            self._suspects.add(item.key)
            self._rest(item, now, at_least)
        return self._waits.is_over(since, now)

    def next_look(self, now: datetime) -> timedelta | None:
        """How long from now something may be due, as far as is known; None where only what comes can make it so."""
        rest = self._resting_until or now
        instants = [max(hold.until, rest) for key, hold in self._holds.items() if key in self._queues] + [rest]
        to_come = [instant - now for instant in instants if instant > now]
        return min(to_come) if to_come and self._queues else None

    def _rests(self, now: datetime) -> bool:
        return self._resting_until is not None and now < self._resting_until

    def _rest(self, item: Item, now: datetime, at_least: float) -> None:
        """Leave the receiver alone, where it is not only this or that which it does not take, or where it asks us to."""
        self._rounds += len(self._suspects) >= DOWN_AFTER
        if self._rounds or at_least:
            since = min(hold.since for hold in self._holds.values())
            rest = max(self._rounds, 1)
            self._resting_until = self._waits.next_try(rest, item.id, since=since, now=now, at_least=at_least)

    def _may_go(self, key: str, now: datetime) -> bool:
        if self._is_sending(key) or (RESYNC_KEY in self._queues and key != RESYNC_KEY):
            return False
        return key not in self._holds or now >= self._holds[key].until

    def _is_sending(self, key: str) -> bool:
        return self._queues[key][0].id in self._sending

    def _is_pending(self, item: Item) -> bool:
        return item.key in self._queues and self._queues[item.key][0] is item

    def _forget(self, item: Item) -> None:
        self._sending.discard(item.id)
        if self._is_pending(item):
            self._holds.pop(item.key, None)
            self._queues[item.key].popleft()
            if not self._queues[item.key]:
                del self._queues[item.key]
