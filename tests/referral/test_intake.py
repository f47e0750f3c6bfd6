"""Taking referrals in: once each, checked, for a registered agency alone."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.conftest import Running, Start
from tests.referral.builders import CIO, COLLEGE, a_referral, an_identity, read, refer, referring


async def rows(here: Running, collection: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await here.store.database[collection].find()
    return found


async def test_a_referral_is_taken_in_and_told_without_its_identity(running: Start) -> None:
    async with referring(running) as here:
        shown = await refer(here)
        assert shown == await read(here, shown["referral_id"])
        assert (shown["status"], shown["sentence"], shown["answer"]) == ("submitted", "Transmise, en attente des écoles", None)
        assert shown["identity"]["family_name"] == "Lefèbvre-Quintard"
        [row] = await rows(here, "referrals")
        assert row["state"] == {
            "referral_id": shown["referral_id"], "young_id": shown["young_id"], "agency": CIO, "birth_month": "2010-03",
            "situation": "out_of_school", "out_of_school_since": "2025-06",
            "wishes": [
                {"school": "dole", "programme": "dole-cap-serrurerie", "sector": None, "departments": [], "year_of_study": 1}
            ],
            "complete": True, "submitted_on": "2025-09-01", "amended_on": [], "completed_on": None,
            "withdrawal_requested_on": None, "ending": None, "source": "agency",
        }  # fmt: skip


async def test_the_same_request_again_answers_the_same_and_creates_nothing(running: Start) -> None:
    async with referring(running) as here:
        cio = here.as_(f"agency:{CIO}")
        for headers, overrides in (
            ({}, {"external_id": "D-17"}),
            ({"Idempotency-Key": "k"}, {"identity": an_identity(ine=None)}),
        ):
            answers = await asyncio.gather(
                *(cio.post("/referrals", json=a_referral(**overrides), headers=headers) for _ in range(5))
            )
            assert [answer.status_code for answer in answers] == [201] * 5
            assert len({answer.json()["referral_id"] for answer in answers}) == 1
        assert len(await rows(here, "referrals")) == 2
        assert sum(len(person["sent"]) for person in await rows(here, "persons")) == 2


async def test_another_request_under_the_same_key_is_refused_and_leaves_no_trace(running: Start) -> None:
    async with referring(running) as here:
        cio = here.as_(f"agency:{CIO}")
        bodies = [a_referral(external_id="D-17", identity=an_identity(given_name=f"Zoé{letter}", ine=None)) for letter in "abcde"]
        answers = await asyncio.gather(*(cio.post("/referrals", json=body) for body in bodies))
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]
        assert {answer.json().get("code") for answer in answers} == {None, "key_reused"}
        assert len(await rows(here, "referrals")) == 1
        assert len(await rows(here, "persons")) == 1


async def test_a_key_that_served_for_one_reference_serves_for_no_other(running: Start) -> None:
    async with referring(running) as here:
        cio, key = here.as_(f"agency:{CIO}"), {"Idempotency-Key": "k"}
        first = await cio.post("/referrals", json=a_referral(external_id="D-17"), headers=key)
        assert first.status_code == 201
        for overrides in ({"external_id": "D-18"}, {}):
            other = await cio.post("/referrals", json=a_referral(**overrides), headers=key)
            assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        again = await cio.post("/referrals", json=a_referral(external_id="D-17"), headers=key)
        assert again.json()["referral_id"] == first.json()["referral_id"]
        assert len(await rows(here, "referrals")) == 1
        unkeyed = await cio.post("/referrals", json=a_referral(external_id="D-17"))
        assert unkeyed.json()["referral_id"] == first.json()["referral_id"]


async def test_two_agencies_may_use_the_same_reference(running: Start) -> None:
    async with referring(running) as here:
        one, other = await refer(here, external_id="1"), await refer(here, COLLEGE, external_id="1")
        assert one["referral_id"] != other["referral_id"]


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "identity.ine": {"identity": an_identity(ine="123")},
    "identity.phone": {"identity": an_identity(phone="12")},
    "identity.email": {"identity": an_identity(email="x")},
    "identity.commune": {"identity": an_identity(commune="999")},
    "identity.birth_date": {"identity": an_identity(birth_date="2010-02-30")},
    "identity": {"identity": an_identity(surname="x")},
    "wishes": {"wishes": [{"sector": "bois", "departments": ["39"]}] * 6},
    "wishes.0": {"wishes": [{"school": "dole"}]},
    "wishes.1": {
        "wishes": [
            {"sector": "bois", "departments": ["39"]},
            {"school": "dole", "sector": "bois", "departments": ["39"]},
        ]
    },
    "out_of_school_since": {"out_of_school_since": "2025-06-30"},
    "situation": {"situation": "lost"},
    "": {"colour": "red"},
    "counsellor": {"counsellor": "Mme Perrigaud"},
    "counsellor.phone": {"counsellor": {"name": "Mme Perrigaud"}},
}


async def test_a_wrong_field_is_named_in_french_without_its_value(api: Running) -> None:
    for field, overrides in WRONG_FIELDS.items():
        answer = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(**overrides))
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert "Quintard" not in answer.text
    assert (await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(wishes=[]))).status_code == 422


async def test_what_is_no_list_is_said_to_be_none(api: Running) -> None:
    for wishes in (dict[str, str](), "bois", 1):
        answer = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(wishes=wishes))
        assert answer.json()["errors"] == [{"field": "wishes", "detail": "Une liste est attendue."}]


async def test_what_is_wrong_with_a_phone_or_an_address_is_said(api: Running) -> None:
    said = {
        "phone": "Ce numéro de téléphone n’est pas valable : dix chiffres, ou + et l’indicatif du pays.",
        "email": "Cette adresse e-mail n’est pas valable.",
    }
    wrong = {"phone": "06 12 34 56 7", "email": "zelie@"}
    representative = {"kind": "person", "name": "Odile Quintard", "kinship": "mother", **wrong}
    answer = await api.as_(f"agency:{CIO}").post(
        "/referrals", json=a_referral(identity=an_identity(**wrong, representatives=[representative]))
    )
    told = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert told == {f"identity.{where}{field}": words for where in ("", "representatives.0.") for field, words in said.items()}


async def test_a_date_that_cannot_be_is_refused_in_french(api: Running) -> None:
    impossible: dict[str, dict[str, Any]] = {
        "too_young": {"identity": an_identity(birth_date="2012-09-02")},
        "birth_in_the_future": {"identity": an_identity(birth_date="2026-01-01")},
        "before_birth": {"on": "2009-01-01"},
        "in_the_future": {"on": "2025-09-02"},
        "out_of_school_in_the_future": {"out_of_school_since": "2025-10"},
    }
    for code, overrides in impossible.items():
        answer = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(**overrides))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["detail"].endswith(".")
    assert await rows(api, "referrals") == await rows(api, "persons") == []


async def test_malformed_json_is_answered_400(api: Running) -> None:
    answer = await api.as_(f"agency:{CIO}").post(
        "/referrals", content=b'{"identity": ', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_someone_just_thirteen_is_taken_in(api: Running) -> None:
    shown = await refer(api, identity=an_identity(birth_date="2012-09-01"))
    assert shown["status"] == "submitted"


async def test_a_minor_without_representative_is_taken_in_and_shown_to_complete(api: Running) -> None:
    [missing] = (await refer(api, identity=an_identity(representatives=[])))["to_complete"]
    assert missing["code"] == "representative"
    assert "représentant légal" in missing["sentence"]


async def test_an_agency_that_is_not_registered_is_told_so(api: Running) -> None:
    answer = await api.as_("agency:unknown").post("/referrals", json=a_referral())
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_agency")


async def test_counsellors_and_managers_refer_and_nobody_else(api: Running) -> None:
    answers = {
        scope: (await api.as_(scope).post("/referrals", json=a_referral())).status_code
        for scope in (f"agency:{CIO}:counsellor", f"agency:{CIO}:manager", "school:dole", "admin", "region")
    }
    assert list(answers.values()) == [201, 201, 403, 403, 403]
    assert (await api.signed_out().post("/referrals", json=a_referral())).status_code == 401


async def test_another_agency_finds_nothing(api: Running) -> None:
    mine = (await refer(api))["referral_id"]
    college = api.as_(f"agency:{COLLEGE}")
    assert (await college.get(f"/referrals/{mine}")).status_code == 404
    assert (await college.post(f"/referrals/{mine}/withdrawal")).status_code == 404
    assert mine not in (await college.get("/referrals")).text
    assert (await college.get(f"/referrals/{uuid4()}")).status_code == 404
    assert (await api.as_("school:dole").get(f"/referrals/{mine}")).status_code == 404  # it has its own, of families
    for scope in ("admin", "region", "federation"):
        assert (await api.as_(scope).get(f"/referrals/{mine}")).status_code == 403


async def test_a_withdrawal_is_requested_once_and_told_once(api: Running) -> None:
    id = (await refer(api))["referral_id"]
    cio = api.as_(f"agency:{CIO}")
    body = [await cio.post(f"/referrals/{id}/withdrawal"), await cio.post(f"/referrals/{id}/withdrawal", json={})]
    assert [answer.status_code for answer in body] == [202, 202]
    assert body[0].json()["withdrawal_requested_on"] == "2025-09-01"
    assert (await api.store.referrals.collection.find_one({"_id": id}))["sequence"] == 2


async def test_agencies_are_registered_by_an_administrator_and_listed_for_all(api: Running) -> None:
    body = {"kind": "psad", "name": "PSAD du Jura", "department": "39"}
    assert (await api.as_(f"agency:{CIO}").put("/agencies/psad-39", json=body)).status_code == 403
    answer = await api.as_("admin").put("/agencies/psad-39", json=body)
    assert (answer.status_code, answer.json()) == (200, {"agency": "psad-39", **body})
    assert {"agency": "psad-39", **body} in (await api.as_("school:dole").get("/agencies")).json()["items"]


async def test_a_list_is_read_in_parts_of_fifty_the_latest_first(api: Running) -> None:
    agency = "ml-besancon"
    body = {"kind": "mission_locale", "name": "ML", "department": "25"}
    assert (await api.as_("admin").put(f"/agencies/{agency}", json=body)).status_code == 200
    for day in range(1, 52):
        on = f"2025-0{6 + day // 30}-{1 + day % 30:02d}"
        await refer(api, agency, on=on, informed_on="2025-05-01", out_of_school_since=None, identity=an_identity(ine=None))
    client = api.as_(f"agency:{agency}")
    first = (await client.get("/referrals")).json()
    added = await refer(api, agency, on="2025-08-01", informed_on="2025-05-01", out_of_school_since=None)
    second = (await client.get("/referrals", params={"cursor": first["next"]})).json()
    assert [(len(part["items"]), part["next"] is None) for part in (first, second)] == [(50, False), (1, True)]
    assert added["referral_id"] not in str(second)
    days = [one["submitted_on"] for one in first["items"] + second["items"]]
    assert days == sorted(days, reverse=True)
    assert (await client.get("/referrals", params={"page": 1})).status_code == 422
    of_one_status = await client.get("/referrals", params={"cursor": first["next"], "status": "closed"})
    another_s = await api.as_(f"agency:{CIO}").get("/referrals", params={"cursor": first["next"]})
    assert of_one_status.json()["code"] == another_s.json()["code"] == "unknown_cursor"
