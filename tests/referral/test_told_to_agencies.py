"""What an agency is told of its referrals: the view that it has over HTTP, whole, once it changes, and of nobody's identity."""

import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.referral.domain.answer import Ending
from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.hand_backs import HandBackHistory
from services.referral.domain.milestones import Milestone
from services.referral.domain.outbound import OutboundReferral, evolve, forget, tell, view_of
from services.referral.domain.steps import Contact, Step
from services.referral.domain.visibility import ApplicationView, ReferralView
from services.referral.handlers import HANDLERS
from services.referral.store import Store
from services.referral.use_cases import outbound
from shared.events import Event, applications, students
from shared.events.message import Message, message_of
from shared.events.persons import ErasureCode, PersonErased
from shared.events.referral import AgencyKind, AgencyRegistered
from shared.events.to_agencies import (
    AgencyView,
    ReferralChanged,
    ReferralErased,
    ReferralReceived,
    ToldApplication,
    ToldContact,
    ToldEnding,
    ToldEnrolment,
    ToldHandBack,
    ToldMilestone,
    ToldStep,
)
from tests.conftest import A_MORNING, Running
from tests.referral.builders import (
    A_DAY,
    CIO,
    COLLEGE,
    REFERRAL,
    SOCIAL,
    YOUNG,
    X,
    an_identity,
    application,
    enrolment_publishes,
    folded,
    handle_again,
    refer,
    student,
    the_referral,
    wishes_answered,
)
from tests.referral.test_persons import erase, merge, two

MARKED = ("Lefèbvre", "Quintard", "Zélie", "2010-03-14", "0612345678", "quintard@", "1234567890A", "Perrigaud", "39198")


async def kept(store: Store, referral_id: str) -> dict[str, Any]:
    row = await store.outbound.collection.find_one({"_id": referral_id})
    return row or {"outbox": [], "state": {}}


def view(*history: Any, kind: AgencyKind = AgencyKind.CIO) -> AgencyView:
    return view_of(the_referral(), folded(*history), kind)


def test_the_first_that_is_told_is_that_it_was_received_then_only_what_changed() -> None:
    [received] = tell(None, referral=the_referral(), view=view(), on=A_DAY)
    assert received == ReferralReceived(
        tenant=CIO, referral_id=REFERRAL, young_id=YOUNG, revision=1, on=A_DAY,
        view=AgencyView(status="submitted", submitted_on=A_DAY, complete=True),
    )  # fmt: skip
    known = evolve(None, received)
    assert list(tell(known, referral=the_referral(), view=view(), on=A_DAY)) == []
    now = view(wishes_answered(X))
    [changed] = tell(known, referral=the_referral(), view=now, on=A_DAY)
    assert isinstance(changed, ReferralChanged)
    assert (changed.revision, changed.view.status, changed.destination) == (2, "in_progress", f"etabli.outbound.{CIO}")


def test_an_agency_is_told_later_only_what_its_kind_is() -> None:
    enrolled = [
        wishes_answered(X), application(applications.PlaceOffered), application(applications.PlaceConfirmed),
        student(students.StudentEnrolled), student(students.StudentStarted), student(students.StudentInterrupted),
    ]  # fmt: skip
    seen = {kind: view(*enrolled, kind=kind).enrolments for kind in AgencyKind}
    kinds = {kind: [one.kind for of in told for one in of.milestones] for kind, told in seen.items()}
    assert kinds[AgencyKind.CIO] == ["enrolled", "started", "interrupted"]
    assert kinds[AgencyKind.COLLEGE] == ["started"]
    assert kinds[AgencyKind.SOCIAL_SERVICE] == []


def test_of_the_erased_it_is_said_once_and_nothing_is_kept() -> None:
    [received] = tell(None, referral=the_referral(), view=view(), on=A_DAY)
    known = evolve(None, received)
    [erased] = forget(known, on=A_DAY)
    assert erased == ReferralErased(tenant=CIO, referral_id=REFERRAL, young_id=YOUNG, on=A_DAY)
    gone = evolve(known, erased)
    assert gone == OutboundReferral(referral_id=REFERRAL, young_id=YOUNG, agency=CIO, revision=1, erased=True)
    assert list(forget(gone, on=A_DAY)) == []
    assert list(tell(gone, referral=the_referral(), view=view(wishes_answered(X)), on=A_DAY)) == []


def test_whatever_is_shown_of_a_referral_is_told() -> None:
    said_otherwise = {"current", "since", "because", "by_school", "source", "agency", "ended", "enrolment_id"}
    pairs: list[tuple[type[BaseModel], type[BaseModel]]] = [
        (ReferralView, AgencyView), (ApplicationView, ToldApplication), (Step, ToldStep), (Contact, ToldContact),
        (EnrolmentHistory, ToldEnrolment), (Milestone, ToldMilestone), (HandBackHistory, ToldHandBack), (Ending, ToldEnding),
    ]  # fmt: skip
    for shown, told in pairs:
        assert set(shown.model_fields) - set(told.model_fields) <= said_otherwise, shown


async def own_messages(here: Running, shown: Mapping[str, Any]) -> list[Message]:
    """What the referral told of itself, as it is heard."""
    database = here.store.database
    row = await database["referrals"].find_one({"_id": shown["referral_id"]})
    entries = row["outbox"] + await database["history"].find({"document": shown["referral_id"]})
    names = ("id", "source", "type", "sequence", "time", "key", "data", "trace", "cause")
    by_sequence = {one["sequence"]: Message(**{name: one[name] for name in names}) for one in entries}
    return [by_sequence[sequence] for sequence in sorted(by_sequence)]


