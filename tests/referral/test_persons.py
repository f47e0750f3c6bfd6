"""An administrator decides who is one person, with both sides before them; and erases, for good."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from services.referral import use_cases
from services.referral.store import Store
from services.referral.store.records import Records
from shared.events import applications, students
from shared.events.message import message_of
from shared.events.persons import ErasureCode, PersonErased
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.mongo import Session
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING, Running, Start
from tests.referral.builders import (
    A_DAY,
    CIO,
    COLLEGE,
    X,
    a_referral,
    an_identity,
    application,
    enrolment_publishes,
    handle_again,
    read,
    refer,
    referring,
    student,
    wishes_answered,
)

ALONE = {"ine": None, "phone": None, "email": None, "commune": None}
ADMIN = Caller("a", "admin", "", "admin")
WHY = {"code": "person_asked"}


async def matches(here: Running) -> list[dict[str, Any]]:
    answer = await here.as_("admin", sub="the-admin").get("/matches")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def merge(here: Running, young_id: str, kept: str, status: int = 200) -> dict[str, Any]:
    answer = await here.as_("admin").post("/matches/merge", json={"young_id": young_id, "kept": kept})
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def erase(here: Running, young_id: str, status: int = 200) -> str:
    answer = await here.as_("admin").post(f"/persons/{young_id}/erasure", json=WHY)
    assert answer.status_code == status, answer.text
    return answer.text


async def told(here: Running, young_id: str) -> list[str]:
    """The types that were told of a `young_id` itself, in order."""
    database = here.store.database
    row = await database["person_records"].find_one({"_id": young_id})
    entries = [*(row["outbox"] if row else ()), *await database["history"].find({"document": young_id})]
    types = {entry["sequence"]: entry["type"].rsplit(".", 2)[-2] for entry in entries}  # in both, where it is told meanwhile
    return [types[sequence] for sequence in sorted(types)]


async def two(here: Running) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two referrals, of two agencies, that are probably of one person."""
    return await refer(here), await refer(here, COLLEGE, identity=an_identity(**ALONE, birth_date="2010-03-14"))


async def test_both_sides_stand_side_by_side_and_each_reading_is_noted(api: Running) -> None:
    one, other = await two(api)
    [match] = await matches(api)
    sides = {side["young_id"]: side for side in match["sides"]}
    assert sides.keys() == {one["young_id"], other["young_id"]} == set(match["young_ids"])
    for shown, agency in ((one, CIO), (other, COLLEGE)):
        assert sides[shown["young_id"]] == {
            "young_id": shown["young_id"], "is_pupil": False,
            "referrals": [
                {
                    "referral_id": shown["referral_id"], "agency": {"id": agency, "name": agency.upper()},
                    "submitted_on": shown["submitted_on"], "identity": shown["identity"],
                }
            ],
        }  # fmt: skip
    audit = await api.store.database["audit"].find({"sub": "the-admin"})
    assert {row["young_id"] for row in audit} == sides.keys()


async def test_an_ine_under_another_name_or_birth_date_is_shown_and_not_linked(api: Running) -> None:
    one = await refer(api)
    other = await refer(api, COLLEGE, identity=an_identity(birth_date="2010-04-13", given_name="Zoé"))
    assert one["young_id"] != other["young_id"]
    [match] = await matches(api)
    assert set(match["young_ids"]) == {one["young_id"], other["young_id"]}


