"""Identity: matched by INE, phone or e-mail, kept in the vault alone, read by its agency and its schools, each read noted."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events import applications, students
from tests.conftest import Running, Start
from tests.referral.builders import (
    CIO,
    COLLEGE,
    COUNSELLOR,
    X,
    Y,
    a_referral,
    an_identity,
    application,
    enrolment_publishes,
    read,
    refer,
    referring,
    student,
    wishes_answered,
)

AUTRE = {"name": "M. Autre", "phone": "+33384000002"}
ALONE = {"ine": None, "phone": None, "email": None, "commune": None}
MARKS = ["Lefèbvre", "Quintard", "QUINTARD", "Zélie", "zelie", "2010-03-14", "612345678", "1234567890A", "Odile", "D-17"]


async def published_text(here: Running) -> str:
    """All that left, or waits to leave, the service, as text."""
    database, texts = here.store.database, []
    for name in await database.names():
        if name != "persons":
            texts += [str(row) for row in await database[name].find()]
    return "\n".join(texts)


async def test_the_same_names_and_birth_date_with_one_more_trait_are_one_person(api: Running) -> None:
    known = an_identity()
    one = await refer(api, identity=known)
    for trait in ("ine", "phone", "email"):
        again = an_identity(**{**ALONE, trait: known[trait]}, family_name="LEFEBVRE QUINTARD", given_name="zelie")
        other = await refer(api, COLLEGE, identity=again)
        assert other["young_id"] == one["young_id"], trait


async def test_the_same_names_and_birth_date_alone_are_two_persons_that_someone_must_compare(api: Running) -> None:
    one = await refer(api)
    other = await refer(api, COLLEGE, identity=an_identity(**ALONE))
    third = await refer(api, identity=an_identity(**ALONE, given_name="Zoé"))
    assert len({shown["young_id"] for shown in (one, other, third)}) == 3
    answer = await api.as_("admin").get("/matches")
    assert [match["young_ids"] for match in answer.json()["items"]] == [sorted([one["young_id"], other["young_id"]])]
    assert (await api.as_(f"agency:{CIO}").get("/matches")).status_code == 403


async def test_whom_an_earlier_build_kept_is_known_again_and_by_their_commune_no_more(api: Running) -> None:
    one = await refer(api, identity=an_identity(**{**ALONE, "phone": "0612345678", "commune": "39198"}), external_id="D-17")
    persons = api.store.vault.persons
    kept_now = dict.fromkeys(("names", "linking", "links", "ine"), "")
    as_it_was = {"first": ["a hash of names"], "second": ["of a phone", "of a commune"]}
    await persons.update({"_id": one["young_id"]}, {"$set": as_it_was, "$unset": kept_now})
    for _ in range(2):
        await api.migrate()
    by_phone = an_identity(**{**ALONE, "phone": "0612345678"}, family_name="LEFEBVRE QUINTARD")
    assert (await refer(api, COLLEGE, identity=by_phone))["young_id"] == one["young_id"]
    by_commune = await refer(api, COLLEGE, identity=an_identity(**{**ALONE, "commune": "39198"}))
    assert by_commune["young_id"] != one["young_id"]
    row = await persons.find_one({"_id": one["young_id"]})
    assert row.keys() & {"first", "second"} == set()


async def test_a_name_that_an_earlier_build_kept_is_read_though_it_would_be_refused_now(api: Running) -> None:
    shown, filler = await refer(api), "\u3164"  # a letter to Unicode, which nobody sees
    names = {"family_name": filler, "given_name": filler, "representative": {"kind": "person", "name": filler}}
    await kept_in_clear(api, shown, **names)
    await api.migrate()
    identity = (await read(api, shown["referral_id"]))["identity"]
    assert (identity["family_name"], identity["given_name"], identity["representatives"][0]["name"]) == ("", "", "")
    assert (await api.as_(f"agency:{CIO}").get("/referrals")).status_code == 200
    typed = {"family_name": filler, "representatives": [{"kind": "person", "name": filler, "kinship": "mother"}]}
    refused = await api.as_(f"agency:{CIO}").post("/referrals", json=a_referral(identity=an_identity(**typed)))
    fields = ["identity.family_name", "identity.representatives.0.name"]
    assert sorted(error["field"] for error in refused.json()["errors"]) == fields


async def kept_in_clear(here: Running, shown: dict[str, Any], **overrides: Any) -> None:
    """Put what was sent back as an earlier build kept it, which sealed nothing, and knew one representative."""
    rest, [representative] = {**shown["identity"]}, shown["identity"]["representatives"]
    sent = {
        "referral_id": shown["referral_id"], "agency": CIO, "earlier": None,
        "identity": rest | {"representatives": None, "representative": {**representative, "kinship": None}} | overrides,
        "counsellor": "Mme Perrigaud", "informed_on": "2025-08-28",
    }  # fmt: skip
    await here.store.vault.persons.update({"_id": shown["young_id"]}, {"$set": {"sent": [sent]}})
    await here.store.vault.keys._rows.delete({})


async def test_what_an_earlier_build_kept_in_clear_is_sealed_when_the_service_starts(api: Running) -> None:
    shown = await refer(api)
    await kept_in_clear(api, shown)
    await api.migrate()
    [person] = await api.store.vault.persons.find()
    assert [set(entry) for entry in person["sent"]] == [{"referral_id", "agency", "earlier", "sealed"}]
    [representative] = shown["identity"]["representatives"]
    assert await read(api, shown["referral_id"]) == {
        **shown, "counsellor": {"name": "Mme Perrigaud", "phone": None}, "information": None,
        "identity": {**shown["identity"], "representatives": [{**representative, "kinship": None}]},
    }  # fmt: skip
    await api.migrate()
    assert await api.store.vault.persons.find() == [person]


async def test_another_name_or_birth_date_is_another_person_whatever_else_is_shared(api: Running) -> None:
    others: tuple[dict[str, Any], ...] = ({}, {"birth_date": "2010-03-15"}, {"given_name": "Zoé"}, {"family_name": "Lefèbvre"})
    taken = [await refer(api, identity=an_identity(**other)) for other in others]
    assert len({shown["young_id"] for shown in taken}) == len(others)


async def test_two_who_match_by_different_traits_stay_two_and_the_elder_gets_the_referral(api: Running) -> None:
    by_phone = await refer(api, identity=an_identity(**{**ALONE, "phone": "0612345678"}))
    api.store.clock.advance(api.store.clock.now() + timedelta(minutes=1))
    by_email = await refer(api, identity=an_identity(**{**ALONE, "email": "zelie.quintard@exemple.test"}))
    both = await refer(api, COLLEGE)
    assert both["young_id"] == by_phone["young_id"] != by_email["young_id"]
    [match] = (await api.as_("admin").get("/matches")).json()["items"]
    assert match["young_ids"] == sorted([by_phone["young_id"], by_email["young_id"]])


async def test_an_agency_is_not_told_that_another_referred_the_same_person(api: Running) -> None:
    def without_ids(shown: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in shown.items() if name not in ("referral_id", "young_id", "agency")}

    first = await refer(api)
    await enrolment_publishes(api, application(applications.ApplicationOpened, young_id=UUID(first["young_id"])))
    second = await refer(api, COLLEGE, counsellor=AUTRE, identity=an_identity(phone="07 00 00 00 00"))
    assert second["young_id"] == first["young_id"]
    mine = {"counsellor": AUTRE, "identity": {**first["identity"], "phone": "+33700000000"}}
    assert without_ids(second) == {**without_ids(first), **mine}
    assert without_ids(await read(api, first["referral_id"])) == without_ids(first)


async def test_the_same_person_referred_by_all_at_once_is_one_person(running: Start) -> None:
    async with referring(running) as here:
        shared = [an_identity(family_name=name) for name in ("Lefèbvre-Quintard", "LEFEBVRE QUINTARD", "Lefebvre-Quintard")]
        agencies = (CIO, COLLEGE, "aide-sociale-39")
        taken = await asyncio.gather(*(refer(here, agency, identity=one) for one in shared for agency in agencies))
        assert len({shown["referral_id"] for shown in taken}) == 9
        assert len({shown["young_id"] for shown in taken}) == 1
        [person] = await here.store.vault.persons.find()
        assert len(person["sent"]) == 9


async def test_no_identity_leaves_the_vault(running: Start) -> None:
    async with referring(running) as here:
        shown = await refer(here, external_id="D-17", identity=an_identity(family_name="QUINTARD Lefèbvre"))
        await here.as_(f"agency:{CIO}").post("/referrals", json={"external_id": "D-17", "identity": an_identity()})
        young_id = UUID(shown["young_id"])
        await enrolment_publishes(
            here, application(applications.ApplicationRefused, young_id=young_id),
            wishes_answered(X, young_id=young_id, referral_id=UUID(shown["referral_id"])),
        )  # fmt: skip
        assert (await here.as_("school:dole").get(f"/identities/{young_id}")).status_code == 200
        history = here.store.database["history"]

        async def all_published() -> bool:
            """Three agencies, and the referral submitted and closed, acknowledged by Kafka."""
            return bool(await history.count() == 5)

        await here.until(all_published)
        published = await published_text(here)
        assert shown["referral_id"] in published
        assert [word for word in MARKS if word in published] == []
        entries = await history.find({"topic": "etabli.referral"})
        assert [word for word in MARKS if any(word in row["data"].decode() for row in entries)] == []


async def test_a_school_reads_who_its_own_applicant_is_and_the_read_is_noted(api: Running) -> None:
    shown = await refer(api)
    young_id = UUID(shown["young_id"])
    url = f"/identities/{young_id}"
    head = api.as_("school:dole:head", sub="m.durand")
    assert (await head.get(url)).status_code == 404
    await enrolment_publishes(
        api, application(applications.ApplicationOpened, young_id=young_id, referral_id=UUID(shown["referral_id"])),
        application(applications.ApplicationOpened, Y, school="besancon"),
        wishes_answered(X, young_id=young_id, referral_id=UUID(shown["referral_id"])),
    )  # fmt: skip
    answer = await head.get(url)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "young_id": str(young_id),
            "sent": [
                {
                    "referral_id": shown["referral_id"],
                    "agency": {"id": CIO, "name": CIO.upper()},
                    "received_on": "2025-09-01",
                    "asks": True,
                    "identity": shown["identity"],
                    "counsellor": COUNSELLOR,
                    "informed_on": "2025-08-28",
                    "information": "v1",
                    "last_class": None,
                    "reported_on": None,
                }
            ],
            "differences": [],
        },
    )
    workshop = api.as_("school:dole:workshop", sub="atelier")
    assert (await workshop.get(url)).status_code == 404  # an applicant is not yet a pupil
    await enrolment_publishes(api, student(students.StudentEnrolled, young_id=young_id))
    assert (await api.as_("school:besancon:workshop").get(url)).status_code == 404
    assert (await workshop.get(url)).json() == {
        "young_id": str(young_id),
        "family_name": "Lefèbvre-Quintard",
        "given_name": "Zélie",
        "names_differ": False,
    }
    assert (await api.as_("school:besancon").get(url)).status_code == 404
    assert (await head.get(f"/identities/{uuid4()}")).status_code == 404
    for scope in ("admin", "region", "federation", f"agency:{CIO}"):
        assert (await api.as_(scope).get(url)).status_code == 403


async def test_what_cannot_be_noted_is_not_read(api: Running) -> None:
    shown = await refer(api)
    await enrolment_publishes(api, application(applications.ApplicationOpened, young_id=UUID(shown["young_id"])))
    await api.store.database.command({"collMod": "audit", "validator": {"never": True}})
    answer = await api.as_("school:dole").get(f"/identities/{shown['young_id']}")
    assert answer.status_code == 500
    assert "Quintard" not in answer.text
