"""No agency learns that another referred the same person, nor more than its kind is told."""

from uuid import UUID, uuid4

import pytest

from shared.events import applications, students
from shared.events.applications import Unopened, UnopenedCode
from tests.referral.builders import (
    CIO,
    COLLEGE,
    SOCIAL,
    X,
    Y,
    application,
    enrolment_publishes,
    read,
    refer,
    student,
    wishes_answered,
)
from tests.referral.drivers import Case


async def test_enrolled_through_another_referral_reads_as_another_path_and_no_more(case: Case) -> None:
    here, of = case.here, case.of
    second = await refer(here, COLLEGE)
    await enrolment_publishes(
        here,
        wishes_answered(Y, **case.wishes),
        application(applications.ApplicationOpened, Y, **of),
        wishes_answered(X, **of, referral_id=UUID(second["referral_id"]), agency=COLLEGE),
        application(applications.PlaceConfirmed, X, **of),
        student(students.StudentEnrolled, **of),
        student(students.StudentStarted, **of),
        application(applications.ApplicationObsolete, Y, **of),
    )
    shown = await case.shown()
    assert (shown["answer"]["answer"], shown["answer"]["code"], shown["later"]) == ("refused", "chose_other_path", [])
    assert "enrolled_elsewhere" not in str(shown)
    assert (await read(here, second["referral_id"], COLLEGE))["answer"]["answer"] == "enrolled"


DISCLOSING = (UnopenedCode.ALREADY_ENROLLED, UnopenedCode.ALREADY_ANSWERED)


async def test_an_agency_that_withdrew_reads_nothing_of_what_goes_on_for_another(case: Case) -> None:
    here, of, own = case.here, case.of, {**case.of, "referral_id": UUID(case.id)}
    await enrolment_publishes(
        here,
        application(applications.ApplicationOpened, **own),
        application(applications.ApplicationUnderReview, **of),
        wishes_answered(X, **case.wishes),
        application(applications.ApplicationOpened, **of, referral_id=UUID(int=99), agency=COLLEGE),
        application(applications.ApplicationLeft, **own),
    )
    withdrawn = await case.shown()
    assert (withdrawn["status"], withdrawn["answer"]["answer"]) == ("closed", "withdrawn")
    assert [one["status"] for one in withdrawn["applications"]] == ["withdrawn"]
    assert [one["step"] for one in withdrawn["timeline"]][-1] == "withdrawn"
    await enrolment_publishes(
        here,
        application(applications.PlaceOffered, **of),
        application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of),
        student(students.StudentStarted, **of),
    )
    assert await case.shown() == withdrawn
    assert await case.published() == ["submitted.v1", "closed.v1"]


@pytest.mark.parametrize("code", DISCLOSING)
async def test_an_agency_does_not_learn_from_an_unopened_wish_that_another_had_referred(case: Case, code: UnopenedCode) -> None:
    here, of = case.here, case.of
    await enrolment_publishes(
        here,
        wishes_answered(X, **case.wishes),
        application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of),
    )

    async def refused(agency: str, code: UnopenedCode) -> str:
        """What an agency reads of a new referral whose wish opened nothing, without its ids, names and days."""
        id = (await refer(here, agency, external_id=str(uuid4())))["referral_id"]  # it is not warned of its own earlier ones
        unopened = (Unopened(wish=1, code=code),)
        await enrolment_publishes(here, wishes_answered(**of, referral_id=UUID(id), agency=agency, unopened=unopened))
        shown = await read(here, id, agency)
        [listed] = [
            one for one in (await here.as_(f"agency:{agency}").get("/referrals")).json()["items"] if one["referral_id"] == id
        ]
        assert (listed["wishes"], listed["answer"]) == (shown["wishes"], shown["answer"])
        return str(shown).replace(id, "").replace(agency.upper(), "")

    neutral = await refused(SOCIAL, UnopenedCode.NO_OPEN_INTAKE)
    assert (await refused(COLLEGE, code)).replace(COLLEGE, SOCIAL) == neutral
    assert (await refused(COLLEGE, code)).replace(COLLEGE, SOCIAL) == neutral  # asking again teaches it nothing
    assert (await refused(CIO, code)).replace(CIO, SOCIAL) == neutral  # nor who had referred them itself


async def test_an_agency_reads_why_when_no_application_could_open_for_all(case: Case) -> None:
    unopened = (Unopened(wish=1, code=UnopenedCode.UNKNOWN_PROGRAMME),)
    await enrolment_publishes(case.here, wishes_answered(**case.wishes, unopened=unopened))
    shown = await case.shown()
    assert (shown["wishes"][0]["unopened"], shown["answer"]["code"]) == ("unknown_programme", "other")
    assert shown["answer"]["sentence"] == "Aucune suite possible pour ces vœux."


async def test_what_comes_back_later_depends_on_the_kind_of_agency(case: Case) -> None:
    here, of = case.here, case.of
    others = {agency: (await refer(here, agency))["referral_id"] for agency in (COLLEGE, SOCIAL)}
    await enrolment_publishes(
        here,
        wishes_answered(X, **case.wishes),
        *(wishes_answered(X, **of, referral_id=UUID(id), agency=agency) for agency, id in others.items()),
        application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of),
        student(students.StudentStarted, **of),
        student(students.StudentMovedUp, **of),
        student(students.DiplomaObtained, **of),
        student(students.OutcomeDeclared, **of),
    )
    seen = {agency: (await read(here, id, agency))["later"] for agency, id in {CIO: case.id, **others}.items()}
    assert {agency: [step["step"] for step in steps] for agency, steps in seen.items()} == {
        CIO: ["enrolled", "started", "moved_up", "diploma_obtained", "outcome_declared"],
        COLLEGE: ["started", "diploma_obtained"],
        SOCIAL: [],
    }
