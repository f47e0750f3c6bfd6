"""Over a log that survived, a referral is there and its identity is not: it comes back with the agency that sends it again."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.backup.journeys import follow
from shared.events import applications, students
from shared.events.message import ConsumerRecord
from shared.persistence.once import RESTORED
from tests.conftest import Running
from tests.referral.builders import (
    CIO,
    X,
    Y,
    a_referral,
    an_identity,
    application,
    enrolment_publishes,
    handle_again,
    read,
    refer,
    student,
    wishes_answered,
)
from tests.referral.drivers import Case
from tests.referral.test_persons import erase


async def lose(here: Running, referral: dict[str, Any]) -> None:
    """What no topic holds of it."""
    for collection in ("persons", "identity_keys"):
        await here.store.database[collection].delete({"_id": referral["young_id"]})
    await here.store.database["referrals"].update({"_id": referral["referral_id"]}, {"$set": {"fingerprint": RESTORED}})


async def test_sent_again_it_is_the_same_referral_of_the_same_person_and_named_again(api: Running) -> None:
    said: dict[str, Any] = {"external_id": f"D-{uuid4()}", "identity": an_identity(family_name="Retrouvée", ine=None)}
    before = await refer(api, **said)
    await lose(api, before)
    assert (await api.as_(f"agency:{CIO}").get(f"/referrals/{before['referral_id']}")).status_code == 410
    for _ in range(2):
        assert await refer(api, **said) == before
    assert await read(api, before["referral_id"]) == before
    assert await api.store.database["persons"].count({"sent.referral_id": before["referral_id"]}) == 1


async def test_sent_again_of_somebody_else_it_is_refused(api: Running) -> None:
    said: dict[str, Any] = {"external_id": f"D-{uuid4()}", "identity": an_identity(family_name="Perdue", ine=None)}
    await lose(api, before := await refer(api, **said))
    other = a_referral(**{**said, "identity": an_identity(family_name="Autre", ine=None, birth_date="2007-01-02")})
    answer = await api.as_(f"agency:{CIO}").post("/referrals", json=other)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert await api.store.database["persons"].find_one({"_id": before["young_id"]}) is None


@pytest.mark.parametrize("again", [False, True])
async def test_who_is_known_by_a_referral_alone_may_be_erased(api: Running, *, again: bool) -> None:
    said: dict[str, Any] = {"external_id": f"D-{uuid4()}", "identity": an_identity(family_name="Oubliée", ine=None)}
    await lose(api, before := await refer(api, **said))
    if again:
        await refer(api, **said)
    await erase(api, before["young_id"])
    answer = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(**said))
    assert answer.status_code == 410


@pytest.mark.parametrize("followed", [True, False])
async def test_an_answer_that_another_replaced_is_not_told_again(case: Case, *, followed: bool) -> None:
    """The referral was folded and stands at its end; the journey is that of the backup, and what it missed is heard again."""
    here, of = case.here, case.of
    told = await enrolment_publishes(
        here,
        application(applications.ApplicationOpened, X, **of, referral_id=UUID(case.id)),
        application(applications.ApplicationOpened, Y, **of, referral_id=UUID(case.id)),
        wishes_answered(X, Y, **case.wishes),
        *(application(applications.ApplicationRefused, one, **of) for one in (X, Y)),
        application(applications.ApplicationReopened, X, **of),
        application(applications.ApplicationRefused, X, **of),
        application(applications.ApplicationReopened, Y, **of),
        application(applications.PlaceConfirmed, Y, **of),
        student(students.StudentEnrolled, **of, intake_id=Y),
    )
    published, shown = await case.published(), await case.shown()
    await here.store.database["journeys"].delete({"_id": str(case.young_id)})
    for message in told if followed else ():
        headers = tuple(message.headers())
        await follow(here.store, ConsumerRecord("etabli.enrolment", 0, 0, message.key.encode(), message.data, headers))
    for message in told:
        await handle_again(here, message)
    assert ((await case.published(), (await case.shown())["answer"]) == (published, shown["answer"])) is followed
