"""Builders of enrolment's tests: referrals, intakes and pupils at any step, messages. Everything has a default."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any
from uuid import UUID

from services.enrolment.domain import applications, places, pupils, seats
from services.enrolment.domain.application import Contact
from services.enrolment.domain.enrolment import Outcome, enrolment_id_of
from services.enrolment.domain.intake import Intake, IntakeEvent, evolve
from services.enrolment.domain.overdue import keep_time
from services.enrolment.domain.policy import what_follows
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupil import evolve as evolve_pupil
from services.enrolment.domain.school import Programme
from shared.events import Event
from shared.events.amendments import ReferralAmended
from shared.events.applications import ApplicationStatus, Met
from shared.events.catalogue import Certification, ProgrammeOpened, Promotion, SchoolRegistered
from shared.events.contacts import ContactMeans
from shared.events.message import Message, message_of
from shared.events.referral import ReferralSubmitted, RefusalCode, Situation, Wish
from shared.events.students import InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource
from shared.kernel.open_days import OpenDays

OPENING = date(2025, 5, 1)
START = date(2025, 9, 1)
CLOSING = date(2025, 10, 31)
MAY = date(2025, 5, 12)
DEADLINE = date(2025, 6, 15)


def a_programme(**overrides: Any) -> Programme:
    default = {
        "programme": "usinage", "title": "CAP Usinage", "certification": Certification.CAP, "sector": "usinage", "years": 2,
        "dangerous_machines": True,
    }  # fmt: skip
    return Programme(**{**default, **overrides})


def a_school(**overrides: Any) -> SchoolRegistered:
    default = {"school": "besancon", "name": "École de Besançon", "commune": "25056", "town": "Besançon", "department": "25"}
    return SchoolRegistered(**{"on": OPENING, **default, **overrides})


def programme_opened(**overrides: Any) -> ProgrammeOpened:
    return ProgrammeOpened(**{"school": "besancon", "on": OPENING, **a_programme().model_dump(), **overrides})


def intake_command(**overrides: Any) -> dict[str, Any]:
    school_year = overrides.get("school_year", "2025-2026")
    starts_on, closes_on = (day.replace(year=int(school_year[:4])) for day in (START, CLOSING))
    default = {
        "school": "besancon", "programme": a_programme(), "school_year": school_year, "year_of_study": 1, "seats": 2,
        "starts_on": starts_on, "closes_on": closes_on, "promotion": Promotion.CONFIRMED, "on": OPENING,
    }  # fmt: skip
    return {**default, **overrides}


def an_intake(**overrides: Any) -> Intake:
    return happened(None, seats.open_intake(None, **intake_command(**overrides)))


def a_referral(**overrides: Any) -> ReferralSubmitted:
    default = {
        "referral_id": uuid.uuid4(), "young_id": uuid.uuid4(), "agency": "cio-dole", "birth_month": "2009-03",
        "situation": Situation.IN_SCHOOL_AT_RISK, "on": MAY,
        "wishes": (Wish(school="besancon", programme="usinage"),),
    }  # fmt: skip
    return ReferralSubmitted(**{**default, **overrides})


def an_attempt(**overrides: Any) -> Contact:
    """An attempt to reach an applicant by phone, in vain, on 12 May."""
    return Contact(**{"on": MAY, "means": ContactMeans.PHONE, "reached": False, **overrides})


def happened(intake: Intake | None, events: Sequence[IntakeEvent]) -> Intake:
    """The intake after events."""
    state = reduce(evolve, events, intake)
    assert state is not None
    return state


def applied(intake: Intake, referral: ReferralSubmitted, *, on: date = MAY) -> Intake:
    return happened(intake, applications.apply(intake, referral=referral, programme=a_programme(), on=on))


def admitted(intake: Intake, referral: ReferralSubmitted, *, on: date = MAY) -> Intake:
    intake = applied(intake, referral, on=on)
    return happened(intake, applications.admit(intake, young_id=referral.young_id, met=Met.INTERVIEW, on=on))


def waitlisted(intake: Intake, referral: ReferralSubmitted, *, on: date = MAY) -> Intake:
    intake = admitted(intake, referral, on=on)
    return happened(intake, applications.waitlist(intake, young_id=referral.young_id, on=on))


def offered(intake: Intake, referral: ReferralSubmitted, *, until: date = DEADLINE) -> Intake:
    intake = admitted(intake, referral)
    return happened(intake, places.offer(intake, young_id=referral.young_id, until=until, on=MAY))


def confirmed(intake: Intake, referral: ReferralSubmitted) -> Intake:
    intake = offered(intake, referral)
    return happened(intake, places.confirm(intake, young_id=referral.young_id, on=MAY))


def follows(intake: Intake, today: date = MAY) -> Intake:
    """The intake with what follows by itself on a day of the service's clock, as a repository has it in the same write."""
    return happened(intake, what_follows(intake, today))


