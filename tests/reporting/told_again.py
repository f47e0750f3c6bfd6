"""A region of which nearly everything is told again, otherwise: each of these changes what is counted of others too."""

from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.bench.publisher import Publisher, an_id
from deploy.bench.region import SCHOOLS, TODAY, a_region
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import (
    ApplicationObsolete,
    ApplicationOpened,
    ApplicationReopened,
    ApplicationWithdrawn,
    ImmersionEnded,
    PlaceReleased,
    WishesAnswered,
)
from shared.events.catalogue import (
    Certification,
    GrantAwarded,
    GrantPaid,
    GrantPurpose,
    IntakeOpened,
    IntakeSeatsChanged,
    ProgrammeOpened,
    Promotion,
    SchoolCalendarChanged,
    SchoolRegistered,
)
from shared.events.corrections import CorrectionCode
from shared.events.event import Event
from shared.events.persons import PersonMerged, PersonSplit
from shared.events.production import CancellationCode, Hours, OrderCancelled, OrderInvoiced, OrderQuoted, WorkLogged
from shared.events.referral import (
    AgencyKind,
    AgencyRegistered,
    Answer,
    ReferralClosed,
    ReferralSubmitted,
    RefusalCode,
    Situation,
    Wish,
)
from shared.events.students import (
    DiplomaFailed,
    DiplomaObtained,
    ExamRegistered,
    InterruptionCode,
    OutcomeDeclared,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEnrolled,
    StudentGaveUp,
    StudentInterrupted,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.kernel.calendar import week_of
from shared.kernel.open_days import Closure, OpenDays
from tests.reporting import money
from tests.reporting.corrections import each_correction

COHORTS = 3
FIRST = TODAY.year - COHORTS
YEARS = [f"{year}-{year + 1}" for year in range(FIRST, TODAY.year + 1)]
NAMES = [name for name, *_ in SCHOOLS]
AGENCIES = [f"{kind}-demo".replace("_", "-") for kind in AgencyKind]


def told_again(draw: Random) -> Publisher:
    """A small region, and its facts told again with other values, drawn."""
    publisher = a_region(cohorts=COHORTS, pupils=1, weeks=2, today=TODAY)
    _catalogue(publisher, draw)
    for school in NAMES:
        for year in range(FIRST, TODAY.year):
            _referrals(publisher, draw, school, year)
            _pupil(publisher, draw, school, year)
    _aliases(publisher, draw)
    return publisher


def _aliases(publisher: Publisher, draw: Random) -> None:
    """Some are one person, in chains; some are two again, some of those one with another then."""
    everybody = [an_id("young", school, year, 0) for school in NAMES for year in range(FIRST, TODAY.year)]
    for rank, young in enumerate(everybody[:-1]):
        told = draw.choice([0, 0, 1, 2, 3])
        others = [draw.choice(everybody[rank + 1 :]) for _ in range(2)]  # the later one is kept: never a circle
        merged = [PersonMerged(on=TODAY, young_id=young, kept=other) for other in others]
        for event in [merged[0], PersonSplit(on=TODAY, young_id=young), merged[1]][:told]:
            publisher.publish(f"/referral/person_records/{young}", event)


def _catalogue(publisher: Publisher, draw: Random) -> None:
    for agency in AGENCIES:
        kind = draw.choice(list(AgencyKind))
        registered = AgencyRegistered(on=TODAY, agency=agency, kind=kind, name=agency, department="39")
        publisher.publish(f"/referral/agencies/{agency}", registered)
    for school in NAMES:
        moved = SchoolRegistered(on=TODAY, school=school, name="Autre nom", commune="39198", town="Dole", department="39")
        renamed = ProgrammeOpened(
            on=TODAY, school=school, programme=f"{school}-metier", title="Autre titre", certification=Certification.CAP,
            sector="metal", years=2, dangerous_machines=True,
        )  # fmt: skip
        closed = Closure(first_day=date(draw.randrange(FIRST, TODAY.year), 1, 1), last_day=date(TODAY.year, 1, 1))
        calendar = SchoolCalendarChanged(on=TODAY, school=school, calendar=OpenDays(closures=(closed,)))
        for event in (moved, renamed, calendar):
            publisher.publish(f"/enrolment/schools/{school}", event)
        for year in range(FIRST, TODAY.year + 1):
            _intake(publisher, draw, school, year)
        _money(publisher, draw, school)
        order = an_id("order", school, FIRST, 0)
        of: dict[str, Any] = {"on": TODAY, "order_id": order, "school": school}
        orders: list[Event] = [
            OrderQuoted(amount_cents=10, due_on=TODAY - timedelta(days=draw.randrange(2_000)), **of),
            OrderInvoiced(amount_cents=draw.randrange(10_000), number="2026-0001", **of),
            OrderCancelled(code=CancellationCode.CLIENT, **of),
        ]
        for told in orders:
            publisher.publish(f"/production/orders/{order}", told)
        money.order_corrected(publisher, order, school=school, on=TODAY, draw=draw)


def _intake(publisher: Publisher, draw: Random, school: str, year: int) -> None:
    intake = an_id(f"{school}-metier", year, 1)
    where = school if draw.random() < 0.7 else draw.choice(NAMES)
    opened = IntakeOpened(
        on=TODAY, school=where, intake_id=intake, seats=draw.randrange(1, 20), programme=f"{draw.choice(NAMES)}-metier",
        school_year=draw.choice([f"{year}-{year + 1}", *YEARS]), year_of_study=1, starts_on=TODAY,
        closes_on=TODAY, promotion=Promotion.CONFIRMED,
    )  # fmt: skip
    publisher.intake(intake, opened)
    publisher.intake(intake, IntakeSeatsChanged(on=TODAY, school=where, intake_id=intake, seats=draw.randrange(1, 20)))


def _money(publisher: Publisher, draw: Random, school: str) -> None:
    grant = an_id("grant", school)
    for _ in range(2):
        awarded = GrantAwarded(
            on=TODAY, grant_id=grant, holder=draw.choice(NAMES), amount_cents=900, purpose=draw.choice(list(GrantPurpose)),
            civil_year=2025, funder=draw.choice(["region", "region-bfc", "etat"]),
        )  # fmt: skip
        publisher.publish(f"/enrolment/grants/{grant}", awarded)
    paid = GrantPaid(
        on=TODAY - timedelta(days=draw.randrange(900)), grant_id=grant, holder=school, amount_cents=100,
        payment_id=an_id(grant, 1),
    )  # fmt: skip
    publisher.publish(f"/enrolment/grants/{grant}", paid.model_copy(update={"payment_id": an_id("paid", school)}))
    publisher.publish(f"/enrolment/grants/{grant}/payments", paid)  # may come first
    money.corrected(publisher, grant, holder=school, payments=[an_id("paid", school)], on=TODAY, draw=draw)


def _referrals(publisher: Publisher, draw: Random, school: str, year: int) -> None:
    young = an_id("young", school, year, 0)
    first, second = an_id("referral", school, year, 0), an_id("second", school, year)
    about: dict[str, Any] = {"young_id": young, "agency": draw.choice(AGENCIES)}
    day = TODAY - timedelta(days=draw.randrange(900))
    wished = draw.choice(NAMES)
    submitted = ReferralSubmitted(
        on=day, referral_id=second, birth_month="2008-05", situation=draw.choice(list(Situation)),
        wishes=(Wish(school=wished, programme=f"{wished}-metier"),), **about,
    )  # fmt: skip
    publisher.publish(f"/referral/referrals/{second}", submitted)
    amended = ReferralAmended(
        on=TODAY, referral_id=second, birth_month="2008-05", situation=draw.choice(list(Situation)), complete=True,
        wishes=(Wish(school=school, programme=f"{school}-metier"),), code=CorrectionCode.TYPING,
        replaces=(Part.SITUATION, Part.WISHES), **about,
    )  # fmt: skip
    publisher.publish(f"/referral/referrals/{second}", amended)
    for referral in (first, second):
        opened = tuple(an_id(f"{draw.choice(NAMES)}-metier", draw.randrange(FIRST, TODAY.year), 1) for _ in range(2))
        answered = WishesAnswered(on=day, referral_id=referral, opened=opened, **about)
        publisher.publish(f"/enrolment/wishes/{referral}", answered)
        for _ in range(2):
            answer, code = draw.choice(list(Answer)), draw.choice(list(RefusalCode))
            closed = ReferralClosed(on=TODAY, referral_id=referral, answer=answer, code=code, **about)
            publisher.publish(f"/referral/referrals/{referral}", closed)
    intake = an_id(f"{school}-metier", year, 1)
    of: dict[str, Any] = {
        "on": TODAY, "intake_id": intake, "young_id": young, "school": school, "programme": f"{school}-metier",
    }  # fmt: skip
    joined = ApplicationOpened(referral_id=second, agency=about["agency"], school_year=draw.choice(YEARS), priority=1, **of)
    ended = [ApplicationObsolete(because="intake_closed", **of), ApplicationWithdrawn(**of), PlaceReleased(**of)]
    events: list[Event] = [joined, ApplicationReopened(**of), draw.choice(ended)]
    for event in [ImmersionEnded(**of), *events] if draw.random() < 0.3 else events:
        publisher.intake(intake, event)


def _pupil(publisher: Publisher, draw: Random, school: str, year: int) -> None:
    young, elsewhere = an_id("young", school, year, 0), draw.choice(NAMES)
    programme = f"{draw.choice(NAMES)}-metier"
    enrolments = {an_id("enrolment", school, year, 0): school, an_id("again", school, year): elsewhere}
    events: list[Event] = []
    for enrolment, where in enrolments.items():
        of: dict[str, Any] = {
            "on": TODAY - timedelta(days=draw.randrange(900)), "enrolment_id": enrolment, "young_id": young, "school": where,
            "programme": programme,
        }  # fmt: skip
        study: dict[str, Any] = {
            "intake_id": an_id(f"{where}-metier", year, 1), "school_year": draw.choice(YEARS), "year_of_study": 1,
            "last_year": draw.random() < 0.5,
        }  # fmt: skip
        exam: dict[str, Any] = {"exam_id": an_id("another exam", enrolment), **of}
        if where == elsewhere:
            events.append(StudentEnrolled(birth_month="2008-05", starts_on=TODAY, **study, **of))
        events += [
            StudentStarted(**of), StudentRepeated(**study, **of), StudentChangedProgramme(**study, **of),
            StudentInterrupted(code=InterruptionCode.OTHER, **of), StudentResumed(**of), StudentDidNotStart(**of),
            StudentGaveUp(**of),
            ExamRegistered(session="2025-06", **exam), DiplomaFailed(absent=True, **exam), DiplomaObtained(**exam),
            StudentCompleted(**of),
            *(_outcome(draw, source, of) for source in OutcomeSource), *each_correction(of, study, exam, draw),
        ]  # fmt: skip
    for event in draw.sample(events, draw.randrange(len(events))):
        publisher.place(young, event)
    for enrolment in enrolments:  # the same week, of one or of the other
        week = week_of(TODAY - timedelta(days=7 * draw.randrange(3)))
        logged = WorkLogged(
            on=TODAY, young_id=young, enrolment_id=enrolment, school=school, programme=programme, week=week,
            minutes=Hours(production=draw.randrange(900), practice=draw.randrange(900), teaching=300),
        )  # fmt: skip
        publisher.publish(f"/production/weeks/{school}/{week}/{young}", logged)


def _outcome(draw: Random, source: OutcomeSource, of: dict[str, Any]) -> OutcomeDeclared:
    return OutcomeDeclared(
        horizon=draw.choice([6, 12]), situation=draw.choice(list(OutcomeSituation)), source=source,
        proof=draw.choice(list(OutcomeProof)), **of,
    )  # fmt: skip
