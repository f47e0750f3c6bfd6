"""A person's choice of notices, and what becomes of it: pure functions. Instants are of the real clock, but for `due_at`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from hmac import compare_digest
from typing import Any, Literal

from shared.kernel.calendar import PARIS

Frequency = Literal["at_once", "daily", "off"]
State = Literal["none", "waiting", "confirmed", "refused"]
A_DAY = timedelta(days=1)
CODE_KEPT = A_DAY
TRIES = 5
"""Codes that may be typed before another is to be asked for."""
GIVEN_UP = timedelta(days=3)
"""After which a message that a server does not take is sent no more."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)


@dataclass(frozen=True)
class Choice:
    """A row. Who it is of is a keyed hash; their address, and the code that proves it theirs, are sealed."""

    id: str
    organisation: str
    frequency: Frequency = "off"
    confirmed: bool = False
    address: str | None = None
    code: str | None = None
    code_until: datetime | None = None
    tries: int = 0
    refused_at: datetime | None = None
    since: datetime | None = None
    """Since when, on the real clock, they are told of what comes; each turning on is another."""
    position: int | None = None
    """Of the last event that was looked at for them."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """What they are to be told of, by the name of the event."""
    due_at: datetime | None = None
    """From when on, on the service's clock."""
    not_before: datetime | None = None
    """Nor before this, on the real one."""
    number: int = 0
    """Of the last message."""
    sending: Mapping[str, Any] | None = None
    """The message that is under way, which is the same until it is handed over: kind, waiting, since."""
    failures: int = 0
    asked: tuple[Mapping[str, Any], ...] = ()
    """The confirmations of the last day: when, and a keyed hash of the address."""
    version: int = 0

    @property
    def state(self) -> State:
        """How their address stands."""
        if self.address is None:
            return "none"
        if self.refused_at:
            return "refused"
        return "confirmed" if self.confirmed else "waiting"


def recent(choice: Choice, at: datetime) -> tuple[Mapping[str, Any], ...]:
    """The confirmations of the last day."""
    return tuple(one for one in choice.asked if one["at"] > at - A_DAY)


def choose(
    choice: Choice, *, address: str, frequency: Frequency, code: str, hashed: str, at: datetime, due_at: datetime
) -> Choice:
    """Where to and how often. An address that is not confirmed is first sent this code; `hashed` is how its asking is counted."""
    if choice.confirmed and address == choice.address:
        if choice.frequency == "off":
            return replace(choice, frequency=frequency, since=at, position=None, waiting={}, due_at=None)
        return replace(choice, frequency=frequency, due_at=due_at if choice.waiting else None)
    asked = (*recent(choice, at), {"at": at, "address": hashed})
    sending = {"kind": "confirmation", "waiting": {}, "since": at}
    return Choice(
        choice.id, choice.organisation, frequency, address=address, code=code, code_until=at + CODE_KEPT, asked=asked,
        number=choice.number + 1, sending=sending, version=choice.version,
    )  # fmt: skip


def confirm(choice: Choice, *, code: str, at: datetime) -> Choice:
    """With the code that was sent; a wrong one is counted, and after some of them none is right."""
    if choice.code is None or choice.code_until is None or at > choice.code_until or choice.tries >= TRIES:
        return choice
    if not compare_digest(code.encode(), choice.code.encode()):
        return replace(choice, tries=choice.tries + 1)
    return replace(choice, confirmed=True, code=None, code_until=None, since=at, position=None)


def note(choice: Choice, *, name: str, position: int, due_at: datetime) -> Choice:
    """Something came that they are to be told of."""
    waiting = {**choice.waiting, name: choice.waiting.get(name, 0) + 1}
    return replace(choice, position=position, waiting=waiting, due_at=choice.due_at or due_at)


def claim(choice: Choice, *, at: datetime) -> Choice:
    """What waits is a message from now on, and the same until it is handed over."""
    if choice.sending or not choice.waiting:
        return choice
    sending = {"kind": "notice", "waiting": choice.waiting, "since": at}
    return replace(choice, sending=sending, waiting={}, due_at=None, number=choice.number + 1, failures=0)


def sent(choice: Choice, *, number: int, not_before: datetime) -> Choice:
    """This message was handed over."""
    if choice.number != number:
        return choice
    return replace(choice, sending=None, failures=0, not_before=not_before)


def put_off(choice: Choice, *, number: int, at: datetime) -> Choice:
    """This message was not taken now: later, and after three days never."""
    if choice.number != number or not choice.sending:
        return choice
    if at > choice.sending["since"] + GIVEN_UP:
        return replace(choice, sending=None, failures=0)
    return replace(choice, failures=choice.failures + 1, not_before=at + wait_after(choice.failures))


def refuse(choice: Choice, *, number: int, at: datetime) -> Choice:
    """The address takes no mail: nothing is sent there any more."""
    if choice.number != number:
        return choice
    return Choice(
        choice.id, choice.organisation, address=choice.address, refused_at=at, asked=choice.asked, number=choice.number,
        version=choice.version,
    )  # fmt: skip


def forget(choice: Choice, *, at: datetime) -> Choice:
    """Nothing is kept but how often a confirmation was asked for, for a day."""
    return Choice(choice.id, choice.organisation, asked=recent(choice, at), number=choice.number, version=choice.version)


def next_digest(now: datetime, hour: int) -> datetime:
    """The next time that it is this hour in Paris."""
    local = now.astimezone(PARIS)
    today = datetime.combine(local.date(), time(hour), PARIS)
    if today > local:
        return today.astimezone(now.tzinfo)
    return datetime.combine(local.date() + A_DAY, time(hour), PARIS).astimezone(now.tzinfo)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many tries of one message."""
    factor: int = 2 ** min(failures, 12)
    return min(LONGEST_WAIT, FIRST_WAIT * factor)
