"""Builders: a referral as an agency sends it, and what enrolment says of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from services.referral.domain.journey import Journey, JourneyEvent, fold
from services.referral.domain.referral import Referral, evolve, submit
from services.referral.handlers import HANDLERS
from services.referral.main import service
from services.referral.store import Store
from shared.events import Event, applications, contacts, corrections, hand_backs, students, transfers
from shared.events.applications import ApplicationEvent
from shared.events.catalogue import ProgrammeOpened, SchoolRegistered
from shared.events.message import Message, message_of
from shared.events.referral import ReferralDetails, Situation, Wish
from shared.events.students import StudentEvent
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import A_MORNING, Running, Start

A = TypeVar("A", bound=ApplicationEvent)
S = TypeVar("S", bound=StudentEvent)
A_DAY = date(2025, 9, 1)
A_CORRECTION: dict[str, Any] = {"code": "typing", "replaces_on": A_DAY, "happened_on": A_DAY}
CIO, COLLEGE, SOCIAL = "cio-dole", "college-dole", "aide-sociale-39"
DOLE = {
    "id": "dole", "name": "École de Dole", "address": "7 rue du Rabot, 39100 Dole", "town": "Dole", "phone": "+33353010039",
}  # fmt: skip
SERRURERIE = {"id": "dole-cap-serrurerie", "title": "CAP Serrurerie", "certification": "cap"}
"""The school and its programme, as every answer shows them."""
COUNSELLOR = {"name": "Mme Perrigaud", "phone": "+33384000001"}
YOUNG, REFERRAL, X, Y = (UUID(int=n) for n in (1, 2, 11, 12))
ENROLMENT = UUID(int=21)
SEQUENCES = count(1)


def an_identity(**overrides: Any) -> dict[str, Any]:
    """Zélie Lefèbvre-Quintard, fifteen."""
    return {
        "family_name": "Lefèbvre-Quintard", "given_name": "Zélie", "birth_date": "2010-03-14", "commune": "39198",
        "phone": "06 12 34 56 78", "email": "zelie.quintard@exemple.test", "ine": "1234567890A",
        "representatives": [
            {"kind": "person", "name": "Odile Quintard", "kinship": "mother", "phone": "03 84 00 00 00"},
        ], **overrides,
    }  # fmt: skip


def a_referral(**overrides: Any) -> dict[str, Any]:
    """The body of POST /referrals."""
    return {
        "identity": an_identity(), "informed_on": "2025-08-28", "counsellor": COUNSELLOR, "situation": "out_of_school",
        "out_of_school_since": "2025-06",
        "wishes": [{"school": "dole", "programme": "dole-cap-serrurerie"}], **overrides,
    }  # fmt: skip


def application(kind: type[A], intake_id: UUID = X, **overrides: Any) -> A:
    """What is told of an application at Dole, unless said otherwise."""
    needed: dict[type[Event], dict[str, Any]] = {
        applications.ApplicationOpened: {"referral_id": REFERRAL, "agency": CIO, "school_year": "2025-2026", "priority": 1},
        applications.ApplicationIneligible: {"reasons": ("too_young",)},
        applications.InterviewPlanned: {"planned_on": A_DAY},
        applications.ImmersionPlanned: {"planned_from": A_DAY, "planned_until": A_DAY},
        applications.MeetingCancelled: {"meeting": "interview"},
        contacts.ApplicationContacted: {"means": "phone", "reached": False},
        applications.ApplicationAdmissible: {"met": "interview"},
        applications.PlaceOffered: {"until": A_DAY},
        applications.ApplicationRefused: {"code": "no_place"},
        applications.ApplicationLeft: {"referral_id": REFERRAL, "agency": CIO},
        applications.ApplicationObsolete: {"because": "enrolled_elsewhere"},
    }
    common = {"intake_id": intake_id, "young_id": YOUNG, "school": "dole", "programme": "dole-cap-serrurerie", "on": A_DAY}
    return kind(**{**common, **needed.get(kind, {}), **overrides})


def student(kind: type[S], **overrides: Any) -> S:
    """What is told of the pupil, enrolled from the intake X unless said otherwise."""
    year = {"intake_id": X, "school_year": "2025-2026", "year_of_study": 1, "last_year": False}
    needed: dict[type[Event], dict[str, Any]] = {
        students.StudentEnrolled: {**year, "birth_month": "2010-03", "starts_on": A_DAY},
        students.StudentMovedUp: {**year, "intake_id": Y, "school_year": "2026-2027", "year_of_study": 2, "last_year": True},
        students.StudentInterrupted: {"code": "moved"},
        students.DiplomaObtained: {"exam_id": UUID(int=31)},
        corrections.StartCorrected: A_CORRECTION,
        corrections.InterruptionCorrected: {**A_CORRECTION, "replaces_interruption": "moved", "interruption": "employment"},
        corrections.OutcomeCorrected: {
            **A_CORRECTION,
            "horizon": 6,
            "source": "school",
            "replaces_situation": "employed",
            "situation": "other",
            "proof": "none",
        },
        students.OutcomeDeclared: {"horizon": 6, "situation": "employed", "source": "school", "proof": "contract"},
    }
    pupil = {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "dole", "programme": "dole-cap-serrurerie", "on": A_DAY}
    return kind(**{**pupil, **needed.get(kind, {}), **overrides})


def the_referral() -> Referral:
    """The referral, submitted."""
    wishes = (Wish(sector="bois", departments=("39",)),)
    details = ReferralDetails(situation=Situation.OUT_OF_SCHOOL, wishes=wishes)
    [event] = submit(None, referral_id=REFERRAL, young_id=YOUNG, agency=CIO, birth_month="2010-03", details=details, on=A_DAY)
    return evolve(None, event)


def wishes_answered(*opened: UUID, **overrides: Any) -> applications.WishesAnswered:
    """Enrolment's answer to the wishes of the referral."""
    return applications.WishesAnswered(
        **{"referral_id": REFERRAL, "young_id": YOUNG, "agency": CIO, "opened": opened, "on": A_DAY, **overrides}
    )


