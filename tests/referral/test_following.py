"""An agency follows its referral: what enrolment says reaches every referral of that person, and shows each only its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from services.referral.domain.referral import Status
from services.referral.main import service
from shared import events as told
from shared.events.enrolment import Unopened, UnopenedCode
from shared.kafka import producer
from tests.conftest import Running, Start
from tests.referral.building import (
    CIO,
    COLLEGE,
    SOCIAL,
    X,
    Y,
    a_referral,
    application,
    enrolment_says,
    hear_again,
    on_the_wire,
    read,
    refer,
    referring,
    student,
    wishes_answered,
)


class Case:
    """One young person, referred by the CIO."""

    def __init__(self, here: Running, shown: dict[str, Any]) -> None:
        self.here = here
        self.id: str = shown["referral_id"]
        self.young_id = UUID(shown["young_id"])
        self.of = {"young_id": self.young_id}
        self.wishes = {**self.of, "referral_id": UUID(self.id)}

    async def shown(self) -> dict[str, Any]:
        return await read(self.here, self.id)

    async def told(self) -> list[str]:
        """The types that the referral told, in order, still in its outbox or already in the history."""
        database = self.here.store.database
        row = await database["referrals"].find_one({"_id": self.id})
        entries = row["outbox"] + [entry async for entry in database["history"].find({"document": self.id})]
        by_sequence = {entry["sequence"]: entry["type"].removeprefix("fr.etabli.referral.referral.") for entry in entries}
        return [by_sequence[sequence] for sequence in sorted(by_sequence)]


@pytest_asyncio.fixture(loop_scope="session")
async def case(api: Running) -> AsyncIterator[Case]:
    yield Case(api, await refer(api))


async def test_an_agency_reads_each_step_in_french_and_then_its_answer(case: Case) -> None:
    here, of = case.here, case.of
    await enrolment_says(
        here, application(told.ApplicationOpened, **of), application(told.ApplicationUnderReview, **of),
        wishes_answered(X, **case.wishes, unopened=(Unopened(wish=2, code=UnopenedCode.NO_OPEN_INTAKE),)),
        application(told.PlaceOffered, **of, until=date(2025, 9, 12)),
    )  # fmt: skip
    shown = await case.shown()
    assert (shown["status"], shown["answer"]) == ("in_progress", None)
    assert shown["applications"] == [
        {
            "intake_id": str(X), "school": "dole", "programme": "dole-cap-serrurerie", "school_year": "2025-2026",
            "status": "offered", "code": None, "since": "2025-09-01", "until": "2025-09-12",
            "sentence": "Une place est proposée, à confirmer au plus tard le 12/09/2025.",
        }
    ]  # fmt: skip
    await enrolment_says(
        here, application(told.PlaceConfirmed, **of, on=date(2025, 9, 3)), student(told.StudentEnrolled, **of),
        student(told.StudentStarted, **of), student(told.OutcomeDeclared, **of, on=date(2027, 1, 8)),
    )  # fmt: skip
    shown = await case.shown()
    sentence = "Inscription faite dans une école de production."
    assert shown["answer"] == {"answer": "enrolled", "code": None, "on": "2025-09-03", "sentence": sentence}
    steps = ["submitted", "wishes_answered", "opened", "under_review", "offered", "enrolled"]
    assert [step["step"] for step in shown["timeline"]] == steps
    assert [step["sentence"] for step in shown["later"]] == ["Inscrit.", "A commencé.", "Devenir à 6 mois : en emploi."]
    assert await case.told() == ["submitted.v1", "closed.v1"]


async def test_an_answer_taken_back_is_in_progress_again_in_lists_too_and_the_next_is_told(case: Case) -> None:
    async def listed(status: str) -> list[str]:
        page = await case.here.as_(f"agency:{CIO}").get("/referrals", params={"status": status})
        return [one["referral_id"] for one in page.json()["items"]]

    assert await listed("submitted") == [case.id]
    await enrolment_says(case.here, wishes_answered(X, **case.wishes), application(told.ApplicationRefused, **case.of))
    assert (await listed("closed"), await listed("in_progress"), await listed("submitted")) == ([case.id], [], [])
    await enrolment_says(case.here, application(told.ApplicationReopened, **case.of))
    assert (await listed("closed"), await listed("in_progress")) == ([], [case.id])
    assert (await case.shown())["answer"] is None
    await enrolment_says(case.here, application(told.ApplicationRefused, **case.of, code="not_mobile"))
    assert (await case.shown())["answer"]["code"] == "not_mobile"
    assert await case.told() == ["submitted.v1", "closed.v1", "closed.v1"]


async def test_a_message_heard_again_later_changes_nothing(case: Case) -> None:
    wishes, refused, reopened = await enrolment_says(
        case.here, wishes_answered(X, **case.wishes), application(told.ApplicationRefused, **case.of),
        application(told.ApplicationReopened, **case.of),
    )  # fmt: skip
    before = await case.shown()
    for message in (refused, wishes, reopened, refused):
        await hear_again(case.here, message)
    assert await case.shown() == before
    assert await case.told() == ["submitted.v1", "closed.v1"]


async def test_messages_heard_at_the_same_time_are_all_kept(case: Case) -> None:
    intakes = [uuid4() for _ in range(12)]
    await asyncio.gather(
        *(enrolment_says(case.here, application(told.ApplicationRefused, intake, **case.of)) for intake in intakes),
        enrolment_says(case.here, wishes_answered(*intakes, **case.wishes)),
    )
    shown = await case.shown()
    assert (shown["status"], len(shown["applications"])) == ("closed", 12)


async def test_an_older_status_does_not_replace_a_newer_one_in_lists(case: Case) -> None:
    store = case.here.store
    await store._show(UUID(case.id), Status.CLOSED, 7)
    await store._show(UUID(case.id), Status.IN_PROGRESS, 6)
    assert (await store.referrals.collection.find_one({"_id": case.id}))["progress"]["status"] == "closed"


async def test_a_second_referral_of_the_same_person_knows_what_was_said_before_and_shows_what_it_opened(
    case: Case,
) -> None:
    here, of = case.here, case.of
    await enrolment_says(
        here, application(told.ApplicationOpened, **of), application(told.ApplicationAdmissible, **of),
        application(told.ApplicationOpened, Y, **of), application(told.ApplicationRefused, Y, **of, code="not_mobile"),
        wishes_answered(X, Y, **case.wishes),
    )  # fmt: skip
    here.store.clock.advance(here.store.clock.now().replace(day=20))
    second = await refer(here, COLLEGE, on="2025-09-20")
    assert (second["applications"], second["status"]) == ([], "submitted")
    joined = {**of, "referral_id": UUID(second["referral_id"]), "agency": COLLEGE, "on": date(2025, 9, 20)}
    await enrolment_says(here, wishes_answered(X, **joined))
    shown = await read(here, second["referral_id"], COLLEGE)
    seen = [(one["intake_id"], one["status"], one["since"]) for one in shown["applications"]]
    assert seen == [(str(X), "admissible", "2025-09-20")]
    assert [step["step"] for step in shown["timeline"]] == ["submitted", "wishes_answered"]
    await enrolment_says(here, application(told.PlaceConfirmed, **of, on=date(2025, 9, 21)))
    answers = [await case.shown(), await read(here, second["referral_id"], COLLEGE)]
    assert [one["answer"]["answer"] for one in answers] == ["enrolled", "enrolled"]


async def test_enrolled_through_another_referral_reads_as_another_path_and_no_more(case: Case) -> None:
    here, of = case.here, case.of
    second = await refer(here, COLLEGE)
    await enrolment_says(
        here, wishes_answered(Y, **case.wishes), application(told.ApplicationOpened, Y, **of),
        wishes_answered(X, **of, referral_id=UUID(second["referral_id"]), agency=COLLEGE),
        application(told.PlaceConfirmed, X, **of), student(told.StudentEnrolled, **of), student(told.StudentStarted, **of),
        application(told.ApplicationObsolete, Y, **of),
    )  # fmt: skip
    shown = await case.shown()
    assert (shown["answer"]["answer"], shown["answer"]["code"], shown["later"]) == ("refused", "chose_other_path", [])
    assert "enrolled_elsewhere" not in str(shown)
    assert (await read(here, second["referral_id"], COLLEGE))["answer"]["answer"] == "enrolled"


TELLING = (UnopenedCode.ALREADY_ENROLLED, UnopenedCode.ALREADY_ANSWERED)


@pytest.mark.parametrize("code", TELLING)
async def test_an_agency_does_not_learn_from_an_unopened_wish_that_another_had_referred(case: Case, code: UnopenedCode) -> None:
    here, of = case.here, case.of
    await enrolment_says(
        here, wishes_answered(X, **case.wishes), application(told.PlaceConfirmed, **of), student(told.StudentEnrolled, **of)
    )

    async def refused(agency: str, code: UnopenedCode) -> str:
        """What an agency reads of a new referral whose wish opened nothing, without its ids and days."""
        id = (await refer(here, agency))["referral_id"]
        unopened = (Unopened(wish=1, code=code),)
        await enrolment_says(here, wishes_answered(**of, referral_id=UUID(id), agency=agency, unopened=unopened))
        shown = await read(here, id, agency)
        [listed] = [
            one for one in (await here.as_(f"agency:{agency}").get("/referrals")).json()["items"] if one["referral_id"] == id
        ]
        assert (listed["wishes"], listed["answer"]) == (shown["wishes"], shown["answer"])
        return str(shown).replace(id, "")

    neutral = await refused(SOCIAL, UnopenedCode.NO_OPEN_INTAKE)
    assert (await refused(COLLEGE, code)).replace(COLLEGE, SOCIAL) == neutral
    assert (await refused(COLLEGE, code)).replace(COLLEGE, SOCIAL) == neutral  # asking again teaches it nothing
    assert code in await refused(CIO, code)


async def test_an_agency_reads_why_when_no_application_could_open_for_all(case: Case) -> None:
    unopened = (Unopened(wish=1, code=UnopenedCode.UNKNOWN_PROGRAMME),)
    await enrolment_says(case.here, wishes_answered(**case.wishes, unopened=unopened))
    shown = await case.shown()
    assert (shown["wishes"][0]["unopened"], shown["answer"]["code"]) == ("unknown_programme", "other")


async def test_what_comes_back_later_depends_on_the_kind_of_agency(case: Case) -> None:
    here, of = case.here, case.of
    others = {agency: (await refer(here, agency))["referral_id"] for agency in (COLLEGE, SOCIAL)}
    await enrolment_says(
        here, wishes_answered(X, **case.wishes),
        *(wishes_answered(X, **of, referral_id=UUID(id), agency=agency) for agency, id in others.items()),
        application(told.PlaceConfirmed, **of), student(told.StudentEnrolled, **of), student(told.StudentStarted, **of),
        student(told.StudentMovedUp, **of), student(told.DiplomaObtained, **of), student(told.OutcomeDeclared, **of),
    )  # fmt: skip
    seen = {agency: (await read(here, id, agency))["later"] for agency, id in {CIO: case.id, **others}.items()}
    assert {agency: [step["step"] for step in steps] for agency, steps in seen.items()} == {
        CIO: ["enrolled", "started", "moved_up", "diploma_obtained", "outcome_declared"],
        COLLEGE: ["started", "diploma_obtained"],
        SOCIAL: [],
    }


async def test_the_stream_hears_enrolment_and_the_relay_tells_the_answer(servers: Servers, running: Start) -> None:
    async with referring(running, service) as here:
        shown = (await here.as_(f"agency:{CIO}").post("/referrals", json=a_referral())).json()
        of = {"young_id": UUID(shown["young_id"])}
        said = [application(told.ApplicationRefused, **of), wishes_answered(X, **of, referral_id=UUID(shown["referral_id"]))]
        async with producer(servers.kafka) as sender:
            for event in said:
                message = on_the_wire(event, 1)
                await sender.send_and_wait(event.topic, message.data, key=message.key.encode(), headers=message.headers())

        async def closed() -> Any:
            return await here.store.database["history"].find_one({"type": "fr.etabli.referral.referral.closed.v1"})

        entry = await here.until(closed)
        assert (entry["document"], entry["key"]) == (shown["referral_id"], shown["young_id"])
