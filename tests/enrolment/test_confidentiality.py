"""No agency learns that another referred the same person: what each may read and say of someone whom both referred."""

from datetime import date
from typing import Any

from services.enrolment import views
from services.enrolment.domain import applications, places, withdrawals
from shared.events.applications import ApplicationStatus, Met
from shared.events.referral import ReferralSubmitted, Situation, Wish
from shared.kernel.caller import Caller
from shared.web.names import Names
from tests.conftest import Start
from tests.enrolment.builders import CLOSING, DEADLINE, MAY, a_referral, an_intake, applied, happened, waitlisted
from tests.enrolment.drivers import refers
from tests.enrolment.life import INTAKE, THIS_YEAR, living, read

CIO = Caller("c", "agency", "cio-dole", "counsellor")
MLDS = Caller("m", "agency", "mlds-jura", "counsellor")
SCHOOL = Caller("s", "school", "besancon", "head")
JOINING = date(2025, 5, 26)


def both() -> tuple[ReferralSubmitted, ReferralSubmitted]:
    """The CIO's referral of someone, and the later one of the MLDS."""
    first = a_referral(situation=Situation.OUT_OF_SCHOOL)
    return first, a_referral(young_id=first.young_id, agency="mlds-jura")


def days(seen: views.ApplicationResponse) -> list[date | None]:
    return [seen.opened_on, seen.since, seen.planned_on]


def test_an_agency_reads_nothing_that_happened_before_its_own_referral() -> None:
    first, second = both()
    intake = applied(an_intake(), first)
    day = date(2025, 5, 20)
    intake = happened(intake, applications.plan_interview(intake, young_id=first.young_id, planned_on=day, on=MAY))
    intake = happened(intake, applications.admit(intake, young_id=first.young_id, met=Met.INTERVIEW, on=day))
    intake = applied(intake, second, on=JOINING)
    seen = {reader: views.application(intake, first.young_id, reader, Names()) for reader in (SCHOOL, CIO, MLDS)}
    assert days(seen[SCHOOL]) == days(seen[CIO]) == [MAY, day, day]
    assert days(seen[MLDS]) == [JOINING, JOINING, None]
    assert [seen[reader].met for reader in seen] == [Met.INTERVIEW, Met.INTERVIEW, None]
    agencies = [[one.agency.id for one in seen[reader].referrals] for reader in seen]
    assert agencies == [["cio-dole", "mlds-jura"], ["cio-dole"], ["mlds-jura"]]


def test_an_agency_reads_whatever_happened_since_its_own_referral() -> None:
    first, second = both()
    intake = applied(applied(an_intake(), first), second, on=JOINING)
    fields: dict[str, Any] = {"young_id": first.young_id, "on": JOINING}
    intake = happened(intake, applications.plan_interview(intake, planned_on=DEADLINE, **fields))
    intake = happened(intake, applications.admit(intake, met=Met.IMMERSION, **fields))
    seen = views.application(intake, first.young_id, MLDS, Names())
    assert (days(seen), seen.met) == ([JOINING, JOINING, DEADLINE], Met.IMMERSION)


def test_an_agency_that_withdrew_reads_its_withdrawal_and_nothing_that_came_after() -> None:
    first, second = both()
    fields: dict[str, Any] = {"young_id": first.young_id}
    alone = applied(an_intake(), first)
    alone = happened(alone, applications.plan_interview(alone, planned_on=DEADLINE, on=MAY, **fields))
    intake = applied(alone, second)
    intake = happened(intake, withdrawals.withdraw(intake, agency="cio-dole", on=MAY, **fields))
    alone = happened(alone, withdrawals.withdraw(alone, agency="cio-dole", on=MAY, **fields))
    seen = views.application(intake, first.young_id, CIO, Names())
    assert (seen.status, seen.label, seen.since) == (ApplicationStatus.WITHDRAWN, "retirée", MAY)
    assert seen == views.application(alone, first.young_id, CIO, Names())
    intake = happened(intake, applications.admit(intake, met=Met.INTERVIEW, on=DEADLINE, **fields))
    intake = happened(intake, places.offer(intake, until=CLOSING, on=DEADLINE, **fields))
    assert views.application(intake, first.young_id, CIO, Names()) == seen
    assert views.application(intake, first.young_id, MLDS, Names()).status is ApplicationStatus.OFFERED


