"""One demand is one, however it is written; what an agency sends twice without a reference is accepted, and said."""

import json
import unicodedata
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.conftest import Running
from tests.referral.builders import CIO, COLLEGE, a_referral, an_identity, read, refer

ALONE = {"ine": None, "phone": None, "email": None, "commune": None}
SECTOR = {"sector": "bois", "departments": ["39", "2A"]}
MME_LEFEVRE = {"name": "Mme Lefèvre", "phone": "0384000001"}
FULL = a_referral(external_id="D-17", counsellor=MME_LEFEVRE, wishes=[SECTOR])
OTHERWISE: dict[str, dict[str, Any]] = {
    "a phone with +33": {"identity": an_identity(phone="+33612345678")},
    "a phone with 0033 and dots": {"identity": an_identity(phone="0033 6.12.34.56.78")},
    "spaces around": {"counsellor": {**MME_LEFEVRE, "name": "  Mme Lefèvre\u00a0"}, "external_id": "D-17 "},
    "another normalization": {"counsellor": {**MME_LEFEVRE, "name": unicodedata.normalize("NFD", "Mme Lefèvre")}},
    "a sign that nobody sees": {"counsellor": {**MME_LEFEVRE, "name": "Mme\u200b Lefèvre\u202c"}},
    "an explicit null": {"on": None},
    "a default written out": {"wishes": [{**SECTOR, "school": None, "programme": None}]},
    "departments in another order, twice, in small letters": {"wishes": [{"sector": "bois", "departments": ["2a", "39", " 39"]}]},
    "an e-mail in capitals": {"identity": an_identity(email="Zelie.QUINTARD@exemple.test ")},
    "an INE in small letters": {"identity": an_identity(ine="1234567890 a")},
    "a commune with a space": {"identity": an_identity(commune="39 198")},
    "nulls of a representative": {
        "identity": an_identity(
            representatives=[
                {"kind": "person", "name": "Odile Quintard", "kinship": "mother", "phone": "0033384000000", "email": None}
            ]
        )
    },
}
ANOTHER: dict[str, dict[str, Any]] = {
    "another name": {"identity": an_identity(given_name="Zoé")},
    "a field left out": {"identity": an_identity(ine=None)},
    "another department": {"wishes": [{"sector": "bois", "departments": ["39"]}]},
    "a day that is said": {"on": "2025-08-31"},
    "another counsellor": {"counsellor": {**MME_LEFEVRE, "name": "Mme Lefebvre"}},
}


