"""What a school is told of its own young people: each thing once, on its own topic, and nothing any more of the erased."""

import json
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.enrolment import handlers
from services.enrolment.domain.outbound import OutboundPerson, evolve, forget, outbound_id, revision_of, tell
from services.enrolment.store import Store
from services.enrolment.use_cases import outbound
from shared.events import EVENTS, OUTBOUND_EVENTS, TO_SCHOOLS, Event
from shared.events.applications import ApplicationAdmissible, ApplicationOpened, Met, PlaceOffered, WishesAnswered
from shared.events.catalogue import SchoolRegistered
from shared.events.event import Event as Base
from shared.events.persons import ErasureCode, PersonErased
from shared.events.to_schools import PersonForgotten, copies_of
from tests.enrolment.builders import MAY, a_message, a_referral

YOUNG, INTAKE = UUID(int=1), UUID(int=11)
DOCUMENT = f"/enrolment/intakes/{INTAKE}"
FIELDS: dict[str, Any] = {"intake_id": INTAKE, "young_id": YOUNG, "school": "besancon", "programme": "usinage", "on": MAY}
OFFERED = PlaceOffered(**FIELDS, until=MAY)


def told(known: OutboundPerson | None, event: Event, revision: int) -> OutboundPerson | None:
    for one in tell(known, event=event, document=DOCUMENT, revision=revision):
        known = evolve(known, one)
    return known


def test_whatever_enrolment_tells_of_a_young_person_at_a_school_is_copied_under_a_type_of_its_own() -> None:
    own = {event for event in EVENTS.values() if event.topic == "etabli.enrolment"}
    assert own - set(TO_SCHOOLS) == {WishesAnswered}
    for event, copy in TO_SCHOOLS.items():
        assert copy.type == event.type.replace("enrolment", "outbound", 1)
        assert set(copy.model_fields) == {*event.model_fields, "tenant", "document", "revision"}
        assert OUTBOUND_EVENTS[copy.type] is copy


def test_an_event_that_enrolment_comes_to_tell_is_carried_without_a_line() -> None:
    class BellRung(Base, type="enrolment.bell.rung.v1", topic="etabli.enrolment", key="young_id"):
        """A bell was rung."""

        young_id: UUID
        school: str

    try:
        copy = copies_of([BellRung, SchoolRegistered])[BellRung]
        assert (copy.type, copy.__doc__) == ("fr.etabli.outbound.bell.rung.v1", "A bell was rung.")
    finally:
        del EVENTS["fr.etabli.enrolment.bell.rung.v1"], OUTBOUND_EVENTS["fr.etabli.outbound.bell.rung.v1"]


def test_a_thing_is_told_once_to_the_school_that_it_names() -> None:
    [copy] = tell(None, event=OFFERED, document=DOCUMENT, revision=4)
    assert copy == TO_SCHOOLS[PlaceOffered](**FIELDS, until=MAY, tenant="besancon", document=DOCUMENT, revision=4)
    assert copy.destination == "etabli.outbound.besancon"
    known = evolve(None, copy)
    assert (
        tell(known, event=OFFERED, document=DOCUMENT, revision=4)
        == tell(known, event=OFFERED, document=DOCUMENT, revision=3)
        == []
    )
    assert len(tell(known, event=OFFERED, document=DOCUMENT, revision=5)) == 1
    assert len(tell(known, event=OFFERED, document="/enrolment/pupils/x", revision=4)) == 1


def test_of_the_erased_it_is_said_once_that_they_are_and_nothing_more() -> None:
    known = told(None, OFFERED, 4)
    assert known
    [erased] = forget(known, on=MAY)
    assert erased == PersonForgotten(tenant="besancon", young_id=YOUNG, on=MAY)
    gone = evolve(known, erased)
    assert gone == OutboundPerson(school="besancon", young_id=YOUNG, erased=True)
    assert list(forget(gone, on=MAY)) == []
    assert list(tell(gone, event=OFFERED, document=DOCUMENT, revision=9)) == []


def test_the_revisions_of_a_pupil_rise_and_do_not_say_how_much_another_school_told() -> None:
    pupil = f"/enrolment/pupils/{YOUNG}"
    drawn = [revision_of(pupil, sequence, b"k") for sequence in range(1, 40)]
    gaps = [after - before for before, after in pairwise(drawn)]
    assert min(gaps) > 0
    assert len(set(gaps)) > 30
    assert max(gaps) > 1_000 * min(gaps)
    assert drawn != [revision_of(pupil, sequence, b"another") for sequence in range(1, 40)]
    assert revision_of(DOCUMENT, 7, b"k") == 7


async def outbox(store: Store, school: str, young_id: UUID) -> list[str]:
    row = await store.outbound.collection.find_one({"_id": outbound_id(school, young_id)})
    assert row is None or all(entry["topic"] == f"etabli.outbound.{school}" and not entry["cause"] for entry in row["outbox"])
    return [entry["type"].removeprefix("fr.etabli.outbound.") for entry in row["outbox"]] if row else []


async def hears(store: Store, event: Event, sequence: int, source: str = DOCUMENT) -> None:
    await handlers.HANDLERS[type(event)](store, event, a_message(event, source=source, sequence=sequence))


def opened(young_id: UUID) -> ApplicationOpened:
    fields = {**FIELDS, "young_id": young_id}
    return ApplicationOpened(**fields, referral_id=uuid4(), agency="cio-dole", school_year="2025-2026", priority=1)


@pytest.mark.parametrize("order", [(1, 2), (1, 2, 1, 2), (1, 1, 2, 2, 2, 1)])
async def test_what_is_heard_again_in_any_order_is_told_no_more(store: Store, order: tuple[int, ...]) -> None:
    young_id = uuid4()
    events = {1: opened(young_id), 2: ApplicationAdmissible(**{**FIELDS, "young_id": young_id}, met=Met.INTERVIEW)}
    for number in order:
        await hears(store, events[number], number)
    assert await outbox(store, "besancon", young_id) == ["application.opened.v1", "application.admissible.v1"]


@pytest.mark.parametrize("first", ["erasure", "application"])
async def test_an_erasure_heard_before_or_after_leaves_nothing_of_a_person(store: Store, first: str) -> None:
    referral = a_referral()
    erased = PersonErased(young_id=referral.young_id, code=ErasureCode.PERSON_ASKED, on=date(2025, 5, 12))
    steps = [(opened(referral.young_id), DOCUMENT), (erased, f"/referral/person_records/{referral.young_id}")]
    for event, source in steps if first == "application" else reversed(steps):
        await hears(store, event, 1, source)
    expected = ["application.opened.v1", "person.erased.v1"] if first == "application" else []
    assert await outbox(store, "besancon", referral.young_id) == expected
    kept = await store.outbound.collection.find_one({"_id": outbound_id("besancon", referral.young_id)})
    assert kept is None or json.dumps(kept["state"]["revisions"]) == "{}"


async def test_a_person_erased_between_the_question_and_the_answer_is_forgotten(store: Store) -> None:
    young_id = uuid4()
    await hears(store, opened(young_id), 1)
    await store.erased.mark(young_id)
    await outbound.forget(store, young_id, on=MAY)
    await hears(store, ApplicationAdmissible(**{**FIELDS, "young_id": young_id}, met=Met.INTERVIEW), 2)
    assert await outbox(store, "besancon", young_id) == ["application.opened.v1", "person.erased.v1"]
