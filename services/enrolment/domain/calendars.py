"""Decisions on a school's open days: the public holidays that it keeps, and when it is closed."""

from collections.abc import Iterable
from datetime import date

from services.enrolment.domain.school import School, SchoolEvent
from shared.events.catalogue import SchoolCalendarChanged
from shared.kernel.calendar import months_after
from shared.kernel.errors import Invalid, Refused
from shared.kernel.open_days import Closure, HolidayZone, OpenDays

MONTHS_BACK, MONTHS_AHEAD = 12, 24
LONGEST = 120
"""Days of one closure: more is a slip of the year."""
MOST = 100
"""Closures of one school, which each of its intakes keeps."""


def keep_holidays_of(school: School, *, zone: HolidayZone, on: date) -> list[SchoolEvent]:
    """Keep the public holidays of a zone. Saying the same again changes nothing."""
    return _changed(school, school.open_days.model_copy(update={"zone": zone}), on)


def close(school: School, *, first_day: date, last_day: date, on: date) -> list[SchoolEvent]:
    """Be closed on these days: no delay counts them. Saying the same again changes nothing."""
    _ensure_sensible(first_day, last_day, on)
    closures = {*school.open_days.closures, Closure(first_day=first_day, last_day=last_day)}
    if len(closures) > max(MOST, len(school.open_days.closures)):
        raise Refused("too_many_closures", f"{MOST} fermetures sont déjà déclarées : annulez celles qui ne servent plus.")
    return _changed(school, _closed(school.open_days, closures), on)


def cancel_closure(school: School, *, first_day: date, last_day: date, on: date) -> list[SchoolEvent]:
    """Be open after all on days that were said closed. What is not said changes nothing."""
    left = [one for one in school.open_days.closures if (one.first_day, one.last_day) != (first_day, last_day)]
    return _changed(school, _closed(school.open_days, left), on)


def _closed(open_days: OpenDays, closures: Iterable[Closure]) -> OpenDays:
    ordered = sorted(closures, key=lambda one: (one.first_day, one.last_day))
    return OpenDays(zone=open_days.zone, closures=tuple(ordered))


def _changed(school: School, calendar: OpenDays, on: date) -> list[SchoolEvent]:
    return [] if calendar == school.open_days else [SchoolCalendarChanged(school=school.school, calendar=calendar, on=on)]


def _ensure_sensible(first_day: date, last_day: date, on: date) -> None:
    if last_day < first_day:
        sentence = "Une fermeture finit le jour où elle commence, ou après."
        raise Invalid("inconsistent", sentence, fields={"last_day": sentence})
    if not months_after(on, -MONTHS_BACK) <= first_day <= last_day <= months_after(on, MONTHS_AHEAD):
        sentence = "Une fermeture se déclare d’un an avant ce jour à deux ans après."
        raise Invalid("out_of_range", sentence, fields={"first_day": sentence})
    if (last_day - first_day).days >= LONGEST:
        sentence = f"Une fermeture compte {LONGEST} jours au plus : vérifiez l’année."
        raise Invalid("out_of_range", sentence, fields={"last_day": sentence})