async def hears_itself(here: Running, shown: Mapping[str, Any]) -> None:
    for message in await own_messages(here, shown):
        await handle_again(here, message)


async def snapshot(here: Running, agency: str = CIO, limit: int = 3) -> dict[str, Any]:
    """What an agency reads of its whole state, by referral."""
    found: dict[str, Any] = {}
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = await here.as_(f"agency:{agency}").get("/snapshot", params=query)
        assert answer.status_code == 200, answer.text
        part = answer.json()
        found |= {one["referral_id"]: one for one in part["items"]}
        if part["next"] is None:
            return found
        query["cursor"] = part["next"]


async def test_what_is_heard_twice_in_any_order_tells_nothing_new(api: Running) -> None:
    shown = await refer(api)
    await hears_itself(api, shown)
    of = {"young_id": UUID(shown["young_id"])}
    own = {**of, "referral_id": UUID(shown["referral_id"])}
    messages = await enrolment_publishes(
        api, wishes_answered(X, **own), application(applications.ApplicationAdmissible, **of),
        application(applications.PlaceOffered, **of), application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of),
    )  # fmt: skip
    before = await kept(api.store, shown["referral_id"])
    assert (await snapshot(api))[shown["referral_id"]]["view"] == before["state"]["view"]
    again = [*messages, *await own_messages(api, shown)] * 2
    random.Random(7).shuffle(again)
    for message in again:
        await handle_again(api, message)
    after = await kept(api.store, shown["referral_id"])
    told_or_not = {"outbox": [], "version": 0, "held": None}
    assert {**after, **told_or_not} == {**before, **told_or_not}


async def test_nothing_of_who_it_is_is_told(api: Running) -> None:
    shown = await refer(api, external_id="DOSSIER-4711")
    await hears_itself(api, shown)
    row = await kept(api.store, shown["referral_id"])
    assert row["sequence"] == 1
    written = str(row) + str((await snapshot(api))[shown["referral_id"]])
    assert [mark for mark in (*MARKED, "4711") if mark in written] == []


async def test_an_agency_of_another_kind_is_told_anew(api: Running) -> None:
    shown = await refer(api, SOCIAL, identity=an_identity(ine=None, phone=None, email=None, family_name="Autre"))
    await hears_itself(api, shown)
    of = {"young_id": UUID(shown["young_id"])}
    own: dict[str, Any] = {**of, "referral_id": UUID(shown["referral_id"]), "agency": SOCIAL}
    opened = application(applications.ApplicationOpened, **own)
    await enrolment_publishes(
        api, opened, wishes_answered(X, **own), application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of), student(students.StudentStarted, **of),
    )  # fmt: skip
    view = (await snapshot(api, SOCIAL))[shown["referral_id"]]["view"]
    assert [one for of in view["enrolments"] for one in of["milestones"]] == []
    facts = {"kind": "cio", "name": "Aide sociale", "department": "39"}
    assert (await api.as_("admin").put(f"/agencies/{SOCIAL}", json=facts)).status_code == 200
    event = AgencyRegistered.model_validate({"agency": SOCIAL, **facts, "on": A_DAY})
    await HANDLERS[AgencyRegistered](api.store, event, a_message(event, f"/referral/agencies/{SOCIAL}"))
    view = (await snapshot(api, SOCIAL))[shown["referral_id"]]["view"]
    assert [one["kind"] for of in view["enrolments"] for one in of["milestones"]] == ["enrolled", "started"]


def a_message(event: Event, source: str) -> Message:
    return message_of(event, source=source, sequence=1, time=A_MORNING)


async def test_an_erased_person_is_no_longer_in_what_is_read_and_a_merge_says_nothing(api: Running) -> None:
    ours, theirs = await two(api)
    for shown in (ours, theirs):
        await hears_itself(api, shown)
    before = [await kept(api.store, shown["referral_id"]) for shown in (ours, theirs)]
    await merge(api, theirs["young_id"], ours["young_id"])
    for shown in (ours, theirs):
        await outbound.tell_of(api.store, UUID(shown["young_id"]), on=A_DAY)
    assert [(await kept(api.store, shown["referral_id"]))["sequence"] for shown in (ours, theirs)] == [
        row["sequence"] for row in before
    ]
    await erase(api, ours["young_id"])
    for shown in (ours, theirs):
        erased = PersonErased(young_id=UUID(shown["young_id"]), code=ErasureCode.PERSON_ASKED, on=A_DAY)
        await handle_again(api, a_message(erased, f"/referral/person_records/{shown['young_id']}"))
        await hears_itself(api, shown)
        row = await kept(api.store, shown["referral_id"])
        assert (row["state"]["erased"], row["state"]["view"], row["sequence"]) == (True, None, 2)
    assert ours["referral_id"] not in await snapshot(api)
    assert theirs["referral_id"] not in await snapshot(api, COLLEGE)


async def test_of_two_who_tell_at_once_the_last_word_is_of_now(api: Running) -> None:
    shown = await refer(api)
    referral_id = UUID(shown["referral_id"])
    stale = await outbound._read(api.store, referral_id)
    assert stale
    own = {"young_id": UUID(shown["young_id"]), "referral_id": referral_id}
    await enrolment_publishes(api, wishes_answered(X, **own))
    await outbound._tell(api.store, stale[0], stale[1], on=A_DAY)
    await outbound.tell(api.store, referral_id, on=A_DAY)
    assert (await kept(api.store, shown["referral_id"]))["state"]["view"]["status"] == "in_progress"


@pytest.mark.parametrize("scope", ["school:dole:head", "region", "federation", "admin"])
async def test_a_snapshot_is_the_agency_s_own(api: Running, scope: str) -> None:
    assert (await api.as_(scope).get("/snapshot")).status_code == 403
