"""Corrections over HTTP: who may, one shape for all, and the seats that follow in the same transaction."""

from datetime import date
from typing import Any

from services.enrolment import handlers
from shared.events.referral import ReferralSubmitted
from shared.events.students import InterruptionCode, StudentInterrupted
from tests.conftest import Start
from tests.enrolment.builders import a_message
from tests.enrolment.life import INTAKE, NEXT_YEAR, Life, living, read

TODAY = "2025-09-10"


async def mends(life: Life, pupil: str, fact: str, replaces_on: str, status: int = 200, **body: Any) -> Any:
    return await life.does(f"{pupil}/corrections/{fact}", status, code="typing", replaces_on=replaces_on, **body)


async def leaves(life: Life, referral: ReferralSubmitted) -> None:
    """Interrupted, and the seat given back when that is heard."""
    await hears_of_the_departure(life, await life.does(f"/pupils/{referral.young_id}/interrupt", code="moved"))


async def hears_of_the_departure(life: Life, pupil: dict[str, Any]) -> None:
    said = {"enrolment_id": pupil["enrolment_id"], "young_id": pupil["young_id"], "school": "essai", "programme": "cap"}
    event = StudentInterrupted(on=date.fromisoformat(pupil["left_on"]), code=InterruptionCode.MOVED, **said)
    message = a_message(
        event, source=f"/enrolment/pupils/{event.young_id}", sequence=len(pupil["steps"]) + 2 * len(pupil["corrections"])
    )
    await handlers.gone(life.here.store, event, message)


async def seats_left(life: Life, intake: str) -> int:
    left: int = read(await life.head.get(f"/intakes/{intake}"))["seats_left"]
    return left


async def test_a_departure_that_did_not_happen_takes_the_seat_again_where_it_is_free(running: Start) -> None:
    async with living(running) as life:
        referral, other = await life.refers(), await life.refers()
        pupil = await life.enrols(referral)
        await life.passes_to(TODAY)
        await life.does(f"{pupil}/start")
        mended = await mends(life, pupil, "start", TODAY, happened_on="2025-09-08")
        assert (mended["started_on"], mended["corrections"][0]["fact"]) == ("2025-09-08", "start")
        assert (await mends(life, pupil, "start", TODAY, 409, happened_on="2025-09-09"))["code"] == "nothing_to_correct"
        gone = await life.does(f"{pupil}/interrupt", code="moved")
        await mends(life, pupil, "interruption", TODAY, 503, voided=True)  # the departure is not heard yet
        await hears_of_the_departure(life, gone)
        assert await seats_left(life, life.intake) == 1
        mended = await mends(life, pupil, "interruption", TODAY, voided=True)
        assert (mended["status"], await seats_left(life, life.intake)) == ("present", 0)
        await leaves(life, referral)
        await life.does(f"{pupil}/resume")
        mended = await mends(life, pupil, "return", TODAY, voided=True)
        assert (mended["status"], await seats_left(life, life.intake)) == ("interrupted", 1)
        await life.enrols(other)
        answer = await mends(life, pupil, "interruption", TODAY, 409, voided=True)
        assert (answer["code"], answer["open_moves"]) == ("no_place", ["resume", "declare_an_outcome", "correct"])


async def test_a_move_that_was_none_gives_its_seat_back(running: Start) -> None:
    async with living(running) as life:
        pupil = await life.enrols(await life.refers())
        second = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR}), 201)["intake_id"]
        again = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR, "year_of_study": 1}), 201)["intake_id"]
        await life.passes_to("2026-09-01")
        await life.does(f"{pupil}/start")
        await life.does(f"{pupil}/move-up", intake_id=second)
        mended = await mends(life, pupil, "year", "2026-09-01", intake_id=again)
        assert (mended["year_of_study"], mended["years"][-1]["move"]) == (1, "repeated")
        assert [await seats_left(life, intake) for intake in (life.intake, second, again)] == [0, 1, 0]
        await mends(life, pupil, "year", "2026-09-01", voided=True)
        assert [await seats_left(life, intake) for intake in (life.intake, second, again)] == [0, 1, 1]


async def test_who_may_declare_may_mend_and_says_what_holds_instead(running: Start) -> None:
    async with living(running) as life:
        pupil = await life.enrols(await life.refers())
        await life.passes_to(TODAY)
        await life.does(f"{pupil}/start")
        path, body = f"{pupil}/corrections/start", {"code": "typing", "replaces_on": TODAY, "voided": True}
        for who, status in (("school:essai:workshop", 403), ("agency:cio-essai:counsellor", 403), ("school:voisine:head", 404)):
            read(await life.here.as_(who).post(path, json=body), status)
        for wrong in ({"happened_on": TODAY}, {"code": "no_such_code"}, {"replaces_on": "2025-09-11", "voided": False}):
            read(await life.head.post(path, json={**body, **wrong}), 422)
        assert read(await life.here.as_("school:essai:office").post(path, json=body))["status"] == "due"


async def test_an_agency_mends_its_own_word_alone(running: Start) -> None:
    async with living(running) as life:
        pupil = await life.enrols(await life.refers())
        await life.passes_to(TODAY)
        await life.does(f"{pupil}/start")
        await life.does(f"{pupil}/interrupt", code="moved")
        await life.passes_to("2026-03-10")
        said: dict[str, Any] = {"horizon": 6, "situation": "unreachable", "proof": "none"}
        read(await life.agency.post(f"{pupil}/outcomes", json={**said, "source": "agency"}))
        await life.does(f"{pupil}/outcomes", **said, source="school")
        correction = {"code": "late_news", "replaces_on": "2026-03-10", "horizon": 6}
        body = {**correction, "situation": "employed", "proof": "phone", "source": "agency"}
        (word,) = read(await life.agency.post(f"{pupil}/corrections/outcome", json=body))["outcomes"]
        assert word["situation"] == "employed"
        path = f"{pupil}/corrections/outcome"
        read(await life.agency.post(path, json={**body, "source": "school"}), 403)
        read(await life.head.post(path, json=body), 403)
        read(await life.here.as_("agency:autre:counsellor").post(path, json=body), 404)
        taken_back = read(await life.agency.post(path, json={**correction, "source": "agency", "voided": True}))
        assert taken_back["outcomes"] == []
        assert [one["source"] for one in read(await life.head.get(pupil))["outcomes"]] == ["school"]