def source_of(event: Event) -> str:
    """The document of enrolment that tells an event."""
    match event:
        case applications.WishesAnswered():
            return f"/enrolment/wishes/{event.referral_id}"
        case hand_backs.HandBackEvent():
            return f"/enrolment/hand_backs/{event.hand_back_id}"
        case transfers.TransferEvent():
            return f"/enrolment/transfers/{event.transfer_id}"
        case ApplicationEvent():
            return f"/enrolment/intakes/{event.intake_id}"
        case _:
            return f"/enrolment/places/{event.key}"


def with_openings(history: Sequence[JourneyEvent]) -> list[JourneyEvent]:
    """These events, and before the first, the opening of each application that an answer to wishes names but they do not."""
    opened = {(event.referral_id, event.intake_id) for event in history if isinstance(event, applications.ApplicationOpened)}
    missing = [
        application(
            applications.ApplicationOpened, id, young_id=one.young_id, referral_id=one.referral_id, agency=one.agency, on=one.on
        )
        for one in history
        if isinstance(one, applications.WishesAnswered)
        for id in one.opened
        if (one.referral_id, id) not in opened
    ]
    return [*missing, *history]


def folded(*history: JourneyEvent) -> Journey:
    """The journey after these events, each told once, in this order."""
    return reduce(fold, with_openings(history), Journey(young_id=YOUNG))


def on_the_wire(event: Event, sequence: int) -> Message:
    return message_of(event, source=source_of(event), sequence=sequence, time=A_MORNING)


async def enrolment_publishes(here: Running, *history: JourneyEvent) -> list[Message]:
    """Have a running referral service hear these, each told once, in this order."""
    messages = [on_the_wire(event, next(SEQUENCES)) for event in with_openings(history)]
    for message in messages:
        await handle_again(here, message)
    return messages


async def handle_again(here: Running, message: Message) -> None:
    """What its stream does with a message."""
    event = message.event()
    await HANDLERS[type(event)](here.store, event, message)


def without_stream(settings: Settings) -> Service[Store]:
    """The service, hearing only what a test says to it."""
    return replace(service(settings), handlers={}, works=())


def school_registered(school: str = "dole", **overrides: Any) -> SchoolRegistered:
    """A school, as enrolment tells of it."""
    facts = {
        "name": "École de Dole", "commune": "39198", "town": "Dole", "department": "39", "phone": "+33353010039",
        "address": "7 rue du Rabot, 39100 Dole",
    }  # fmt: skip
    return SchoolRegistered(**{"school": school, "on": A_DAY, **facts, **overrides})


def programme_opened(programme: str = "dole-cap-serrurerie", school: str = "dole", **overrides: Any) -> ProgrammeOpened:
    """A programme of a school, as enrolment tells of it."""
    traits = {"title": "CAP Serrurerie", "certification": "cap", "sector": "bois", "years": 2, "dangerous_machines": True}
    return ProgrammeOpened(**{"school": school, "programme": programme, "on": A_DAY, **traits, **overrides})


async def catalogue_publishes(here: Running, *told: SchoolRegistered | ProgrammeOpened) -> None:
    """Have a running referral service hear of these schools and programmes, in this order."""
    for event in told:
        source = f"/enrolment/schools/{event.school}"
        await handle_again(here, message_of(event, source=source, sequence=next(SEQUENCES), time=A_MORNING))


@asynccontextmanager
async def referring(running: Start, make: Callable[[Settings], Service[Store]] = without_stream) -> AsyncIterator[Running]:
    """The service, with a CIO, a collège and a social service that may refer to the school of Dole."""
    async with running(make) as here:
        admin = here.as_("admin")
        for id, kind in ((CIO, "cio"), (COLLEGE, "college"), (SOCIAL, "social_service")):
            answer = await admin.put(f"/agencies/{id}", json={"kind": kind, "name": id.upper(), "department": "39"})
            assert answer.status_code == 200, answer.text
        await catalogue_publishes(here, school_registered(), programme_opened())
        yield here


async def refer(here: Running, agency: str = CIO, **overrides: Any) -> dict[str, Any]:
    """The referral that an agency has just made, as it reads it."""
    answer = await here.as_(f"agency:{agency}").post("/referrals", json=a_referral(**overrides))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def read(here: Running, referral_id: str, agency: str = CIO) -> dict[str, Any]:
    """A referral, as its agency reads it now."""
    answer = await here.as_(f"agency:{agency}").get(f"/referrals/{referral_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown
