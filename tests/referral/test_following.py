"""An agency follows its referral: what enrolment says reaches every referral of that person, and shows each only its own."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from deploy.local.servers import Servers
from services.referral.domain.answer import ReferralStatus
from services.referral.main import service
from shared.events import applications, students
from shared.events.applications import Unopened, UnopenedCode
from shared.messaging.kafka import producer
from tests.conftest import Start
from tests.referral.builders import (
    CIO,
    COLLEGE,
    DOLE,
    SERRURERIE,
    X,
    Y,
    a_referral,
    application,
    enrolment_publishes,
    handle_again,
    on_the_wire,
    read,
    refer,
    referring,
    student,
    wishes_answered,
    with_openings,
)
from tests.referral.drivers import Case


async def test_an_agency_reads_each_step_in_french_and_then_its_answer(case: Case) -> None:
    here, of = case.here, case.of
    await enrolment_publishes(
        here,
        application(applications.ApplicationOpened, **of),
        application(applications.ApplicationUnderReview, **of),
        wishes_answered(X, **case.wishes, unopened=(Unopened(wish=2, code=UnopenedCode.NO_OPEN_INTAKE),)),
        application(applications.PlaceOffered, **of, until=date(2025, 9, 12)),
    )
    shown = await case.shown()
    assert (shown["status"], shown["answer"]) == ("in_progress", None)
    assert shown["applications"] == [
        {
            "intake_id": str(X),
            "school": DOLE,
            "programme": SERRURERIE,
            "school_year": "2025-2026",
            "status": "offered",
            "code": None,
            "since": "2025-09-01",
            "until": "2025-09-12",
            "at": None,
            "contacts": [],
            "reminded_on": None,
            "sentence": "Une place est proposée au jeune ; l’école attend sa réponse jusqu’au 12/09/2025.",
        }
    ]
    await enrolment_publishes(
        here,
        application(applications.PlaceConfirmed, **of, on=date(2025, 9, 3)),
        student(students.StudentEnrolled, **of, on=date(2025, 9, 3)),
        student(students.StudentStarted, **of, on=date(2025, 9, 3)),
        student(students.OutcomeDeclared, **of, on=date(2027, 1, 8)),
    )
    shown = await case.shown()
    sentence = "Inscription faite dans une école de production."
    answer = {"answer": "enrolled", "code": None, "on": "2025-09-03", "answered_by": "school", "sentence": sentence}
    assert shown["answer"] == answer
    words = {"intake_id": str(X), "school": DOLE, "programme": SERRURERIE, "school_year": "2025-2026"}
    assert all(step.items() >= words.items() for step in [*shown["timeline"][2:], *shown["later"]])
    steps = ["submitted", "wishes_answered", "under_review", "offered", "enrolled"]
    assert [step["step"] for step in shown["timeline"]] == steps
    assert [step["sentence"] for step in shown["later"]] == ["Inscrit.", "A commencé.", "Devenir à 6 mois : en emploi."]
    assert await case.published() == ["submitted.v1", "closed.v1"]


async def test_an_answer_taken_back_is_in_progress_again_in_lists_too_and_the_next_is_told(case: Case) -> None:
    async def listed(status: str) -> list[str]:
        page = await case.here.as_(f"agency:{CIO}").get("/referrals", params={"status": status})
        return [one["referral_id"] for one in page.json()["items"]]

    assert await listed("submitted") == [case.id]
    await enrolment_publishes(
        case.here, wishes_answered(X, **case.wishes), application(applications.ApplicationRefused, **case.of)
    )
    assert (await listed("closed"), await listed("in_progress"), await listed("submitted")) == ([case.id], [], [])
    await enrolment_publishes(case.here, application(applications.ApplicationReopened, **case.of))
    assert (await listed("closed"), await listed("in_progress")) == ([], [case.id])
    assert (await case.shown())["answer"] is None
    await enrolment_publishes(case.here, application(applications.ApplicationRefused, **case.of, code="not_mobile"))
    assert (await case.shown())["answer"]["code"] == "not_mobile"
    assert await case.published() == ["submitted.v1", "closed.v1", "closed.v1"]


async def test_a_message_heard_again_later_changes_nothing(case: Case) -> None:
    _, wishes, refused, reopened = await enrolment_publishes(
        case.here,
        wishes_answered(X, **case.wishes),
        application(applications.ApplicationRefused, **case.of),
        application(applications.ApplicationReopened, **case.of),
    )
    before = await case.shown()
    for message in (refused, wishes, reopened, refused):
        await handle_again(case.here, message)
    assert await case.shown() == before
    assert await case.published() == ["submitted.v1", "closed.v1"]


async def test_messages_heard_at_the_same_time_are_all_kept(case: Case) -> None:
    intakes = [uuid4() for _ in range(12)]
    opened = {**case.of, "referral_id": UUID(case.id)}
    await enrolment_publishes(case.here, *(application(applications.ApplicationOpened, intake, **opened) for intake in intakes))
    await asyncio.gather(
        *(enrolment_publishes(case.here, application(applications.ApplicationRefused, intake, **case.of)) for intake in intakes),
        handle_again(case.here, on_the_wire(wishes_answered(*intakes, **case.wishes), 1)),
    )
    shown = await case.shown()
    assert (shown["status"], len(shown["applications"])) == ("closed", 12)


async def test_an_older_status_does_not_replace_a_newer_one_in_lists(case: Case) -> None:
    store = case.here.store
    await store.keep_progress(UUID(case.id), ReferralStatus.CLOSED, 7)
    await store.keep_progress(UUID(case.id), ReferralStatus.IN_PROGRESS, 6)
    assert (await store.referrals.collection.find_one({"_id": case.id}))["progress"]["status"] == "closed"


async def test_a_second_referral_of_the_same_person_begins_under_review_and_is_answered_too(case: Case) -> None:
    here, of = case.here, case.of
    await enrolment_publishes(
        here,
        application(applications.ApplicationOpened, **of),
        application(applications.ApplicationAdmissible, **of),
        application(applications.ApplicationOpened, Y, **of),
        application(applications.ApplicationRefused, Y, **of, code="not_mobile"),
        wishes_answered(X, Y, **case.wishes),
    )
    here.store.clock.advance(here.store.clock.now().replace(day=20))
    second = await refer(here, COLLEGE, on="2025-09-20")
    assert (second["applications"], second["status"]) == ([], "submitted")
    joined = {**of, "referral_id": UUID(second["referral_id"]), "agency": COLLEGE, "on": date(2025, 9, 20)}
    await enrolment_publishes(here, wishes_answered(X, **joined))
    shown = await read(here, second["referral_id"], COLLEGE)
    seen = [(one["intake_id"], one["status"], one["since"]) for one in shown["applications"]]
    assert seen == [(str(X), "under_review", "2025-09-20")]
    assert [step["step"] for step in shown["timeline"]] == ["submitted", "wishes_answered", "under_review"]
    await enrolment_publishes(here, application(applications.PlaceConfirmed, **of, on=date(2025, 9, 21)))
    answers = [await case.shown(), await read(here, second["referral_id"], COLLEGE)]
    assert [one["answer"]["answer"] for one in answers] == ["enrolled", "enrolled"]


async def test_the_stream_hears_enrolment_and_the_relay_tells_the_answer(servers: Servers, running: Start) -> None:
    async with referring(running, service) as here:
        shown = (await here.as_(f"agency:{CIO}").post("/referrals", json=a_referral())).json()
        of = {"young_id": UUID(shown["young_id"])}
        answered = wishes_answered(X, **of, referral_id=UUID(shown["referral_id"]))
        history = with_openings([application(applications.ApplicationRefused, **of), answered])
        async with producer(servers.brokers) as sender:
            for sequence, event in enumerate(history):
                message = on_the_wire(event, sequence)
                await sender.send_and_wait(event.topic, message.data, key=message.key.encode(), headers=message.headers())

        async def closed() -> Any:
            return await here.store.database["history"].find_one({"type": "fr.etabli.referral.referral.closed.v1"})

        entry = await here.until(closed, within=300)  # with all that tests before told
        assert (entry["document"], entry["key"]) == (shown["referral_id"], shown["young_id"])
