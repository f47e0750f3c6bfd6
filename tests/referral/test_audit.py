"""Whoever reads an identity, or asks for one in vain, is noted before the answer; a person's file says all that is held."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.referral.domain.erasure import Retention
from services.referral.jobs import sweep
from shared.events import applications, students
from tests.conftest import A_MORNING, Running
from tests.referral.builders import CIO, COLLEGE, a_referral, application, enrolment_publishes, read, refer, student

NAMES = ("Lefèbvre", "Quintard", "Zélie", "Odile", "612345678", "1234567890A", "2010-03-14")


async def noted(here: Running, **filters: Any) -> list[tuple[Any, ...]]:
    """The audit as an administrator reads it, the earliest first, without the ids of entries nor times."""
    answer = await here.as_("admin").get("/admin/audit", params=filters)
    assert answer.status_code == 200, answer.text
    assert [name for name in NAMES if name in answer.text] == []
    fields = ("organisation", "sub", "role", "young_id", "referral_id", "what", "allowed")
    return [tuple(item[field] for field in fields) for item in reversed(answer.json()["items"])]


async def an_applicant(here: Running) -> tuple[dict[str, Any], UUID]:
    shown = await refer(here)
    young_id = UUID(shown["young_id"])
    opened = application(applications.ApplicationOpened, young_id=young_id, referral_id=UUID(shown["referral_id"]))
    await enrolment_publishes(here, opened)
    return shown, young_id


async def test_an_agency_that_reads_its_own_referrals_is_noted_with_how_much_it_read(api: Running) -> None:
    shown = await refer(api)
    cio = api.as_(f"agency:{CIO}", sub="c.perrigaud")
    listed = (await cio.get("/referrals")).json()["items"]
    assert listed[0]["identity"] == {"family_name": "Lefèbvre-Quintard", "given_name": "Zélie"}
    assert (await cio.get(f"/referrals/{shown['referral_id']}")).json()["identity"] == shown["identity"]
    assert (await cio.post(f"/referrals/{shown['referral_id']}/withdrawal")).status_code == 202
    who, whom = (f"agency:{CIO}", "c.perrigaud", "counsellor"), (shown["young_id"], shown["referral_id"])
    assert await noted(api) == [(*who, *whom, what, True) for what in ("names", "whole", "whole")]


async def test_whoever_is_refused_an_identity_is_noted_with_whom_they_asked_about(api: Running) -> None:
    shown, young_id = await an_applicant(api)
    identity, referral = f"/identities/{young_id}", f"/referrals/{shown['referral_id']}"
    nobody = uuid4()
    asked = [
        ("region", identity, 403), (f"agency:{CIO}", identity, 403), ("school:besancon:head", identity, 404),
        ("school:dole:workshop", identity, 404), ("school:dole:head", f"/identities/{nobody}", 404),
        (f"agency:{COLLEGE}", referral, 404), ("school:dole:workshop", referral, 403),
        ("school:dole:workshop", "/referrals", 403), ("school:dole:head", f"/persons/{young_id}/file", 403),
        ("admin", f"/persons/{nobody}/file", 404),
    ]  # fmt: skip
    for scope, path, status in asked:
        assert (await api.as_(scope).get(path)).status_code == status, (scope, path)
    refused = [(organisation, young, ref) for organisation, _, _, young, ref, _, allowed in await noted(api) if not allowed]
    assert refused == [
        ("region", str(young_id), None), (f"agency:{CIO}", str(young_id), None), ("school:besancon", str(young_id), None),
        ("school:dole", str(young_id), None), ("school:dole", str(nobody), None),
        (f"agency:{COLLEGE}", str(young_id), shown["referral_id"]), ("school:dole", str(young_id), shown["referral_id"]),
        ("school:dole", None, None), ("school:dole", str(young_id), None), ("admin", str(nobody), None),
    ]  # fmt: skip
    assert (await api.as_("region").get("/identities/Zélie-Quintard")).status_code == 403  # no id: not kept
    assert (await noted(api))[-1] == ("region", "someone", "reader", None, None, "whole", False)


async def test_a_school_reads_until_its_time_is_over_and_is_then_refused_as_if_nobody_were_there(api: Running) -> None:
    _, young_id = await an_applicant(api)
    head = api.as_("school:dole:head", sub="m.durand")
    assert (await head.get(f"/identities/{young_id}")).status_code == 200
    await enrolment_publishes(api, application(applications.ApplicationRefused, young_id=young_id))
    api.store.clock.advance(A_MORNING + timedelta(days=90))
    assert (await head.get(f"/identities/{young_id}")).status_code == 200
    api.store.clock.advance(A_MORNING + timedelta(days=91))
    gone = await head.get(f"/identities/{young_id}")
    unknown = await head.get(f"/identities/{uuid4()}")
    assert (gone.status_code, gone.json()) == (unknown.status_code, unknown.json()) == (404, unknown.json())
    assert [entry[-1] for entry in await noted(api, young_id=str(young_id))] == [True, True, False]


async def test_the_audit_is_read_by_person_or_organisation_in_parts_the_latest_first(api: Running) -> None:
    shown, young_id = await an_applicant(api)
    for sub in ("one", "two", "three"):
        await api.as_("school:dole:head", sub=sub).get(f"/identities/{young_id}")
    await read(api, shown["referral_id"])
    assert [entry[1] for entry in await noted(api, organisation="school:dole")] == ["one", "two", "three"]
    assert await noted(api, organisation="school:besancon") == await noted(api, young_id=str(uuid4())) == []
    admin, seen, parts = api.as_("admin"), [], 0
    after: dict[str, str] = {}
    while parts == 0 or after:
        part = (await admin.get("/admin/audit", params={"limit": 2, **after})).json()
        seen += [item["id"] for item in part["items"]]
        after, parts = ({"cursor": part["next"]} if part["next"] else {}), parts + 1
    assert (len(seen), len(set(seen)), parts) == (4, 4, 2)
    for scope in ("region", "school:dole:head", f"agency:{CIO}"):
        assert (await api.as_(scope).get("/admin/audit")).status_code == 403


async def test_the_file_of_a_person_is_all_that_is_held_of_them_and_who_read_it(api: Running) -> None:
    shown, young_id = await an_applicant(api)
    other = await refer(api, COLLEGE, counsellor={"name": "M. Autre", "phone": "0384000001"})
    await enrolment_publishes(api, student(students.StudentEnrolled, young_id=young_id))
    await api.as_("school:dole:head", sub="m.durand").get(f"/identities/{young_id}")
    await api.as_("region").get(f"/identities/{young_id}")
    file = (await api.as_("admin", sub="dpo").get(f"/persons/{young_id}/file")).json()
    assert [(one["agency"], one["counsellor"]["name"]) for one in file["sent"]] == [(CIO, "Mme Perrigaud"), (COLLEGE, "M. Autre")]
    assert file["sent"][0]["identity"] == shown["identity"]
    assert {one["referral_id"] for one in file["referrals"]} == {shown["referral_id"], other["referral_id"]}
    assert [one["school"] for one in file["journey"]["enrolments"].values()] == ["dole"]
    assert [(one["sub"], one["allowed"]) for one in file["read_by"]] == [("someone", False), ("m.durand", True)]
    assert (await noted(api, young_id=str(young_id)))[-1] == ("admin", "dpo", "admin", str(young_id), None, "file", True)


async def test_the_entries_of_an_earlier_build_are_read_in_their_place_and_the_old_ones_go(api: Running) -> None:
    audit, young_id = api.store.audit, uuid4()
    for day, sub in ((1, "first"), (2, "second")):
        at = datetime.fromisoformat(f"2025-08-0{day}T10:00:00+00:00")
        await audit.rows.insert({"organisation": "school:dole", "sub": sub, "young_id": str(young_id), "at": at})
    await refer(api)
    for _ in range(2):
        await api.migrate()
    before = [("school:dole", sub, None, str(young_id), None, "whole", True) for sub in ("first", "second")]
    assert (await noted(api))[:2] == before
    assert await audit.let_go(A_MORNING - datetime.fromisoformat("2025-08-02T00:00:00+00:00")) == 1
    assert await noted(api, young_id=str(young_id)) == before[1:]


async def test_an_agencys_reading_that_cannot_be_noted_is_not_answered(api: Running) -> None:
    shown = await refer(api)
    await api.store.database.command({"collMod": "audit", "validator": {"never": True}})
    for path in ("/referrals", f"/referrals/{shown['referral_id']}"):
        answer = await api.as_(f"agency:{CIO}").get(path)
        assert (answer.status_code, "Quintard" in answer.text) == (500, False)


async def test_the_audit_and_the_keys_of_requests_are_kept_for_their_time(api: Running) -> None:
    cio, sent = api.as_(f"agency:{CIO}"), a_referral()
    first = await cio.post("/referrals", json=sent, headers={"Idempotency-Key": "once"})
    assert len(await noted(api)) == 0
    await read(api, first.json()["referral_id"])

    async def left_on(days: int) -> tuple[int, int]:
        api.store.clock.advance(A_MORNING + timedelta(days=days))
        for _ in range(2):
            await sweep(api.store, Retention(timedelta(days=100), timedelta(days=1827)))
        return len(await noted(api)), await api.store.database["request_keys"].count()

    assert [await left_on(days) for days in (30, 31, 100, 101)] == [(1, 1), (1, 0), (1, 0), (0, 0)]
    again = await cio.post("/referrals", json=sent, headers={"Idempotency-Key": "once"})
    assert again.json()["referral_id"] == first.json()["referral_id"]
