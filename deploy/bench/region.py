"""Whole invented lives in a region, drawn with a seed: to look at, and to measure with."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from deploy.bench.publisher import Publisher, an_id
from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationUnderReview,
    InterviewPlanned,
    Met,
    PlaceConfirmed,
    PlaceOffered,
    WishesAnswered,
)
from shared.events.catalogue import (
    Certification,
    GrantAwarded,
    GrantPaid,
    GrantPurpose,
    IntakeOpened,
    ProgrammeOpened,
    Promotion,
    SchoolRegistered,
)
from shared.events.production import (
    ClientKind,
    Hours,
    OrderAccepted,
    OrderCompleted,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    WorkLogged,
)
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
    StudentCompleted,
    StudentEnrolled,
    StudentInterrupted,
    StudentMovedUp,
    StudentStarted,
)
from shared.kernel.calendar import following, months_after, school_year_of, week_of

TODAY = date(2026, 2, 10)
ALONE = {"simulated_start": "2026-02-10T09:00:00+00:00", "kafka": "127.0.0.1:9"}
"""Settings of a reporting service that stands on that day and hears nobody but its test."""
SITUATIONS = (*[OutcomeSituation.EMPLOYED] * 4, *[OutcomeSituation.APPRENTICESHIP] * 3, OutcomeSituation.JOB_SEEKING)
SCHOOLS = (
    ("besancon", "École de Production de Besançon", "Besançon", "CAP Conducteur d’installations de production"),
    ("chalon", "École de Production de Chalon-sur-Saône", "Chalon-sur-Saône", "Bac pro Technicien en usinage"),
    ("dole", "Juralternance/Eccofor", "Dole", "CAP Serrurerie-métallerie"),
    ("clux", "L’École buissonnière", "Clux-Villeneuve", "CAP Maintenance 1er niveau de bâtiments de collectivités"),
    ("chamblanc", "L’Atelier d’Anne-Marie", "Chamblanc", "CAP Production et service en restauration"),
)


def a_region(*, cohorts: int = 3, pupils: int = 12, weeks: int = 10, today: date, seed: int = 4) -> Publisher:
    """Five schools, so many cohorts of so many pupils each, up to a day. Drawn with a seed: the same each time."""
    publisher, draw = Publisher(), random.Random(seed)
    for kind in AgencyKind:
        agency = f"{kind}-demo".replace("_", "-")
        registered = AgencyRegistered(on=date(2020, 1, 6), agency=agency, kind=kind, name=f"Agence {kind}", department="25")
        publisher.publish(f"/referral/agencies/{agency}", registered)
    first_year = today.year - cohorts
    for school, name, town, title in SCHOOLS:
        programme = f"{school}-metier"
        opened = date(first_year, 1, 6)
        publisher.publish(
            f"/enrolment/schools/{school}",
            SchoolRegistered(on=opened, school=school, name=name, commune="25056", town=town, department="25"),
        )
        publisher.publish(
            f"/enrolment/schools/{school}",
            ProgrammeOpened(
                on=opened, school=school, programme=programme, title=title, certification=Certification.CAP, sector="industrie",
                years=2, dangerous_machines=True,
            ),
        )  # fmt: skip
        for year in range(first_year, today.year + 1):
            for study in (1, 2):
                intake = an_id(programme, year, study)
                publisher.intake(
                    intake,
                    IntakeOpened(
                        on=date(year, 1, 8), school=school, intake_id=intake, seats=pupils + 2, programme=programme,
                        school_year=f"{year}-{year + 1}", year_of_study=study, starts_on=date(year, 9, 1),
                        closes_on=date(year, 12, 1), promotion=Promotion.CONFIRMED,
                    ),
                )  # fmt: skip
        for year in range(first_year, today.year):
            for number in range(pupils):
                _a_life(publisher, draw, school, programme, year, number, weeks=weeks, today=today)
            _orders(publisher, draw, school, year, today)
    for purpose, amount in ((GrantPurpose.OPERATING, 40_000_000), (GrantPurpose.INVESTMENT, 30_000_000)):
        grant = an_id("grant", purpose)
        awarded = GrantAwarded(
            on=date(first_year, 2, 1), grant_id=grant, holder="network", amount_cents=amount, purpose=purpose,
            civil_year=first_year, funder="region-bourgogne-franche-comte",
        )  # fmt: skip
        publisher.publish(f"/enrolment/grants/{grant}", awarded)
        paid = GrantPaid(
            on=date(first_year, 10, 1), grant_id=grant, holder="network", amount_cents=amount, payment_id=an_id(grant, 1)
        )
        publisher.publish(f"/enrolment/grants/{grant}", paid)
    return publisher


def _a_life(
    publisher: Publisher, draw: random.Random, school: str, programme: str, year: int, number: int, *, weeks: int, today: date
) -> None:
    young, referral, enrolment = (an_id(word, school, year, number) for word in ("young", "referral", "enrolment"))
    intake = an_id(programme, year, 1)
    agency = f"{draw.choice(list(AgencyKind))}-demo".replace("_", "-")
    referred = date(year, 3, 1) + timedelta(days=draw.randrange(60))
    about: dict[str, Any] = {"referral_id": referral, "young_id": young, "agency": agency}
    publisher.publish(
        f"/referral/referrals/{referral}",
        ReferralSubmitted(
            on=referred, birth_month=f"{year - 16}-05", situation=draw.choice([Situation.OUT_OF_SCHOOL, Situation.IN_TROISIEME]),
            wishes=(Wish(school=school, programme=programme),), **about,
        ),
    )  # fmt: skip
    publisher.publish(f"/enrolment/wishes/{referral}", WishesAnswered(on=referred, opened=(intake,), **about))
    of: dict[str, Any] = {"intake_id": intake, "young_id": young, "school": school, "programme": programme}
    year_name = f"{year}-{year + 1}"
    publisher.intake(
        intake, ApplicationOpened(on=referred, referral_id=referral, agency=agency, school_year=year_name, priority=1, **of)
    )
    publisher.intake(intake, ApplicationUnderReview(on=referred, **of))
    met = referred + timedelta(days=draw.randrange(3, 20))
    publisher.intake(intake, InterviewPlanned(on=met, planned_on=met, **of))
    if draw.random() < 0.2:
        publisher.intake(intake, ApplicationRefused(on=met, code=RefusalCode.CHOSE_OTHER_PATH, **of))
        refused = ReferralClosed(on=met, answer=Answer.REFUSED, code=RefusalCode.CHOSE_OTHER_PATH, **about)
        publisher.publish(f"/referral/referrals/{referral}", refused)
        return
    publisher.intake(intake, ApplicationAdmissible(on=met, met=Met.INTERVIEW, **of))
    publisher.intake(intake, PlaceOffered(on=met, until=met + timedelta(days=10), **of))
    publisher.intake(intake, PlaceConfirmed(on=met, **of))
    publisher.publish(f"/referral/referrals/{referral}", ReferralClosed(on=met, answer=Answer.ENROLLED, **about))
    pupil: dict[str, Any] = {"enrolment_id": enrolment, "young_id": young, "school": school, "programme": programme}
    begins = date(year, 9, 1)
    publisher.place(
        young,
        StudentEnrolled(
            on=met, intake_id=intake, school_year=year_name, year_of_study=1, last_year=False,
            birth_month=f"{year - 16}-05", starts_on=begins, **pupil,
        ),
    )  # fmt: skip
    publisher.place(young, StudentStarted(on=begins, **pupil))
    for rank in range(weeks):
        monday = begins + timedelta(days=7 * rank)
        if monday <= today:
            minutes = Hours(production=draw.randrange(900, 1500), practice=200, teaching=draw.randrange(400, 700))
            logged = WorkLogged(on=monday, week=week_of(monday), minutes=minutes, **pupil)
            publisher.publish(f"/production/weeks/{school}/{week_of(monday)}/{young}", logged)
    if draw.random() < 0.12:
        left = date(year, 12, 1)
        publisher.place(young, StudentInterrupted(on=left, code=InterruptionCode.EMPLOYMENT, **pupil))
        _outcomes(publisher, draw, young, left, today, pupil)
        return
    if date(year + 1, 8, 25) > today:
        return
    publisher.place(
        young,
        StudentMovedUp(
            on=date(year + 1, 8, 25), intake_id=an_id(programme, year + 1, 2), school_year=following(year_name),
            year_of_study=2, last_year=True, **pupil,
        ),
    )  # fmt: skip
    end = date(year + 2, 6, 28)
    if end > today:
        return
    exam: dict[str, Any] = {"exam_id": an_id("exam", enrolment), **pupil}
    publisher.place(young, ExamRegistered(on=date(year + 2, 3, 1), session=f"{year + 2}-06", **exam))
    passed = DiplomaObtained if draw.random() < 0.92 else DiplomaFailed
    publisher.place(young, passed(on=end, **exam))
    publisher.place(young, StudentCompleted(on=end, **pupil))
    _outcomes(publisher, draw, young, end, today, pupil)


def _outcomes(publisher: Publisher, draw: random.Random, young: UUID, left: date, today: date, pupil: dict[str, Any]) -> None:
    for horizon in (6, 12, 18, 24):
        day = months_after(left, horizon)
        if day > today or draw.random() < 0.1:
            continue
        situation = draw.choice(SITUATIONS)
        declared = OutcomeDeclared(
            on=day, horizon=horizon, situation=situation, source=OutcomeSource.SCHOOL,
            proof=draw.choice(list(OutcomeProof)), **pupil,
        )  # fmt: skip
        publisher.place(young, declared)


def _orders(publisher: Publisher, draw: random.Random, school: str, year: int, today: date) -> None:
    for number in range(20):
        order = an_id("order", school, year, number)
        of: dict[str, Any] = {"order_id": order, "school": school}
        source = f"/production/orders/{order}"
        day = date(year, 9, 5) + timedelta(days=draw.randrange(200))
        if day + timedelta(days=40) > today:
            continue
        amount = draw.randrange(20_000, 400_000)
        publisher.publish(source, OrderReceived(on=day, client_id=an_id("client", number), client_kind=ClientKind.COMPANY, **of))
        publisher.publish(source, OrderQuoted(on=day, amount_cents=amount, due_on=day + timedelta(days=30), **of))
        publisher.publish(source, OrderAccepted(on=day + timedelta(days=3), **of))
        done = day + timedelta(days=draw.randrange(15, 35))
        publisher.publish(source, OrderCompleted(on=done, **of))
        publisher.publish(source, OrderInvoiced(on=done, amount_cents=amount, number=f"{done.year}-{number:04d}", **of))
    assert school_year_of(date(year, 9, 5)) == f"{year}-{year + 1}"
