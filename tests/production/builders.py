"""What the tests of production build, with overrides."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from services.production.domain.history import Away, Taught
from services.production.domain.order import Order, OrderStatus
from services.production.domain.pupils import Pupil
from shared.events import Event
from shared.events.message import Message, message_of
from shared.events.production import CancellationCode, ClientKind
from shared.events.students import EnrolmentStatus, StudentEnrolled

MONDAY = date(2025, 9, 8)
WEEK = "2025-W37"


def an_id(name: str) -> UUID:
    """Always the same id for a name."""
    return uuid5(NAMESPACE_OID, name)


YOUNG = an_id("young")
ENROLMENT = an_id("enrolment")
ORDER = an_id("order")
CLIENT = an_id("client")
WHOSE: dict[str, Any] = {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "besancon", "programme": "cap-cip"}
NAMELESS = {"id": "besancon", "name": None, "address": None, "town": None, "phone": None}
"""Its school, as answers show it before its name was heard."""
WHICH: dict[str, Any] = {"order_id": ORDER, "school": "besancon"}


def a_pupil(**overrides: Any) -> Pupil:
    """In one programme from the start; `left_on` where they left for good."""
    usual = {**WHOSE, "birth_month": "2009-05", "starts_on": date(2025, 9, 1), "status": EnrolmentStatus.DUE, **overrides}
    programme, left_on = usual.pop("programme"), usual.pop("left_on", None)
    usual.setdefault("programmes", (Taught(since=usual["starts_on"], programme=programme),))
    return Pupil(**{"aways": (Away(since=left_on),) if left_on else (), **usual})


def an_order(status: OrderStatus = OrderStatus.RECEIVED, *, on: date = MONDAY, **overrides: Any) -> Order:
    """An order that took every step up to a status on the same day; a cancelled one was received only."""
    line = [step for step in OrderStatus if step is not OrderStatus.CANCELLED]
    taken = [OrderStatus.RECEIVED, status] if status is OrderStatus.CANCELLED else line[: line.index(status) + 1]
    usual = {**WHICH, "client_id": CLIENT, "client_kind": ClientKind.COMPANY, "status": status, "steps": dict.fromkeys(taken, on)}
    if OrderStatus.QUOTED in taken:
        usual |= {"amount_cents": 45_000, "due_on": date(2025, 10, 1)}
    if OrderStatus.CANCELLED in taken:
        usual["cancelled_because"] = CancellationCode.CLIENT
    if OrderStatus.INVOICED in taken:
        usual["number"] = "2025-0001"
    return Order(**{**usual, **overrides})


def an_enrolment(**overrides: Any) -> StudentEnrolled:
    usual = {
        **WHOSE, "on": date(2025, 7, 1), "birth_month": "2009-05", "starts_on": date(2025, 9, 1), "intake_id": an_id("intake"),
        "school_year": "2025-2026", "year_of_study": 1, "last_year": False,
    }  # fmt: skip
    return StudentEnrolled(**{**usual, **overrides})


def on_the_wire(event: Event, sequence: int) -> Message:
    """The message that enrolment tells an event of a pupil or of a school in."""
    source = f"/enrolment/{'schools' if event.topic == 'etabli.catalogue' else 'places'}/{event.key}"
    return message_of(event, source=source, sequence=sequence, time=datetime(2025, 9, 1, tzinfo=UTC))