async def post(here: Running, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return await here.as_(f"agency:{CIO}").post("/referrals", json=body, headers={"Idempotency-Key": key} if key else {})


@pytest.mark.parametrize("by", ["reference", "key"])
async def test_a_demand_written_otherwise_is_the_same_and_another_is_refused(api: Running, by: str) -> None:
    key, left_out = (None, set()) if by == "reference" else ("k", {"external_id"})
    first = await post(api, {name: value for name, value in FULL.items() if name not in left_out}, key)
    for overrides in ({"wishes": [SECTOR]}, *OTHERWISE.values()):
        body = {name: value for name, value in {**FULL, **overrides}.items() if name not in left_out}
        again = await post(api, dict(reversed(body.items())), key)
        assert (again.status_code, again.json().get("referral_id")) == (201, first.json()["referral_id"]), overrides
    for overrides in ANOTHER.values():
        body = {name: value for name, value in {**FULL, **overrides}.items() if name not in left_out}
        refused = await post(api, body, key)
        assert (refused.status_code, refused.json().get("code")) == (422, "key_reused"), overrides
    assert await api.store.referrals.collection.count() == 1


async def test_wishes_in_another_order_are_another_demand(api: Running) -> None:
    wishes = [SECTOR, {"school": "dole", "programme": "dole-cap-serrurerie"}]
    assert (await post(api, {**FULL, "wishes": wishes})).status_code == 201
    assert (await post(api, {**FULL, "wishes": wishes[::-1]})).json()["code"] == "key_reused"


async def test_spaces_and_escapes_of_json_change_nothing(api: Running) -> None:
    texts = [json.dumps(FULL), json.dumps(FULL, indent=4, ensure_ascii=False, sort_keys=True)]
    headers = {"Content-Type": "application/json"}
    answers = [await api.as_(f"agency:{CIO}").post("/referrals", content=text.encode(), headers=headers) for text in texts]
    assert len({answer.json()["referral_id"] for answer in answers}) == 1


async def test_what_an_agency_sends_twice_without_a_reference_is_accepted_and_said(api: Running) -> None:
    first = await refer(api, on="2025-08-30")
    assert first["warnings"] == []
    clock = api.runtime.persistence.clock
    clock.advance(clock.now() + timedelta(minutes=1))
    second = await refer(
        api, identity=an_identity(family_name="LEFEBVRE QUINTARD", ine=None, phone=None, email=None, commune=None)
    )
    said = {
        "code": "already_referred",
        "sentence": "Votre organisme a déjà orienté, le 30/08/2025, quelqu’un du même nom et de la même date de naissance. "
        "Si c’est la même demande, demandez le retrait de l’une des deux.",
        "referral_id": first["referral_id"],
        "submitted_on": "2025-08-30",
    }
    assert second["warnings"] == [said]
    assert second["referral_id"] != first["referral_id"]
    assert (await read(api, second["referral_id"]))["warnings"] == [said]
    assert (await read(api, first["referral_id"]))["warnings"] == []
    third = await refer(api)
    assert third["warnings"] == [said]  # the first of them


async def test_a_request_made_again_answers_what_it_answered(api: Running) -> None:
    first, again = [(await post(api, a_referral(), "k")).json() for _ in range(2)]
    assert again == first
    await post(api, a_referral(), "other")
    assert (await post(api, a_referral(), "k")).json()["warnings"] == []


async def test_nobody_is_warned_of_another_agency_another_person_or_under_a_reference(api: Running) -> None:
    await refer(api)
    for shown in (
        await refer(api, COLLEGE),
        await refer(api, identity=an_identity(given_name="Zoé")),
        await refer(api, identity=an_identity(birth_date="2010-03-15")),
        await refer(api, external_id="D-18"),
    ):
        assert shown["warnings"] == []


async def test_one_person_typed_by_two_offices_is_one_person(api: Running) -> None:
    for one, other, trait in (
        (("Le Goff", "Maël"), ("LEGOFF", "Mael"), ({"phone": "0692 12 34 56"}, {"phone": "+262692123456"})),
        (("D’Almeida", "João"), ("Dʼalmeida", "JOAO"), ({"ine": "1234A12345F"}, {"ine": "1234 a 12345 f"})),
        (("Müller", "Jörg"), ("Mueller", "Joerg"), ({"email": "J.Muller@exemple.test"}, {"email": "j.muller@exemple.test"})),
        (("Иванов", "Андрей"), ("Ivanov", "Andrey"), ({"phone": "06 99 12 34 56"}, {"phone": "0033699123456"})),
        (("Đặng", "Văn Đức"), ("DANG", "VAN DUC"), ({"ine": "123456789AB"}, {"ine": "123456789ab"})),
    ):
        people = []
        for agency, (family, given), known in zip((CIO, COLLEGE), (one, other), trait, strict=True):
            typed = an_identity(**{**ALONE, **known, "family_name": family, "given_name": given})
            people.append(await refer(api, agency, identity=typed))
        assert people[0]["young_id"] == people[1]["young_id"], one
        assert (people[0]["identity"]["family_name"], people[1]["identity"]["family_name"]) == (one[0], other[0])


async def test_each_spelling_by_which_someone_was_known_finds_them(api: Running) -> None:
    only_phone = {"ine": None, "email": None, "commune": None}
    taken = [await refer(api, identity=an_identity(**only_phone, family_name=name)) for name in ("Legoff", "Le Goff", "Goff")]
    assert len({shown["young_id"] for shown in taken}) == 1
    alone = await refer(api, COLLEGE, identity=an_identity(**ALONE, family_name="Goff"))
    [match] = (await api.as_("admin").get("/matches")).json()["items"]
    assert match["young_ids"] == sorted([taken[0]["young_id"], alone["young_id"]])
    apart = [await refer(api, identity=an_identity(**only_phone, family_name=name)) for name in ("Pont", "Dupont")]
    assert len({shown["young_id"] for shown in apart}) == 2


async def test_a_pair_that_meets_in_two_spellings_is_listed_once(api: Running) -> None:
    pair = [await refer(api, agency, identity=an_identity(**ALONE, family_name="Le Goff")) for agency in (CIO, COLLEGE)]
    matches = (await api.as_("admin").get("/matches")).json()["items"]
    assert [match["young_ids"] for match in matches] == [sorted(shown["young_id"] for shown in pair)]
    assert all(UUID(id) for match in matches for id in match["young_ids"])