def passes_to(intake: Intake, day: date, calendar: OpenDays | None = None) -> list[IntakeEvent]:
    """What a sweep tells on a day."""
    return keep_time(intake, calendar=calendar or intake.calendar, by=day, today=day)


def fields_of(intake: Intake, young_id: UUID, *, on: date = MAY, **more: Any) -> dict[str, Any]:
    """The fields of an event about a young person in an intake."""
    return {
        "intake_id": intake.intake_id, "young_id": young_id, "school": intake.school, "programme": intake.programme, "on": on,
        **more,
    }  # fmt: skip


def a_message(event: Event, *, source: str, sequence: int = 1, on: date = MAY) -> Message:
    """An event as it is heard, told at noon of a day."""
    return message_of(event, source=source, sequence=sequence, time=datetime(on.year, on.month, on.day, 12, tzinfo=UTC))


def referral_message(referral: ReferralSubmitted | ReferralAmended, *, sequence: int = 1, on: date = MAY) -> Message:
    """A referral as it is heard from its own document."""
    return a_message(referral, source=f"/referral/referrals/{referral.referral_id}", sequence=sequence, on=on)


def intake_with(status: ApplicationStatus, young_id: UUID) -> Intake:
    """An intake of two seats where someone has this status, with the details that the decisions above would give."""
    details: dict[ApplicationStatus, dict[str, object]] = {
        ApplicationStatus.INTERVIEW_PLANNED: {"planned_on": MAY},
        ApplicationStatus.IMMERSION_PLANNED: {"planned_from": MAY, "planned_until": MAY},
        ApplicationStatus.OFFERED: {"until": DEADLINE},
        ApplicationStatus.REFUSED: {"code": RefusalCode.OTHER},
    }
    intake = applied(an_intake(), a_referral(young_id=young_id))
    application = intake.application(young_id)
    stands = {"status": status, **details.get(status, {})}
    referrals = tuple(one.model_copy(update={"seen": one.seen.model_copy(update=stands)}) for one in application.referrals)
    offered_to = referrals[0].referral_id if status is ApplicationStatus.OFFERED else None
    return intake.with_application(application.model_copy(update={**stands, "referrals": referrals, "offered_to": offered_to}))


YOUNG = UUID("11111111-2222-4333-8444-555555555555")
FIRST = an_intake()
SECOND = an_intake(school_year="2026-2027", year_of_study=2)
AGAIN = an_intake(school_year="2026-2027")
ENROLMENT = enrolment_id_of(FIRST.intake_id, YOUNG)
LATER = date(2027, 7, 2)
AUTUMN = date(2026, 11, 16)
"""When one registers for the session of June 2027."""
SESSION = "2027-06"


def after(pupil: Pupil | None, events: Sequence[PupilEvent]) -> Pupil:
    """The pupil after events."""
    state = reduce(evolve_pupil, events, pupil)
    assert state is not None
    return state


def enrolled(pupil: Pupil | None = None, intake: Intake = FIRST) -> Pupil:
    decided = pupils.enrol(
        pupil, young_id=YOUNG, birth_month="2009-03", intake=intake, programme=a_programme(programme=intake.programme), on=MAY
    )
    return after(pupil, decided)


def started() -> Pupil:
    pupil = enrolled()
    return after(pupil, pupils.start(pupil, school="besancon", on=START))


def interrupted(on: date = date(2025, 12, 1)) -> Pupil:
    pupil = started()
    return after(pupil, pupils.interrupt(pupil, school=None, code=InterruptionCode.MOVED, on=on))


def in_last_year() -> Pupil:
    pupil = started()
    return after(pupil, pupils.move_up(pupil, school=None, to=SECOND, programme=a_programme(), on=START))


def completed() -> Pupil:
    pupil = in_last_year()
    return after(pupil, pupils.complete(pupil, school=None, on=LATER))


def fields_on(on: date, **more: Any) -> dict[str, Any]:
    return {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "besancon", "programme": "usinage", "on": on, **more}


def year(intake: Intake) -> dict[str, Any]:
    last = intake.year_of_study == 2
    return {**intake.model_dump(include={"intake_id", "school_year", "year_of_study"}), "last_year": last}


def an_outcome(on: date, horizon: int = 6) -> Outcome:
    """In further studies, as a school proves it."""
    return Outcome(
        horizon=horizon, situation=OutcomeSituation.FURTHER_STUDIES, source=OutcomeSource.SCHOOL,
        proof=OutcomeProof.CERTIFICATE, on=on,
    )  # fmt: skip
