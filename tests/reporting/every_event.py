"""One of each event that reporting hears, with two agencies, two sources for an outcome, and facts told again."""

from datetime import date, timedelta
from typing import Any

from deploy.bench.publisher import Publisher, an_id
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationObsolete,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    ImmersionEnded,
    ImmersionPlanned,
    IneligibleReason,
    InterviewPlanned,
    MeetingCancelled,
    Met,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
    PlaceReleased,
    WishesAnswered,
)
from shared.events.catalogue import (
    Certification,
    CertificationReplaced,
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
from shared.events.delays import ApplicationExpired
from shared.events.persons import PersonMerged, PersonSplit
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
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.kernel.open_days import Closure, OpenDays
from tests.reporting import money, works
from tests.reporting.corrections import each_correction

DAY = date(2024, 3, 4)
YOUNG, OTHER, INTAKE, ENROLMENT, GRANT = (an_id(word) for word in ("young", "other", "intake", "enrolment", "grant"))


def everything() -> Publisher:
    """Told by about fifteen sources, each in its own order."""
    publisher = Publisher()
    _catalogue(publisher)
    _referrals(publisher)
    _applications(publisher)
    _pupils(publisher)
    works.produced(publisher, YOUNG, ENROLMENT, on=DAY)
    _aliases(publisher)
    return publisher


def _aliases(publisher: Publisher) -> None:
    alias = an_id("alias")
    for event in (
        PersonMerged(on=DAY, young_id=alias, kept=OTHER),
        PersonSplit(on=DAY, young_id=alias),
        PersonMerged(on=DAY, young_id=alias, kept=YOUNG),
    ):
        publisher.publish(f"/referral/person_records/{alias}", event)


def _catalogue(publisher: Publisher) -> None:
    for agency in ("cio-dole", "ml-dole"):
        registered = AgencyRegistered(on=DAY, agency=agency, kind=AgencyKind.CIO, name=agency, department="39")
        publisher.publish(f"/referral/agencies/{agency}", registered)
    school = SchoolRegistered(on=DAY, school="dole", name="Eccofor", commune="39198", town="Dole", department="39")
    closed = OpenDays(closures=(Closure(first_day=DAY, last_day=DAY + timedelta(days=11)),))
    for told in (school, SchoolCalendarChanged(on=DAY, school="dole", calendar=closed)):
        publisher.publish("/enrolment/schools/dole", told)
    publisher.publish(
        "/enrolment/schools/dole",
        ProgrammeOpened(
            on=DAY, school="dole", programme="serrurerie", title="CAP Serrurerie", certification=Certification.CAP,
            sector="metal", years=2, dangerous_machines=True,
        ),
    )  # fmt: skip
    for since in (date(2025, 9, 1), date(2023, 9, 1)):
        replaced = CertificationReplaced(on=DAY, school="dole", programme="serrurerie", title="CAP Métallier", since=since)
        publisher.publish("/enrolment/schools/dole", replaced)
    publisher.intake(
        INTAKE,
        IntakeOpened(
            on=DAY, school="dole", intake_id=INTAKE, seats=8, programme="serrurerie", school_year="2024-2025", year_of_study=1,
            starts_on=date(2024, 9, 2), closes_on=date(2024, 12, 1), promotion=Promotion.AUTOMATIC,
        ),
    )  # fmt: skip
    publisher.intake(INTAKE, IntakeSeatsChanged(on=DAY, school="dole", intake_id=INTAKE, seats=9))
    publisher.intake(INTAKE, IntakeSeatsChanged(on=DAY, school="dole", intake_id=INTAKE, seats=10))
    awarded = GrantAwarded(
        on=DAY, grant_id=GRANT, holder="network", amount_cents=900, purpose=GrantPurpose.OPERATING, civil_year=2024, funder="bfc"
    )  # fmt: skip
    publisher.publish(f"/enrolment/grants/{GRANT}", awarded)
    for number in (1, 2):
        paid = GrantPaid(on=DAY, grant_id=GRANT, holder="network", amount_cents=100 * number, payment_id=an_id("payment", number))
        publisher.publish(f"/enrolment/grants/{GRANT}", paid)
    money.corrected(publisher, GRANT, holder="network", payments=[an_id("payment", number) for number in (1, 2)], on=DAY)


def _referrals(publisher: Publisher) -> None:
    for agency in ("cio-dole", "ml-dole"):
        referral = an_id("referral", agency)
        about: dict[str, Any] = {"referral_id": referral, "young_id": YOUNG, "agency": agency}
        submitted = ReferralSubmitted(
            on=DAY, birth_month="2008-05", situation=Situation.OUT_OF_SCHOOL,
            wishes=(Wish(school="dole", programme="serrurerie"), Wish(sector="metal", departments=("39",))), **about,
        )  # fmt: skip
        publisher.publish(f"/referral/referrals/{referral}", submitted)
        publisher.publish(f"/enrolment/wishes/{referral}", WishesAnswered(on=DAY, opened=(INTAKE,), **about))
        amended = ReferralAmended(
            on=DAY + timedelta(days=3), birth_month="2008-05", situation=Situation.IN_TRAINING, complete=True,
            wishes=(Wish(school="dole", programme="usinage"),), code=CorrectionCode.TYPING,
            replaces=(Part.SITUATION, Part.WISHES), **about,
        )  # fmt: skip
        publisher.publish(f"/referral/referrals/{referral}", amended)
        closed = ReferralClosed(on=DAY + timedelta(days=9), answer=Answer.ENROLLED, **about)
        publisher.publish(f"/referral/referrals/{referral}", closed)


def _applications(publisher: Publisher) -> None:
    for young in (YOUNG, OTHER):
        of: dict[str, Any] = {"on": DAY, "intake_id": INTAKE, "young_id": young, "school": "dole", "programme": "serrurerie"}
        referral = an_id("referral", "cio-dole")
        for event in (
            ApplicationOpened(referral_id=referral, agency="cio-dole", school_year="2024-2025", priority=1, **of),
            ApplicationIneligible(reasons=(IneligibleReason.TOO_YOUNG,), **of),
            ApplicationUnderReview(overridden=True, **of),
            InterviewPlanned(planned_on=DAY, **of),
            MeetingCancelled(meeting=Met.INTERVIEW, **of),
            ImmersionPlanned(planned_from=DAY, planned_until=DAY, **{**of, "on": DAY + timedelta(days=1)}),
            ImmersionEnded(**{**of, "on": DAY + timedelta(days=3)}),
            ApplicationAdmissible(met=Met.IMMERSION, **of),
            ApplicationWaitlisted(**of),
            PlaceOffered(until=DAY, **of),
            PlaceExpired(**of),
            ApplicationReopened(**of),
            ApplicationExpired(**of, referral_id=referral),
            ApplicationExpired(**of),
            ApplicationReopened(**of),
            ApplicationRefused(code=RefusalCode.NO_PLACE, **of),
            ApplicationReopened(**of),
            PlaceOffered(until=DAY, **of),
            PlaceOfferWithdrawn(**of),
            PlaceDeclined(**of),
            ApplicationWithdrawn(**of),
            ApplicationObsolete(because="intake_closed", **of),
            PlaceConfirmed(**of),
            PlaceReleased(**of),
        ):
            publisher.intake(INTAKE, event)


def _pupils(publisher: Publisher) -> None:
    of: dict[str, Any] = {"on": DAY, "enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "dole", "programme": "serrurerie"}
    year: dict[str, Any] = {"intake_id": INTAKE, "school_year": "2024-2025", "year_of_study": 1, "last_year": False}
    later: dict[str, Any] = {**of, "on": DAY + timedelta(days=200)}
    exam: dict[str, Any] = {"exam_id": an_id("exam"), **later}
    for event in (
        StudentEnrolled(birth_month="2008-05", starts_on=date(2024, 9, 2), **year, **of),
        StudentDidNotStart(**of),
        StudentGaveUp(**of),
        StudentStarted(**of),
        StudentInterrupted(code=InterruptionCode.MOVED, **of),
        StudentResumed(**of),
        StudentInterrupted(code=InterruptionCode.OTHER, **later),
        StudentResumed(**later),
        StudentRepeated(**{**year, "school_year": "2025-2026"}, **of),
        StudentChangedProgramme(**{**year, "school_year": "2025-2026"}, **{**of, "programme": "usinage"}),
        StudentMovedUp(**{**year, "school_year": "2026-2027", "last_year": True}, **of),
        ExamRegistered(session="2027-06", **exam),
        DiplomaFailed(absent=True, **exam),
        DiplomaObtained(**exam),
        StudentCompleted(**later),
        *(
            OutcomeDeclared(horizon=horizon, situation=situation, source=source, proof=OutcomeProof.PHONE, **later)
            for horizon in (6, 12)
            for source in (OutcomeSource.SCHOOL, OutcomeSource.AGENCY)
            for situation in (OutcomeSituation.UNREACHABLE, OutcomeSituation.EMPLOYED)
        ),
        *each_correction(of, {**year, "school_year": "2026-2027"}, exam),
    ):
        publisher.place(YOUNG, event)
