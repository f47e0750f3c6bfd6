"""An identity is erased five years after the last thing told of its person, and never while they are a pupil."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.erasure import Retention, last_told_on
from services.referral.jobs import sweep
from shared.events import applications, students
from tests.conftest import A_MORNING, Running
from tests.referral.builders import CIO, an_identity, application, enrolment_publishes, folded, refer, student, the_referral


def somebody(name: str) -> dict[str, Any]:
    return an_identity(family_name=name, ine=None, phone=None, email=None)


def test_what_an_agency_amended_or_completed_later_is_told_of_a_person_too() -> None:
    later = {"amended_on": (date(2030, 1, 2),), "completed_on": date(2030, 1, 3), "withdrawal_requested_on": date(2030, 1, 1)}
    for name, said in later.items():
        said_last = said[-1] if isinstance(said, tuple) else said
        assert last_told_on(folded(), [the_referral().model_copy(update={name: said})]) == said_last


KEPT = Retention(audit=timedelta(days=5000), identity=timedelta(days=1827))


async def test_an_identity_is_erased_when_nothing_was_told_for_so_long_and_a_pupil_s_is_not(api: Running) -> None:
    quiet, heard, pupil = [await refer(api, identity=somebody(name)) for name in ("Un", "Deux", "Trois")]
    later = date(2026, 9, 1)
    for shown in (heard, pupil):
        about: dict[str, Any] = {"young_id": UUID(shown["young_id"]), "referral_id": UUID(shown["referral_id"]), "agency": CIO}
        await enrolment_publishes(api, application(applications.ApplicationOpened, **about, on=later))
    await enrolment_publishes(api, student(students.StudentEnrolled, young_id=UUID(pupil["young_id"]), on=later))

    async def left_after(days: int) -> set[str]:
        api.store.clock.advance(A_MORNING + timedelta(days=days))
        for _ in range(2):
            await sweep(api.store, KEPT)
        return {row["_id"] for row in await api.store.vault.persons.find()}

    everyone = {shown["young_id"] for shown in (quiet, heard, pupil)}
    assert await left_after(1827) == everyone
    assert await left_after(1828) == {heard["young_id"], pupil["young_id"]}
    assert await left_after(1827 + 366) == {pupil["young_id"]}
    gone = await api.as_(f"agency:{CIO}").get(f"/referrals/{quiet['referral_id']}")
    assert gone.status_code == 410