async def test_a_pair_leaves_the_list_once_somebody_decided(api: Running) -> None:
    one, other = await two(api)
    third = await refer(api, CIO, identity=an_identity(**ALONE))
    assert len(await matches(api)) == 3
    ids = [one["young_id"], other["young_id"]]
    admin = api.as_("admin")
    for _ in range(2):
        assert (await admin.post("/matches/distinct", json={"young_ids": ids})).status_code == 200
    assert len(await matches(api)) == 2
    await merge(api, third["young_id"], one["young_id"])
    assert (await admin.get(f"/persons/{one['young_id']}/file")).json()["others"] == [third["young_id"]]
    [match] = await matches(api)
    assert set(match["young_ids"]) == {other["young_id"], third["young_id"]}
    assert (await admin.post(f"/persons/{third['young_id']}/split", json={})).status_code == 200
    assert len(await matches(api)) == 2
    for wrong, status in (([ids[0], ids[0]], 422), ([ids[0], str(uuid4())], 404)):
        assert (await admin.post("/matches/distinct", json={"young_ids": wrong})).status_code == status


async def test_merges_make_chains_and_no_circle_even_at_once(api: Running) -> None:
    one, other = await two(api)
    third = await refer(api, CIO, identity=an_identity(**ALONE))
    a, b, c = (shown["young_id"] for shown in (one, other, third))
    admin = api.as_("admin")
    bodies = ({"young_id": a, "kept": b}, {"young_id": b, "kept": c}, {"young_id": c, "kept": a})
    answers = await asyncio.gather(*(admin.post("/matches/merge", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    assert await api.store.records.of_one_person(UUID(a)) == {UUID(a), UUID(b), UUID(c)}
    assert (await merge(api, a, str(uuid4()), 404))["code"] == "not_found"
    for scope in (f"agency:{CIO}", "school:dole", "region"):
        assert (await api.as_(scope).post("/matches/merge", json=bodies[0])).status_code == 403


async def test_two_processes_that_merge_at_the_same_moment_close_no_circle(api: Running) -> None:
    one, other = await two(api)
    a, b = UUID(one["young_id"]), UUID(other["young_id"])
    both_read = asyncio.Barrier(2)

    class Meeting(Records):
        async def stands_for(self, young_id: UUID, session: Session) -> UUID:
            found = await super().stands_for(young_id, session)
            with suppress(TimeoutError, asyncio.BrokenBarrierError):
                async with asyncio.timeout(0.3):
                    await both_read.wait()
            return found

    async def merges(young_id: UUID, kept: UUID) -> object:
        here = api.store
        store = Store(Persistence(here.database, "referral", here.clock), [bytes(32)])  # with a queue of its own
        store.records = Meeting(store.persistence)
        return await use_cases.merge_persons(store, ADMIN, young_id=young_id, kept=kept, on=A_DAY)

    outcomes = await asyncio.gather(merges(a, b), merges(b, a), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PersonRecord", "Refused"]


async def test_an_agency_sees_nothing_of_a_merge(api: Running) -> None:
    one, other = await two(api)
    before = [await read(api, one["referral_id"]), await read(api, other["referral_id"], COLLEGE)]
    await merge(api, other["young_id"], one["young_id"])
    assert [await read(api, one["referral_id"]), await read(api, other["referral_id"], COLLEGE)] == before


async def test_an_erased_person_is_gone_for_their_agencies_under_each_id_of_theirs(api: Running) -> None:
    one = await refer(api, external_id="D-17")
    other = await refer(api, COLLEGE, identity=an_identity(**ALONE))
    await merge(api, other["young_id"], one["young_id"])
    for _ in range(2):
        await erase(api, one["young_id"])
    cio, college = api.as_(f"agency:{CIO}"), api.as_(f"agency:{COLLEGE}")
    again = a_referral(external_id="D-17", identity=an_identity(given_name="Autre"))
    gone = [
        await cio.post("/referrals", json=a_referral(external_id="D-17")), await cio.post("/referrals", json=again),
        await cio.get(f"/referrals/{one['referral_id']}"), await cio.post(f"/referrals/{one['referral_id']}/withdrawal"),
        await college.get(f"/referrals/{other['referral_id']}"),
    ]  # fmt: skip
    assert [(answer.status_code, answer.json()["code"]) for answer in gone] == [(410, "erased")] * 5
    assert (await api.store.referrals.acting(SYSTEM).get(one["referral_id"])).withdrawal_requested_on is None
    refused = {row["referral_id"] for row in await api.store.database["audit"].find({"allowed": False})}
    assert refused == {one["referral_id"], other["referral_id"]}
    assert gone[0].json()["detail"] == "Le dossier de ce jeune a été effacé."
    assert (await college.get(f"/referrals/{one['referral_id']}")).status_code == 404  # of another agency, as before
    assert (await cio.get("/referrals")).json()["items"] == (await college.get("/referrals")).json()["items"] == []
    assert [await told(api, shown["young_id"]) for shown in (one, other)] == [["erased"], ["merged", "erased"]]
    assert await matches(api) == []
    anew = await refer(api, external_id="D-18")
    assert anew["young_id"] not in (one["young_id"], other["young_id"])


async def test_an_erasure_leaves_no_key_no_row_and_no_hash_of_what_was_sent(api: Running) -> None:
    one = await refer(api)
    await erase(api, one["young_id"])
    database = api.store.database
    for collection in ("persons", "identity_keys"):
        assert await database[collection].find_one({"_id": one["young_id"]}) is None
    assert (await database["referrals"].find_one({"_id": one["referral_id"]}))["fingerprint"] is None


async def test_a_pupil_is_not_erased_nor_is_nobody(api: Running) -> None:
    one = await refer(api)
    young_id = UUID(one["young_id"])
    await enrolment_publishes(
        api, application(applications.ApplicationOpened, young_id=young_id, referral_id=UUID(one["referral_id"])),
        wishes_answered(X, young_id=young_id, referral_id=UUID(one["referral_id"])),
        student(students.StudentEnrolled, young_id=young_id),
    )  # fmt: skip
    assert "still_enrolled" in await erase(api, one["young_id"], 409)
    assert (await read(api, one["referral_id"]))["identity"]["given_name"] == "Zélie"
    await enrolment_publishes(api, student(students.StudentInterrupted, young_id=young_id))
    await erase(api, one["young_id"])
    assert (await api.as_("school:dole").get(f"/identities/{young_id}")).status_code in (404, 410)
    await erase(api, str(uuid4()), 404)
    assert (await api.as_(f"agency:{CIO}").post(f"/persons/{young_id}/erasure", json=WHY)).status_code == 403


async def test_a_backup_without_its_key_shows_nothing_and_the_erasure_told_again_erases_again(running: Start) -> None:
    async with referring(running) as here:
        one = await refer(here)
        store: Store = here.store
        copy = {name: await store.database[name].find() for name in ("persons", "referrals", "person_records")}
        await erase(here, one["young_id"])
        for name, rows in copy.items():
            await store.database[name].delete({"_id": {"$in": [one["young_id"], one["referral_id"]]}})
            for row in rows:
                await store.database[name].insert(row)
        cio = here.as_(f"agency:{CIO}")
        assert (await cio.get(f"/referrals/{one['referral_id']}")).status_code == 410
        for verb, body in (("amendment", {"code": "typing", "last_class": "seconde"}), ("completion", {})):
            assert (await cio.post(f"/referrals/{one['referral_id']}/{verb}", json=body)).status_code == 410
        assert await store.database["identity_keys"].find_one({"_id": one["young_id"]}) is None
        assert (await cio.get("/referrals")).json()["items"] == []
        assert await matches(here) == []
        assert (await refer(here, COLLEGE))["young_id"] != one["young_id"]
        erased = PersonErased(young_id=UUID(one["young_id"]), code=ErasureCode.PERSON_ASKED, on=A_DAY)
        message = message_of(erased, source=f"/referral/person_records/{one['young_id']}", sequence=1, time=A_MORNING)
        for _ in range(2):
            await handle_again(here, message)
        assert await store.vault.persons.find_one({"_id": one["young_id"]}) is None
        assert await store.records.is_erased(UUID(one["young_id"]))
        assert await store.erased(UUID(one["referral_id"]), CIO)
