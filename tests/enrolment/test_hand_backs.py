"""An interrupted minor is handed back to each agency that may be told of it, once, and to be acknowledged within eight days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrolment import handlers
from services.enrolment.domain import corrections, hand_backs, pupils
from services.enrolment.domain.corrections import Mending
from services.enrolment.domain.hand_backs import TOLD_OF_INTERRUPTIONS, HandBack, HandBackStatus
from services.enrolment.domain.presence import Fact
from services.enrolment.store import Store
from services.enrolment.use_cases import persons, resume
from services.referral.domain.milestones import MilestoneKind
from services.referral.domain.visibility import MILESTONES_SEEN
from shared.events import Event
from shared.events.corrections import CorrectionCode, InterruptionCorrected
from shared.events.hand_backs import AcknowledgedBy, HandBackAcknowledged, HandBackEnd, StudentHandedBack
from shared.events.referral import AgencyKind, AgencyRegistered
from shared.events.students import InterruptionCode, StudentInterrupted, StudentResumed
from shared.kernel.clock import Clock
from shared.kernel.errors import Refused
from tests.enrolment.builders import MAY, a_message, a_referral, enrolled, interrupted
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, refers, starts

LEFT = date(2025, 12, 1)
TOLD = date(2025, 12, 3)


async def registered(store: Store, agency: str, kind: AgencyKind) -> None:
    event = AgencyRegistered(agency=agency, kind=kind, name=agency, department="39", on=MAY)
    await store.agencies.follow(a_message(event, source=f"/referral/agencies/{agency}"))


async def a_pupil(store: Store, *agencies: str, born: str = "2009-03") -> UUID:
    """Somebody whom these agencies referred, and who is in school since September."""
    intake, first = await intake_opens(store), a_referral(birth_month=born)
    for agency in agencies:
        await refers(store, a_referral(young_id=first.young_id, agency=agency, birth_month=born))
    await enrols(store, intake, first.young_id)
    store.clock = store.persistence.clock = Clock(datetime(2025, 12, 3, 9, tzinfo=UTC))
    await starts(store, first.young_id)
    return first.young_id


async def hears(store: Store, event: Event, sequence: int) -> None:
    """What the pupil told, heard twice."""
    message = a_message(event, source=f"/enrolment/pupils/{event.key}", sequence=sequence, on=TOLD)
    for _ in range(2):
        await handlers.HANDLERS[type(event)](store, event, message)


async def leaves(store: Store, young_id: UUID, sequence: int = 10) -> StudentInterrupted:
    pupil = await store.pupils.acting(ADMIN).decide(
        young_id, pupils.interrupt, school=None, code=InterruptionCode.LOST_CONTACT, on=LEFT
    )
    last = pupil.last()
    told = StudentInterrupted(
        enrolment_id=last.enrolment_id, young_id=young_id, school=last.school, programme=last.now.programme,
        code=InterruptionCode.LOST_CONTACT, on=LEFT,
    )  # fmt: skip
    await hears(store, told, sequence)
    return told


CORRECTED: dict[str, Any] = {
    "code": CorrectionCode.TYPING, "replaces_on": LEFT, "happened_on": LEFT, "on": TOLD,
    "replaces_interruption": InterruptionCode.MOVED, "interruption": InterruptionCode.LOST_CONTACT,
}  # fmt: skip
"""Another code of the same interruption."""


async def about(store: Store, young_id: UUID) -> dict[str, Any]:
    """What every event about a pupil says."""
    last = (await store.pupils.acting(ADMIN).get(young_id)).last()
    return {"enrolment_id": last.enrolment_id, "young_id": young_id, "school": last.school, "programme": last.now.programme}


async def standing(store: Store, young_id: UUID) -> set[tuple[str | None, HandBackStatus]]:
    return {(one.agency, one.status) for one in await store.hand_backs_of(young_id)}


W, A, E = HandBackStatus.WAITING, HandBackStatus.ACKNOWLEDGED, HandBackStatus.ENDED


def test_those_are_told_who_are_told_of_interruptions_by_the_one_view_of_a_referral() -> None:
    assert {kind for kind, seen in MILESTONES_SEEN.items() if MilestoneKind.INTERRUPTED in seen} == TOLD_OF_INTERRUPTIONS


async def test_each_agency_that_follows_a_minor_is_handed_them_but_whom_interruptions_do_not_concern(store: Store) -> None:
    for agency, kind in (
        ("cio-dole", AgencyKind.CIO),
        ("ml-dole", AgencyKind.MISSION_LOCALE),
        ("aide", AgencyKind.SOCIAL_SERVICE),
    ):
        await registered(store, agency, kind)
    young_id = await a_pupil(store, "cio-dole", "ml-dole", "aide")
    await leaves(store, young_id)
    assert await standing(store, young_id) == {("cio-dole", W), ("ml-dole", W)}
    (one, _) = await store.hand_backs_of(young_id)
    assert len(await events_of(store.hand_backs, one.hand_back_id)) == 1
    await hears(store, InterruptionCorrected(**CORRECTED, **(await about(store, young_id))), 12)
    assert len(await events_of(store.hand_backs, one.hand_back_id)) == 1
    assert (one.interrupted_on, one.handed_on, one.due_on) == (LEFT, TOLD, date(2025, 12, 11))
    assert not one.late_on(date(2025, 12, 11))
    assert one.late_on(date(2025, 12, 12))


async def test_where_no_agency_may_be_told_an_administrator_finds_who_takes_over(store: Store) -> None:
    await registered(store, "aide", AgencyKind.EMPLOYER)
    young_id = await a_pupil(store, "aide")
    await leaves(store, young_id)
    assert await standing(store, young_id) == {(None, W)}
    (one,) = await store.hand_backs_of(young_id)
    done = await store.hand_backs.acting(ADMIN).decide(one.hand_back_id, hand_backs.acknowledge, agency=None, on=TOLD)
    assert (done.status, done.by) == (A, AcknowledgedBy.ADMINISTRATOR)


async def test_of_who_was_of_age_nobody_is_told(store: Store) -> None:
    await registered(store, "cio-dole", AgencyKind.CIO)
    young_id = await a_pupil(store, "cio-dole", born="2007-11")
    await leaves(store, young_id)
    assert await standing(store, young_id) == set()


async def test_who_comes_back_is_not_to_be_acknowledged_and_who_leaves_again_is_handed_back_again(store: Store) -> None:
    await registered(store, "cio-dole", AgencyKind.CIO)
    young_id = await a_pupil(store, "cio-dole")
    left = await leaves(store, young_id)
    await resume(store, ADMIN, young_id=young_id, on=TOLD)
    about = left.model_dump(exclude={"code", "on"})
    await hears(store, StudentResumed(**about, on=TOLD), 11)
    (ended,) = await store.hand_backs_of(young_id)
    assert (ended.status, ended.because) == (E, HandBackEnd.RESUMED)
    await hears(store, left, 10)
    assert await standing(store, young_id) == {("cio-dole", E)}
    await store.pupils.acting(ADMIN).decide(young_id, pupils.interrupt, school=None, code=InterruptionCode.MOVED, on=TOLD)
    await hears(store, StudentInterrupted(**about, code=InterruptionCode.MOVED, on=TOLD), 12)
    assert await standing(store, young_id) == {("cio-dole", E), ("cio-dole", W)}


async def test_an_interruption_that_was_none_leaves_nothing_to_acknowledge_even_once_it_was(store: Store) -> None:
    await registered(store, "cio-dole", AgencyKind.CIO)
    young_id = await a_pupil(store, "cio-dole")
    left = await leaves(store, young_id)
    (one,) = await store.hand_backs_of(young_id)
    await store.hand_backs.acting(ADMIN).decide(one.hand_back_id, hand_backs.acknowledge, agency="cio-dole", on=TOLD)
    mending = Mending(code=CorrectionCode.TYPING, replaces_on=LEFT, happened_on=None, on=TOLD)
    await store.pupils.acting(ADMIN).decide(
        young_id,
        corrections.correct_presence,
        school=None,
        fact=Fact.INTERRUPTION,
        mending=mending,
        interruption=None,
        titles=frozenset(),
    )
    corrected = InterruptionCorrected(
        **left.model_dump(exclude={"on", "code"}), code=CorrectionCode.TYPING, replaces_on=LEFT, happened_on=None,
        replaces_interruption=InterruptionCode.LOST_CONTACT, on=TOLD,
    )  # fmt: skip
    await hears(store, corrected, 11)
    (ended,) = await store.hand_backs_of(young_id)
    assert (ended.status, ended.because) == (E, HandBackEnd.CORRECTED)


async def test_of_who_is_erased_nothing_is_left_to_acknowledge(store: Store) -> None:
    await registered(store, "cio-dole", AgencyKind.CIO)
    young_id = await a_pupil(store, "cio-dole")
    await leaves(store, young_id)
    await persons.erase(store, young_id, on=TOLD)
    assert await standing(store, young_id) == {("cio-dole", E)}


def handed() -> HandBack:
    pupil = interrupted(LEFT)
    (event,) = hand_backs.hand_back(None, pupil=pupil, enrolment=pupil.last(), agency="cio-dole", on=TOLD)
    assert isinstance(event, StudentHandedBack)
    return hand_backs.evolve(None, event)


def test_acknowledged_late_is_acknowledged_and_once_is_enough() -> None:
    known, late = handed(), TOLD + timedelta(days=30)
    (event,) = hand_backs.acknowledge(known, agency="cio-dole", on=late)
    assert isinstance(event, HandBackAcknowledged)
    assert (event.by, event.agency, event.on) == (AcknowledgedBy.AGENCY, "cio-dole", late)
    after = hand_backs.evolve(known, event)
    assert hand_backs.acknowledge(after, agency="cio-dole", on=late) == []
    assert hand_backs.end(after, because=HandBackEnd.RESUMED, on=late) == []
    with pytest.raises(Refused, match="before_previous_step"):
        hand_backs.acknowledge(known, agency="cio-dole", on=TOLD - timedelta(days=1))


def test_who_never_left_is_not_handed_back() -> None:
    pupil = enrolled()
    assert not hand_backs.is_interrupted_minor(pupil, pupil.last())
