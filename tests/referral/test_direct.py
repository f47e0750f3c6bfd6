"""A family applies to a school itself: its office records that, holds the mandate, and reads the answer; no agency is in it."""

from typing import Any
from uuid import UUID

from services.referral.domain.legal import DelayState, Duty
from shared.events import applications, students
from shared.events.referral import ReferralSubmitted, Source
from tests.conftest import Running, Start
from tests.referral.builders import (
    CIO,
    X,
    a_referral,
    an_identity,
    application,
    catalogue_publishes,
    enrolment_publishes,
    programme_opened,
    read,
    refer,
    referring,
    school_registered,
    student,
    wishes_answered,
)

DIRECT = "/referrals/direct"


async def recorded(here: Running, **overrides: Any) -> dict[str, Any]:
    """What the office of Dole has just recorded, as it reads it."""
    answer = await here.as_("school:dole:office").post(DIRECT, json=a_referral(**overrides))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_school_records_reads_and_gives_the_answer_of_its_own_direct_applications(running: Start) -> None:
    async with referring(running) as here:
        shown = await recorded(here, external_id="famille-12")
        assert (shown["source"], shown["agency"]) == ("direct", {"id": "dole", "name": "École de Dole"})
        assert (await recorded(here, external_id="famille-12"))["referral_id"] == shown["referral_id"]
        row = await here.store.database["referrals"].find_one({"_id": shown["referral_id"]})
        kept = await here.store.database["history"].find({"document": shown["referral_id"]})
        (entry,) = {one["id"]: one for one in [*row["outbox"], *kept]}.values()  # in both, where it is told meanwhile
        told = ReferralSubmitted.model_validate_json(entry["data"])
        assert (told.source, told.agency) == (Source.DIRECT, "dole")
        of: dict[str, Any] = {"young_id": UUID(shown["young_id"]), "referral_id": UUID(shown["referral_id"]), "agency": "dole"}
        young = {"young_id": of["young_id"]}
        await enrolment_publishes(
            here, wishes_answered(X, **of), application(applications.ApplicationOpened, **of),
            application(applications.PlaceConfirmed, **young), student(students.StudentEnrolled, **young),
            student(students.StudentInterrupted, **young),
        )  # fmt: skip
        head = here.as_("school:dole:head")
        after = (await head.get(f"/referrals/{shown['referral_id']}")).json()
        assert after["answer"]["answer"] == "enrolled"
        assert [one["step"] for one in after["later"]] == ["enrolled", "interrupted"]
        (listed,) = (await head.get("/referrals")).json()["items"]
        assert listed["referral_id"] == shown["referral_id"]
        identity = (await head.get(f"/identities/{shown['young_id']}")).json()
        assert [one["agency"]["name"] for one in identity["sent"]] == ["Candidature directe"]
        amended = await head.post(f"/referrals/{shown['referral_id']}/amendment", json={"code": "typing", "situation": "other"})
        assert amended.json()["situation"] == "other"
        assert (await head.post(f"/referrals/{shown['referral_id']}/withdrawal", json={})).status_code == 202


async def test_nobody_else_reads_it_and_the_school_reads_nobody_else_s(running: Start) -> None:
    async with referring(running) as here:
        direct, other = await recorded(here), await refer(here)
        assert direct["young_id"] == other["young_id"]
        assert (await read(here, other["referral_id"]))["warnings"] == []
        for scope in (f"agency:{CIO}", "agency:dole", "school:besancon:head"):
            answer = await here.as_(scope).get(f"/referrals/{direct['referral_id']}")
            assert answer.status_code == 404, scope
        for scope, status in (("school:dole:head", 404), ("school:dole:workshop", 403)):
            assert (await here.as_(scope).get(f"/referrals/{other['referral_id']}")).status_code == status
        assert len((await here.as_(f"agency:{CIO}").get("/referrals")).json()["items"]) == 1


async def test_it_is_for_one_s_own_school_and_by_its_head_or_office(running: Start) -> None:
    async with referring(running) as here:
        await catalogue_publishes(here, school_registered("besancon"), programme_opened(school="besancon"))
        head = here.as_("school:dole:head")
        elsewhere = [{"school": "besancon", "programme": "dole-cap-serrurerie"}]
        for wishes in (elsewhere, [{"sector": "bois", "departments": ["39"]}]):
            answer = await head.post(DIRECT, json=a_referral(wishes=wishes))
            assert (answer.status_code, answer.json()["code"]) == (422, "another_school")
        for scope in ("school:dole:workshop", f"agency:{CIO}", "admin"):
            assert (await here.as_(scope).post(DIRECT, json=a_referral())).status_code == 403
        shown = await recorded(here)
        moved = {"code": "typing", "wishes": elsewhere}
        answer = await head.post(f"/referrals/{shown['referral_id']}/amendment", json=moved)
        assert (answer.status_code, answer.json()["code"]) == (422, "another_school")


async def test_a_legal_delay_runs_only_from_a_signalement_whose_day_is_given(running: Start) -> None:
    async with referring(running) as here:
        sixteen = an_identity(birth_date="2009-03-14")
        assert (await refer(here, identity=sixteen))["legal_delay"] is None
        late = await refer(here, identity=sixteen, reported_on="2025-06-20")
        assert (late["reported_on"], late["legal_delay"]) == (
            "2025-06-20",
            {
                "duty": Duty.FORMATION, "since": "2025-06-20", "due_on": "2025-08-20", "state": DelayState.LATE,
                "sentence": "Obligation de formation (signalement du 20/06/2025) : les deux mois, comptés du signalement, "
                "sont passés depuis le 20/08/2025.",
            },
        )  # fmt: skip
        fifteen = (await refer(here, reported_on="2025-08-30"))["legal_delay"]
        assert (fifteen["duty"], fifteen["due_on"], fifteen["state"]) == (Duty.INSTRUCTION, None, DelayState.RUNNING)
        assert (await refer(here, reported_on="2025-06-20", situation="other", out_of_school_since=None))["legal_delay"] is None
        grown = await refer(here, identity=an_identity(birth_date="2007-08-01"), reported_on="2025-07-20")
        assert grown["legal_delay"]["state"] == DelayState.OF_AGE
        of_age = await refer(here, identity=an_identity(birth_date="2007-08-01"), reported_on="2025-08-02")
        assert of_age["legal_delay"] is None
        answer = await here.as_(f"agency:{CIO}").post("/referrals", json=a_referral(reported_on="2025-09-02"))
        assert (answer.status_code, answer.json()["code"]) == (422, "reported_in_the_future")
        told = str(await here.store.database["referrals"].find({})) + str(await here.store.database["persons"].find({}))
        assert "2025-06-20" not in told
        amended = await here.as_(f"agency:{CIO}").post(
            f"/referrals/{late['referral_id']}/amendment", json={"code": "typing", "reported_on": "2025-07-20"}
        )
        assert amended.json()["legal_delay"]["due_on"] == "2025-09-20"
