"""What production hears of pupils: once, in order, late or twice, the row ends the same."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.production.domain.history import Away, Taught
from services.production.domain.pupils import Pupil, ensure_present
from services.production.handlers import HANDLERS
from services.production.store import Store
from shared.events import EVENTS
from shared.events.corrections import ExamCorrected, OutcomeCorrected, ResultCorrected
from shared.events.message import message_of
from shared.events.persons import ErasureCode, PersonErased
from shared.events.production import Hours, WorkLogged
from shared.events.students import (
    DiplomaFailed,
    DiplomaObtained,
    EnrolmentStatus,
    ExamRegistered,
    InterruptionCode,
    OutcomeDeclared,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEvent,
    StudentGaveUp,
    StudentInterrupted,
    StudentResumed,
    StudentStarted,
    StudentStartMoved,
)
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from shared.messaging.kafka import brokers_of, producer
from shared.persistence.transaction import Persistence
from tests.production.builders import ENROLMENT, WEEK, WHOSE, YOUNG, a_pupil, an_enrolment, an_id, on_the_wire
from tests.production.conftest import Production

HEAD = Caller("head", "school", "besancon", "head")
ENROLLED = an_enrolment()
CHANGED = StudentChangedProgramme(
    **{**WHOSE, "programme": "bac-usinage"}, on=date(2025, 10, 1), intake_id=an_id("other"), school_year="2025-2026",
    year_of_study=1, last_year=False,
)  # fmt: skip
INTERRUPTED = StudentInterrupted(
    **{**WHOSE, "programme": "bac-usinage"}, on=date(2025, 11, 3), code=InterruptionCode.EMPLOYMENT
)  # fmt: skip
RESUMED = StudentResumed(**{**WHOSE, "programme": "bac-usinage"}, on=date(2025, 12, 1))

IN_ONE = (Taught(since=date(2025, 9, 1), programme="cap-cip"),)
IN_TWO = (*IN_ONE, Taught(since=date(2025, 10, 1), programme="bac-usinage"))


async def handle(store: Store, event: StudentEvent, sequence: int) -> None:
    await HANDLERS[type(event)](store, event, on_the_wire(event, sequence))


async def known(store: Store, young_id: UUID = YOUNG) -> list[Pupil]:
    return (await store.pupils.named([young_id], caller=HEAD)).get(young_id, [])


async def test_a_pupil_is_known_once_enrolled_and_to_their_school_alone(persistence: Persistence) -> None:
    store = Store(persistence)
    assert await known(store) == []
    await handle(store, ENROLLED, 1)
    assert await known(store) == [a_pupil()]
    assert await store.pupils.named([YOUNG], caller=Caller("head", "school", "chalon", "head")) == {}


async def test_an_agency_that_bears_a_school_s_id_sees_nothing(persistence: Persistence) -> None:
    store, namesake = Store(persistence), Caller("someone", "agency", "besancon", "manager")
    await handle(store, ENROLLED, 1)
    worked = WorkLogged(**WHOSE, on=date(2025, 9, 12), week=WEEK, minutes=Hours(production=60))
    await store.weeks.acting(HEAD).create(f"besancon:{YOUNG}:{WEEK}", lambda _: [worked])
    assert await store.pupils.named([YOUNG], caller=namesake) == {}
    assert await store.weeks.acting(namesake).find({}) == []
    assert await store.hours_of_year(WEEK, caller=namesake) == {}
    assert await store.hours_of_year(WEEK, caller=HEAD) != {}


async def test_who_changes_programme_before_starting_starts_with_the_new_one_in_any_order(persistence: Persistence) -> None:
    store = Store(persistence)
    moved = CHANGED.model_copy(update={"on": date(2025, 7, 2), "starts_on": date(2026, 9, 1)})
    for order in ([(ENROLLED, 1), (moved, 2)], [(moved, 2), (ENROLLED, 1)], [(ENROLLED, 1), (moved, 2), (ENROLLED, 1)]):
        await persistence.database["pupils"].delete({})
        for event, sequence in order:
            await handle(store, event, sequence)
        assert [pupil.starts_on for pupil in await known(store)] == [date(2026, 9, 1)]


async def test_who_is_due_on_another_day_or_gave_the_place_up_is_known(persistence: Persistence) -> None:
    store, october = Store(persistence), date(2025, 10, 6)
    moved = StudentStartMoved(**WHOSE, on=date(2025, 7, 2), starts_on=october)
    given_up = StudentGaveUp(**WHOSE, on=date(2025, 8, 31))
    for order in permutations([(ENROLLED, 1), (moved, 2), (given_up, 3)]):
        await persistence.database["pupils"].delete({})
        for event, sequence in order:
            await handle(store, event, sequence)
        (pupil,) = await known(store)
        assert (pupil.status, pupil.starts_on) == (EnrolmentStatus.GAVE_UP, october)
        with pytest.raises(Refused, match="never_came"):
            ensure_present(pupil, "2025-W41")


async def test_leaving_coming_back_and_never_coming_are_known(persistence: Persistence) -> None:
    store = Store(persistence)
    await handle(store, ENROLLED, 1)
    await handle(store, StudentDidNotStart(**WHOSE, on=date(2025, 9, 15)), 2)
    assert await known(store) == [a_pupil(status=EnrolmentStatus.DID_NOT_START)]
    await handle(store, StudentStarted(**WHOSE, on=date(2025, 9, 16)), 3)
    came: dict[str, Any] = {"starts_on": date(2025, 9, 16), "programmes": IN_ONE}
    assert await known(store) == [a_pupil(status=EnrolmentStatus.PRESENT, **came)]
    await handle(store, StudentCompleted(**WHOSE, on=date(2026, 7, 1)), 9)
    assert await known(store) == [a_pupil(status=EnrolmentStatus.COMPLETED, left_on=date(2026, 7, 1), **came)]


async def test_messages_late_or_twice_end_in_the_same_row(persistence: Persistence) -> None:
    store = Store(persistence)
    history = [(ENROLLED, 1), (CHANGED, 4), (INTERRUPTED, 5)]
    for order in permutations([*history, history[0], history[1]]):
        await persistence.database["pupils"].delete({})
        for event, sequence in order:
            await handle(store, event, sequence)
        assert await known(store) == [
            a_pupil(programmes=IN_TWO, status=EnrolmentStatus.INTERRUPTED, left_on=date(2025, 11, 3))
        ]  # fmt: skip


async def test_a_late_message_changes_no_presence(persistence: Persistence) -> None:
    store = Store(persistence)
    for event, sequence in [(ENROLLED, 1), (CHANGED, 4), (INTERRUPTED, 5), (RESUMED, 6), (INTERRUPTED, 5), (ENROLLED, 1)]:
        await handle(store, event, sequence)
    aways = (Away(since=date(2025, 11, 3), until=date(2025, 12, 1)),)
    assert await known(store) == [a_pupil(programmes=IN_TWO, status=EnrolmentStatus.PRESENT, aways=aways)]


async def test_a_row_that_an_earlier_build_kept_goes_on_from_its_last_state(persistence: Persistence) -> None:
    store, rows = Store(persistence), persistence.database["pupils"]
    await handle(store, ENROLLED, 1)
    last = {"programme": "bac-usinage", "moved_to_start_on": None, "status": "interrupted", "left_on": "2025-11-03"}
    await rows.update({"_id": str(ENROLMENT)}, {"$set": {f"state.{field}": value for field, value in last.items()}})
    await rows.update({"_id": str(ENROLMENT)}, {"$unset": {"state.told": ""}})
    of_before: dict[str, Any] = {"programme": "bac-usinage", "whole": False}
    gone = a_pupil(status=EnrolmentStatus.INTERRUPTED, left_on=date(2025, 11, 3), **of_before)
    assert await known(store) == [gone]
    await handle(store, INTERRUPTED, 5)
    assert await known(store) == [gone]
    await handle(store, RESUMED, 6)
    aways = (Away(since=date(2025, 11, 3), until=date(2025, 12, 1)),)
    assert await known(store) == [a_pupil(status=EnrolmentStatus.PRESENT, aways=aways, **of_before)]
    await handle(store, ENROLLED, 1)
    await handle(store, CHANGED, 4)
    assert await known(store) == [a_pupil(programmes=IN_TWO, status=EnrolmentStatus.PRESENT, aways=aways)]


async def test_a_second_enrolment_is_a_row_of_its_own(persistence: Persistence) -> None:
    store = Store(persistence)
    again = an_enrolment(enrolment_id=an_id("second"), starts_on=date(2026, 9, 1))
    await handle(store, ENROLLED, 1)
    await handle(store, INTERRUPTED, 2)
    await handle(store, again, 7)
    assert {pupil.enrolment_id: pupil.status for pupil in await known(store)} == {
        ENROLMENT: EnrolmentStatus.INTERRUPTED, an_id("second"): EnrolmentStatus.DUE,
    }  # fmt: skip


async def test_hours_may_be_logged_once_the_stream_has_heard_of_the_pupil(listening: Production) -> None:
    young = uuid4()
    event = an_enrolment(young_id=young, enrolment_id=uuid4())
    message = message_of(event, source=f"/enrolment/places/{young}", sequence=1, time=datetime(2025, 9, 1, tzinfo=UTC))
    body: dict[str, Any] = {"hours": {"production": 1}}
    path = f"/weeks/{WEEK}/{young}"
    assert (await listening.head.put(path, json=body)).json()["code"] == "unknown_pupil"

    sender = producer(brokers_of(listening.running.settings))
    await sender.start()
    await sender.send_and_wait(event.topic, message.data, key=message.key.encode(), headers=message.headers())
    await sender.stop()

    async def logged() -> bool:
        return (await listening.head.put(path, json=body)).status_code == 200

    await listening.running.until(logged, within=300)  # with all that tests before told


def test_every_event_of_a_pupil_is_heard_but_examinations_and_what_became_of_them() -> None:
    published = {event for event in EVENTS.values() if issubclass(event, StudentEvent)}
    assert published - set(HANDLERS) == {
        ExamRegistered, DiplomaObtained, DiplomaFailed, OutcomeDeclared, ExamCorrected, ResultCorrected, OutcomeCorrected,
    }  # fmt: skip
    assert {event for event in HANDLERS if event.topic == "etabli.enrolment"} <= published


async def test_of_an_erased_person_nothing_is_kept_nor_brought_back_whatever_comes_first(persistence: Persistence) -> None:
    store, gone = Store(persistence), PersonErased(young_id=YOUNG, code=ErasureCode.PERSON_ASKED, on=date(2026, 1, 5))
    erasure = message_of(gone, source=f"/referral/person_records/{YOUNG}", sequence=1, time=datetime(2026, 1, 5, tzinfo=UTC))
    another = an_enrolment(young_id=uuid4(), enrolment_id=uuid4())
    await handle(store, another, 1)
    told: list[tuple[StudentEvent, int] | None] = [None, (ENROLLED, 1), (CHANGED, 2)]
    for order in permutations(told):
        await store.database["erased"].delete({})
        for one in order:
            await (handle(store, *one) if one else HANDLERS[PersonErased](store, gone, erasure))
        assert await known(store) == []
        assert str(YOUNG) not in str(await store.database["pupils"].find())
    assert len(await known(store, another.young_id)) == 1
