"""What follows by itself whenever an intake changes, in the same write: free seats are offered on, and what is due is said."""

from collections.abc import Sequence
from datetime import date
from functools import reduce

from services.enrolment.domain.delays import say_what_is_due
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields, evolve
from services.enrolment.domain.visibility import own_applications
from shared.events.applications import PlaceOffered
from shared.events.catalogue import Promotion
from shared.kernel.aggregate import Aggregate


def promote_automatically(intake: Intake, today: date) -> list[IntakeEvent]:
    """What an automatic intake does with its free seats: an offer of its usual delay for each, down the waiting list."""
    if intake.promotion is not Promotion.AUTOMATIC or today > intake.closes_on:
        return []
    days, first = intake.offer_days, intake.waiting_list[: max(intake.seats_left, 0)]
    until = min(intake.calendar.after(today, days), intake.closes_on) if first else today
    return [PlaceOffered(**common_fields(intake, one.young_id, today), until=until, days=days) for one in first]


def what_follows(intake: Intake, today: date) -> list[IntakeEvent]:
    """All of it, on a day of the service's own clock. Of what follows, nothing more does."""
    promoted = promote_automatically(intake, today)
    return [*promoted, *say_what_is_due(after(intake, promoted), today)]


def after(intake: Intake, events: Sequence[IntakeEvent]) -> Intake:
    """The intake after these events."""
    return reduce(evolve, events, intake)


INTAKES = Aggregate("intakes", Intake, evolve, visible_to=own_applications, then=what_follows)
