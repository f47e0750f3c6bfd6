"""Meetings and attempts over HTTP: their words are sealed, read by the school and by whom the meeting was told, and erased."""

from typing import Any

from services.enrolment import handlers
from shared.events.persons import ErasureCode, PersonErased
from tests.conftest import Start
from tests.enrolment.builders import MAY, a_message
from tests.enrolment.life import living, read

MEETING: dict[str, Any] = {
    "planned_on": "2025-09-03",
    "at": "14:30",
    "place": "Atelier Courbet, bâtiment C",
    "person": "Mme Zalewski",
}


async def test_a_meeting_and_its_words_reach_the_school_and_whom_it_was_told_and_no_event(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        one = life.one(referral)
        await life.does(f"{one}/plan-interview", **MEETING)
        await life.does(f"{one}/plan-interview", **MEETING)
        for who in (life.head, life.agency):
            (listed,) = read(await who.get("/applications"))["items"]
            assert {name: listed[name] for name in MEETING} == MEETING
        later = await life.refers(young_id=referral.young_id, agency="mlds-jura")
        other = life.here.as_("agency:mlds-jura:counsellor")
        assert read(await other.get(life.one(later)))["place"] is None
        moved = await life.does(f"{one}/plan-interview", **{**MEETING, "place": "Atelier Ornans"})
        assert moved["place"] == "Atelier Ornans"
        assert read(await other.get(life.one(later)))["place"] == "Atelier Ornans"
        database = life.here.store.database
        everything = str(await database["words"].find({})) + str(await database["intakes"].find({}))
        everything += str(await database["history"].find({}))
        assert "interview_planned" in everything
        assert not any(word in everything for word in ("Zalewski", "Courbet", "Ornans"))
        cancelled = await life.does(f"{one}/cancel-meeting")
        assert (cancelled["status"], cancelled["at"], cancelled["place"]) == ("under_review", None, None)
        await handlers.erased(
            life.here.store,
            event := PersonErased(young_id=referral.young_id, code=ErasureCode.PERSON_ASKED, on=MAY),
            a_message(event, source=f"/referral/person_records/{referral.young_id}"),
        )
        assert await database["words"].find({}) == []


async def test_unreachable_takes_three_attempts_that_the_agency_sees_without_their_note(running: Start) -> None:
    async with living(running) as life:
        one = life.one(await life.refers())
        early = {"means": "phone", "reached": False, "at": "23:59"}
        assert read(await life.head.post(f"{one}/contacts", json=early), 422)["code"] == "in_the_future"
        assert (await life.does(f"{one}/refuse", 409, code="unreachable"))["code"] == "too_few_attempts"
        note = "Le père rappelle lundi"
        for at in ("06:10", "06:50", "07:30"):
            noted = await life.does(f"{one}/contacts", means="phone", reached=False, at=at, note=note)
        noted = await life.does(f"{one}/contacts", means="phone", reached=False, at="07:30")  # again, without its words
        assert [(each["at"], each["note"], each["label"]) for each in noted["contacts"]] == [
            (at, note, "Essai par téléphone, sans réponse") for at in ("06:10", "06:50", "07:30")
        ]
        (seen,) = read(await life.agency.get("/applications"))["items"]
        assert [(each["at"], each["note"]) for each in seen["contacts"]] == [(at, None) for at in ("06:10", "06:50", "07:30")]
        assert (await life.does(f"{one}/refuse", code="unreachable"))["code"] == "unreachable"