async def test_an_agency_that_withdrew_neither_confirms_nor_declines(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        await refers(life.here.store, a_referral(young_id=referral.young_id, agency="mlds-essai", wishes=referral.wishes))
        one = life.one(referral)
        assert read(await life.agency.post(f"{one}/withdraw", json={}))["status"] == "withdrawn"
        await life.does(f"{one}/admit", met="interview")
        await life.does(f"{one}/offer", until="2025-09-12")
        for verb in ("confirm", "decline"):
            no = read(await life.agency.post(f"{one}/{verb}", json={}), 409)
            assert (no["code"], no["detail"]) == (
                "withdrawn_by_you",
                "Votre organisme a retiré cette candidature. Plus rien n’est possible.",
            )
        assert read(await life.agency.post(f"{one}/withdraw", json={}))["status"] == "withdrawn"
        read(await life.here.as_("agency:mlds-essai").post(f"{one}/confirm", json={}))
        pupil = f"/pupils/{referral.young_id}"
        await life.does(f"{pupil}/start")
        await life.does(f"{pupil}/interrupt", code="moved")
        await life.passes_to("2026-03-01")
        fields = {"horizon": 6, "source": "agency", "proof": "none", "situation": "other"}
        read(await life.agency.post(f"{pupil}/outcomes", json=fields), 404)


def test_priority_and_rank_which_the_others_make_are_for_the_school_alone() -> None:
    first, second = both()
    intake = applied(waitlisted(an_intake(), first), second, on=JOINING)

    def shown(reader: Caller) -> tuple[int | None, int | None]:
        seen = views.application(intake, first.young_id, reader, Names())
        return seen.priority, seen.rank

    assert (shown(SCHOOL), shown(CIO), shown(MLDS)) == ((1, 1), (None, None), (None, None))
    alone = applied(an_intake(), second)
    assert views.application(alone, second.young_id, MLDS, Names()).priority is None


async def test_an_agency_declares_the_outcome_of_its_own_referral_only_and_reads_its_own_word(running: Start) -> None:
    async with living(running) as life:
        neighbour = life.here.as_("school:voisine:head")
        read(await neighbour.post("/intakes", json={**INTAKE, **THIS_YEAR, "school": "voisine"}), 201)
        referral = await life.refers()
        for agency, school in (("psad-essai", "essai"), ("mlds-essai", "voisine")):
            wish = Wish(school=school, programme="cap")
            await refers(life.here.store, a_referral(young_id=referral.young_id, agency=agency, wishes=(wish,)))
        pupil = await life.enrols(referral)
        await life.does(f"{pupil}/start")
        await life.does(f"{pupil}/interrupt", code="moved")
        await life.passes_to("2026-03-01")
        fields = {"horizon": 6, "source": "agency", "proof": "none"}
        mlds, psad = life.here.as_("agency:mlds-essai"), life.here.as_("agency:psad-essai")
        read(await mlds.post(f"{pupil}/outcomes", json={**fields, "situation": "other"}), 404)
        for client, situation in ((life.agency, "unreachable"), (psad, "job_seeking")):
            (word,) = read(await client.post(f"{pupil}/outcomes", json={**fields, "situation": situation}))["outcomes"]
            assert word["situation"] == situation


async def test_an_agency_that_cannot_confirm_is_not_told_of_another_school(running: Start) -> None:
    async with living(running) as life:
        neighbour, mlds = life.here.as_("school:voisine:head"), life.here.as_("agency:mlds-essai")
        intake = read(await neighbour.post("/intakes", json={**INTAKE, **THIS_YEAR, "school": "voisine"}), 201)
        referral = await life.refers()
        wish = Wish(school="voisine", programme="cap")
        await refers(life.here.store, a_referral(young_id=referral.young_id, agency="mlds-essai", wishes=(wish,)))
        await life.enrols(referral)
        one = f"/intakes/{intake['intake_id']}/applications/{referral.young_id}"
        read(await neighbour.post(f"{one}/admit", json={"met": "interview"}))
        read(await neighbour.post(f"{one}/offer", json={"until": "2025-09-12"}))
        no = read(await mlds.post(f"{one}/confirm", json={}), 409)
        assert (no["code"], no["open_moves"]) == ("answered_at_school", ["withdraw"])
