"""No event is forgotten: a document evolves by each, and reporting counts it or says that it does not."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args, get_type_hints

from services import SERVICES
from services.reporting.projections import PROJECTIONS
from shared.events import EVENTS, OUTBOUND_EVENTS, Event
from shared.events.applications import ApplicationLeft, EntryPlanned
from shared.events.catalogue import IntakeCalendarChanged, IntakeDatesChanged, IntakeDelaysChanged
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationDue, ApplicationReminded
from shared.events.hand_backs import HandBackAcknowledged, HandBackEnded, StudentHandedBack
from shared.events.outbound import OutboundEvent
from shared.events.persons import PersonErased
from shared.events.referral import ReferralCompleted, ReferralWithdrawalRequested
from shared.events.rejections import ReferralRejected
from shared.events.students import StudentStartMoved
from shared.events.transfers import TransferAccepted, TransferDeclined, TransferLapsed, TransferProposed
from shared.kernel.aggregate import Aggregate
from shared.webhooks import standing

NOT_COUNTED: set[type[Event]] = {
    ApplicationDue,
    ApplicationContacted,
    ApplicationLeft,
    ApplicationReminded,
    EntryPlanned,
    HandBackAcknowledged,
    HandBackEnded,
    IntakeCalendarChanged,
    IntakeDatesChanged,
    IntakeDelaysChanged,
    PersonErased,
    ReferralCompleted,
    ReferralWithdrawalRequested,
    StudentHandedBack,
    StudentStartMoved,
    TransferAccepted,
    TransferDeclined,
    TransferLapsed,
    TransferProposed,
}
"""Told to others, of which no figure is made."""

BY_ONE_WRITE: set[type[Event]] = {ReferralRejected}
"""Told by what is kept once and decides nothing: no document evolves by it."""


def domain_modules() -> Iterator[ModuleType]:
    for service in SERVICES:
        try:
            domain = importlib.import_module(f"services.{service}.domain")
        except ModuleNotFoundError:  # reporting decides nothing
            continue
        yield from (importlib.import_module(f"{domain.__name__}.{one.name}") for one in pkgutil.iter_modules(domain.__path__))
    yield standing


def aggregates() -> dict[str, Aggregate[Any, Any]]:
    found = [value for module in domain_modules() for value in vars(module).values() if isinstance(value, Aggregate)]
    return {one.name: one for one in found}


def evolved_by(aggregate: Aggregate[Any, Any]) -> set[type[Event]]:
    """The closed set of events that its `evolve` takes."""
    hint = get_type_hints(aggregate.evolve)["event"]
    return set(get_args(hint) or (hint,))


def test_one_document_and_no_other_evolves_by_each_event() -> None:
    evolved = [event for aggregate in aggregates().values() for event in evolved_by(aggregate)]
    ours = [event for event in evolved if not issubclass(event, OutboundEvent)]
    assert sorted(event.__name__ for event in ours) == sorted(event.__name__ for event in EVENTS.values())


def test_one_kind_of_document_tells_each_event_of_a_tenant() -> None:
    telling = {**aggregates(), standing.STANDINGS.name: standing.STANDINGS}.values()
    told = [event for aggregate in telling for event in evolved_by(aggregate) if issubclass(event, OutboundEvent)]
    for event in set(OUTBOUND_EVENTS.values()) - BY_ONE_WRITE:
        assert len([one for one in told if issubclass(event, one)]) == 1, event.__name__


def test_reporting_counts_each_event_or_says_that_it_does_not() -> None:
    read = {event for projection in PROJECTIONS for event in projection.events}
    assert set(EVENTS.values()) - read == NOT_COUNTED
