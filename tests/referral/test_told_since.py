"""What an agency reads beside an application's steps: attempts, meetings, a transfer proposed, a minor handed back."""

from typing import Any
from uuid import UUID

from shared.events import applications, contacts, hand_backs, students, transfers
from tests.conftest import Running
from tests.referral.builders import (
    A_DAY,
    CIO,
    COLLEGE,
    ENROLMENT,
    X,
    Y,
    application,
    catalogue_publishes,
    enrolment_publishes,
    programme_opened,
    read,
    refer,
    school_registered,
    student,
    wishes_answered,
)
from tests.referral.drivers import Case


def sentences(shown: dict[str, Any]) -> list[str]:
    return [one["sentence"] for one in shown["timeline"] if one["step"] not in ("submitted", "wishes_answered")]


async def test_attempts_and_meetings_are_read_as_they_were_told(case: Case) -> None:
    of = case.of
    await enrolment_publishes(
        case.here,
        application(applications.ApplicationOpened, **of, referral_id=UUID(case.id)),
        application(contacts.ApplicationContacted, **of, at="10:30"),
        application(contacts.ApplicationContacted, **of, at="11:00", means="email", reached=True),
        application(applications.InterviewPlanned, **of, at="14:30"),
        application(applications.MeetingCancelled, **of),
        application(applications.ImmersionPlanned, **of, at="08:00"),
        application(applications.ImmersionEnded, **of, attended=False),
        wishes_answered(X, **case.wishes),
    )
    shown = await case.shown()
    assert sorted(sentences(shown)) == sorted(
        [
            "L’école examine la candidature.",
            "Entretien prévu le 01/09/2025 à 14:30.",
            "L’entretien prévu est annulé ; l’école examine toujours la candidature.",
            "Immersion prévue du 01/09/2025 à 08:00 au 01/09/2025.",
            "Le jeune n’est pas venu à l’immersion.",
            "L’école a cherché à joindre le jeune par téléphone, sans réponse.",
            "L’école a joint le jeune ou son représentant par courriel.",
        ]
    )
    (one,) = shown["applications"]
    assert [(each["at"], each["reached"]) for each in one["contacts"]] == [("10:30", False), ("11:00", True)]


async def enrolled_for(case: Case) -> dict[str, Any]:
    """The CIO's and then the collège's referral are enrolled together; the collège's."""
    second, of = await refer(case.here, COLLEGE), case.of
    joins: dict[str, Any] = {"referral_id": UUID(second["referral_id"]), "agency": COLLEGE}
    await enrolment_publishes(
        case.here,
        application(applications.ApplicationOpened, **of, referral_id=UUID(case.id)),
        application(applications.ApplicationOpened, **of, **joins),
        wishes_answered(X, **case.wishes),
        wishes_answered(X, **of, **joins),
        application(applications.PlaceConfirmed, **of),
        student(students.StudentEnrolled, **of),
        student(students.StudentInterrupted, **of),
    )
    return second


async def test_a_minor_handed_back_is_read_by_that_agency_until_it_is_of_no_use(case: Case) -> None:
    second = await enrolled_for(case)
    about: dict[str, Any] = {
        "hand_back_id": UUID(int=41), "enrolment_id": ENROLMENT, "school": "dole", "programme": "dole-cap-serrurerie",
        "agency": CIO, "on": A_DAY, **case.of,
    }  # fmt: skip
    due = A_DAY.replace(day=9)
    await enrolment_publishes(case.here, hand_backs.StudentHandedBack(interrupted_on=A_DAY, due_on=due, **about))
    (handed,) = (await case.shown())["hand_backs"]
    assert (handed["hand_back_id"], handed["due_on"], handed["late"]) == (str(UUID(int=41)), "2025-09-09", False)
    assert handed["sentence"] == "Mineur remis à votre organisme : accusez réception au plus tard le 09/09/2025."
    assert (await read(case.here, second["referral_id"], COLLEGE))["hand_backs"] == []
    by = hand_backs.AcknowledgedBy.AGENCY
    await enrolment_publishes(case.here, hand_backs.HandBackAcknowledged(by=by, **about))
    (handed,) = (await case.shown())["hand_backs"]
    assert handed["acknowledged_on"] == "2025-09-01"
    because = hand_backs.HandBackEnd.RESUMED
    await enrolment_publishes(case.here, hand_backs.HandBackEnded(because=because, **about))
    assert (await case.shown())["hand_backs"] == []


async def test_a_transfer_is_read_by_the_referral_that_is_asked_and_by_no_other(case: Case) -> None:
    second = await enrolled_for(case)
    await catalogue_publishes(case.here, school_registered("besancon", name="École de Besançon"))
    await catalogue_publishes(case.here, programme_opened("soudure", "besancon", title="CAP Soudure"))
    about: dict[str, Any] = {
        "transfer_id": UUID(int=51), "school": "dole", "programme": "dole-cap-serrurerie", "intake_id": X,
        "referral_id": UUID(case.id), "agency": CIO, "on": A_DAY, **case.of,
    }  # fmt: skip
    to = transfers.ProposedIntake(
        intake_id=Y, school="besancon", programme="soudure", school_year="2025-2026", year_of_study=1
    )  # fmt: skip
    await enrolment_publishes(case.here, transfers.TransferProposed(intakes=(to,), until=A_DAY.replace(day=15), **about))
    (proposed,) = (await case.shown())["transfers"]
    assert [one["school"]["name"] for one in proposed["proposed"]] == ["École de Besançon"]
    assert proposed["sentence"].endswith("au plus tard le 15/09/2025.")
    assert (await read(case.here, second["referral_id"], COLLEGE))["transfers"] == []
    await enrolment_publishes(case.here, transfers.TransferAccepted(to_intake_id=Y, **about))
    (accepted,) = (await case.shown())["transfers"]
    assert (accepted["status"], accepted["to_intake_id"]) == ("accepted", str(Y))


async def test_what_is_told_reaches_the_agency_s_own_stream_whole(case: Case) -> None:
    here: Running = case.here
    await enrolled_for(case)
    about: dict[str, Any] = {
        "hand_back_id": UUID(int=41), "enrolment_id": ENROLMENT, "school": "dole", "programme": "dole-cap-serrurerie",
        "agency": CIO, "on": A_DAY, **case.of,
    }  # fmt: skip
    await enrolment_publishes(here, hand_backs.StudentHandedBack(interrupted_on=A_DAY, due_on=A_DAY, **about))
    row = await here.store.database["outbound_referrals"].find_one({"_id": case.id})
    assert [one["due_on"] for one in row["state"]["view"]["hand_backs"]] == ["2025-09-01"]
