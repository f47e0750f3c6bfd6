"""Builders: a referral as an agency sends it, and what enrolment says of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.referral.domain.journey import Journey, hear
from services.referral.main import service
from shared import events as told
from shared.events import Event, WishesAnswered
from shared.events.enrolment import Application
from shared.message import Message, message_of
from tests.conftest import A_MORNING, Running, Start

A_DAY = date(2025, 9, 1)
CIO, SOCIAL = "cio-dole", "aide-sociale-39"
YOUNG, REFERRAL, X, Y = (UUID(int=n) for n in (1, 2, 11, 12))


def an_identity(**said: Any) -> dict[str, Any]:
    """Zélie Lefèbvre-Quintard, fifteen."""
    return {
        "family_name": "Lefèbvre-Quintard", "given_name": "Zélie", "birth_date": "2010-03-14", "commune": "39198",
        "phone": "06 12 34 56 78", "email": "zelie.quintard@exemple.test", "ine": "1234567890A",
        "representative": {"kind": "person", "name": "Odile Quintard", "phone": "03 84 00 00 00"}, **said,
    }  # fmt: skip


def a_referral(**said: Any) -> dict[str, Any]:
    """The body of POST /referrals."""
    return {
        "identity": an_identity(), "informed_on": "2025-08-28", "counsellor": "Mme Perrigaud", "situation": "out_of_school",
        "out_of_school_since": "2025-06-30", "department": "39",
        "wishes": [{"school": "dole", "programme": "dole-cap-serrurerie"}], **said,
    }  # fmt: skip


def application(kind: type[Application], intake_id: UUID = X, **said: Any) -> Application:
    """What is told of an application at Dole, unless said otherwise."""
    needed: dict[type[Event], dict[str, Any]] = {
        told.ApplicationOpened: {"referral_id": REFERRAL, "agency": CIO, "school_year": "2025-2026", "priority": 1},
        told.ApplicationIneligible: {"reasons": ("too_young",)},
        told.InterviewPlanned: {"planned_on": A_DAY},
        told.ImmersionPlanned: {"planned_from": A_DAY, "planned_until": A_DAY},
        told.ApplicationAdmissible: {"met": "interview"},
        told.PlaceOffered: {"until": A_DAY},
        told.ApplicationRefused: {"code": "no_place"},
        told.ApplicationObsolete: {"because": "enrolled_elsewhere"},
    }
    common = {"intake_id": intake_id, "young_id": YOUNG, "school": "dole", "programme": "dole-cap-serrurerie", "on": A_DAY}
    return kind(**{**common, **needed.get(kind, {}), **said})


def wishes_answered(*opened: UUID, **said: Any) -> WishesAnswered:
    """Enrolment's answer to the wishes of the referral."""
    return WishesAnswered(**{"referral_id": REFERRAL, "young_id": YOUNG, "agency": CIO, "opened": opened, "on": A_DAY, **said})


def source_of(event: Event) -> str:
    """The document of enrolment that tells an event."""
    match event:
        case WishesAnswered():
            return f"/enrolment/wishes/{event.referral_id}"
        case Application():
            return f"/enrolment/intakes/{event.intake_id}"
        case _:
            return f"/enrolment/places/{event.key}"


def heard_in_turn(*events: Event) -> Journey:
    """The journey after these events, each told once, in this order."""
    journey = Journey(young_id=YOUNG)
    for sequence, event in enumerate(events):
        journey = hear(journey, event, slot=source_of(event), sequence=sequence)
    return journey


def on_the_wire(event: Event, sequence: int) -> Message:
    return message_of(event, source=source_of(event), sequence=sequence, time=A_MORNING)


class Enrolment:
    """Says things to a running referral service, as its stream would hear them."""

    def __init__(self, here: Running) -> None:
        self._here = here
        self._sequence = 0

    async def says(self, *events: Event) -> list[Message]:
        messages = []
        for event in events:
            self._sequence += 1
            messages.append(on_the_wire(event, self._sequence))
        for message in messages:
            await self.says_again(message)
        return messages

    async def says_again(self, message: Message) -> None:
        event = message.event()
        await self._here.app.state.hearing._handlers[type(event)](self._here.store, event, message)


@asynccontextmanager
async def referral(running: Start, **knobs: Any) -> AsyncIterator[Running]:
    """The service, with a CIO, a social service and a mission locale that may refer."""
    async with running(service, **knobs) as here:
        admin = here.as_("admin")
        for id, kind in ((CIO, "cio"), (SOCIAL, "social_service"), ("ml-besancon", "mission_locale")):
            answer = await admin.put(f"/agencies/{id}", json={"kind": kind, "name": id.upper(), "department": "39"})
            assert answer.status_code == 200, answer.text
        yield here


def fresh() -> UUID:
    return uuid4()
