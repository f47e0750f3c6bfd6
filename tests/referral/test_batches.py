"""Batches over HTTP: every item its own verdict, once each, whatever is sent again, at once, or half finished."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from services.referral.api.making import MOST, MOST_BYTES
from services.referral.use_cases.referring import Demand, Taken, refer_each
from shared.kernel.errors import Problem
from shared.persistence.failures import Away
from shared.persistence.gathering import Gathering
from tests.conftest import Running, Start
from tests.referral.builders import CIO, COLLEGE, a_referral, an_identity, refer, referring, without_stream
from tests.web.minutes import early_in_a_minute

ALONE = {"ine": None, "phone": None, "email": None}
FIRST_NAMES = [f"{one}{other}" for one in ("Zoé", "Lou", "Noé", "Inès") for other in ("", " Anne", " Marie", " Jo", " Mae")]


def one(rank: int, **overrides: Any) -> dict[str, Any]:
    """A young person of their own, under a reference."""
    identity = an_identity(**ALONE, given_name=FIRST_NAMES[rank % 20], birth_date=f"20{8 + rank // 20 % 3:02}-03-14")
    return a_referral(**{"external_id": f"D-{rank}", "identity": identity, **overrides})


async def send(here: Running, *items: Any, agency: str = CIO, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await here.as_(f"agency:{agency}").post("/referrals/batch", json={"items": items}, headers=headers)


async def ids(here: Running, *items: Any, **said: Any) -> list[Any]:
    answer = await send(here, *items, **said)
    assert answer.status_code == 200, answer.text
    return [item.get("referral_id") for item in answer.json()["items"]]


async def kept(here: Running) -> dict[str, int]:
    """How many of each: referrals, what was sent, events told."""
    referrals, persons = [await here.store.database[name].find() for name in ("referrals", "persons")]
    sent = Counter(entry["referral_id"] for person in persons for entry in person["sent"])
    assert set(sent) == {row["_id"] for row in referrals}
    assert {row["sequence"] for row in referrals} <= {1}
    keys = {row["_id"] for row in await here.store.database["identity_keys"].find()}
    assert keys == {person["_id"] for person in persons} == {row["state"]["young_id"] for row in referrals}
    return {"referrals": len(referrals), "sent": sent.total()}


async def test_each_item_has_its_verdict_by_rank_and_reference_and_the_good_ones_pass(api: Running) -> None:
    minor = an_identity(**ALONE, representatives=[])
    answer = await send(api, one(1), a_referral(external_id="D-2", wishes=[]), 7, one(3, identity=minor), one(1))
    assert answer.status_code == 200
    said = answer.json()
    assert (said["accepted"], said["same"], said["refused"]) == (2, 1, 2)
    fields = ("rank", "external_id", "outcome")
    assert [tuple(item[field] for field in fields) for item in said["items"]] == [
        (1, "D-1", "accepted"), (2, "D-2", "refused"), (3, None, "refused"), (4, "D-3", "accepted"), (5, "D-1", "same"),
    ]  # fmt: skip
    assert said["items"][4]["referral_id"] == said["items"][0]["referral_id"]
    assert said["items"][1]["errors"] == [{"field": "wishes", "detail": "Une orientation porte au moins un vœu."}]
    assert [one["code"] for one in said["items"][3]["to_complete"]] == ["representative"]
    assert await kept(api) == {"referrals": 2, "sent": 2}


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"items": []}, 422, "invalid", "items : Un lot porte au moins une orientation."),
        ({"items": {"0": {}}}, 422, "invalid", "items : Une liste est attendue."),
        ({"items": None}, 422, "invalid", "items : Une liste est attendue."),
        ({}, 422, "invalid", "items : Ce champ est obligatoire."),
        ([], 422, "invalid", "Un objet JSON est attendu."),
        ({"items": [{}] * (MOST + 1)}, 413, "too_many_items", "Un lot porte 2 000 orientations au plus : envoyez-en plusieurs."),
    ],
)
async def test_what_is_no_batch_is_refused_in_words(api: Running, body: Any, status: int, code: str, words: str) -> None:
    answer = await api.as_(f"agency:{CIO}").post("/referrals/batch", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (status, code, words)


async def test_a_batch_may_be_larger_than_other_bodies_and_not_without_end(api: Running) -> None:
    cio, json_type = api.as_(f"agency:{CIO}"), {"Content-Type": "application/json"}

    async def in_chunks(size: int) -> Any:
        for start in range(0, size, 500_000):
            yield b" " * min(500_000, size - start)

    for size, path, status in (
        (1_500_000, "/referrals/batch", 400), (1_500_000, "/referrals", 413), (MOST_BYTES + 1, "/referrals/batch", 413)
    ):  # fmt: skip
        for content in (b" " * size, in_chunks(size)):
            answer = await cio.post(path, content=content, headers=json_type)
            assert answer.status_code == status, (size, path)


async def test_a_full_batch_of_the_longest_that_may_be_said_fits() -> None:
    name, line = "É" * 100, "é" * 200
    relative = {"kind": "person", "name": name, "kinship": "grandparent", "phone": "+33 3 84 00 00 00", "email": "a" * 250}
    wish = {"sector": "a" * 60, "departments": ["39"] * 20, "year_of_study": 1}
    identity = an_identity(family_name=name, given_name=name, representatives=[relative] * 4)
    whole = a_referral(external_id=line, identity=identity, counsellor={"name": line, "phone": "0384000000"}, wishes=[wish] * 5)
    assert len(json.dumps(whole, ensure_ascii=False).encode()) < MOST_BYTES / MOST


async def test_sent_again_changed_or_at_once_nothing_is_made_twice(api: Running) -> None:
    items = [one(rank) for rank in range(30)]
    first, *others = await asyncio.gather(*(ids(api, *items) for _ in range(4)))
    assert len(set(first)) == 30
    assert others == [first] * 3
    changed = (await send(api, *items[:2], {**items[2], "informed_on": "2025-08-27"})).json()["items"]
    assert [item["outcome"] for item in changed] == ["same", "same", "refused"]
    assert changed[2]["code"] == "key_reused"
    assert await kept(api) == {"referrals": 30, "sent": 30}
    assert set(await ids(api, *items, agency=COLLEGE)).isdisjoint(first)


async def test_without_references_a_batch_is_known_again_by_its_key_and_its_ranks(api: Running) -> None:
    items = [one(rank, external_id=None) for rank in range(3)]
    first = await ids(api, *items, key="k")
    assert await ids(api, *items, key="k") == first
    assert set(await ids(api, *items, key="other")).isdisjoint(first)
    changed = (await send(api, items[0], items[2], key="k")).json()["items"]
    assert [item["outcome"] for item in changed] == ["same", "refused"]
    alone = await api.as_(f"agency:{CIO}").post("/referrals", json=items[0], headers={"Idempotency-Key": "k"})
    assert alone.json()["referral_id"] not in first


async def test_the_same_young_person_twice_in_one_batch_is_one_person(api: Running) -> None:
    linked = [one(1, identity=an_identity(family_name=name)) for name in ("Le Goff", "LEGOFF", "Legoff")]
    items = [{**item, "external_id": f"L-{rank}"} for rank, item in enumerate(linked)]
    alone = a_referral(identity=an_identity(**ALONE))
    answer = (await send(api, *items, alone, alone)).json()["items"]
    assert len({item["young_id"] for item in answer[:3]}) == 1
    assert answer[3]["young_id"] != answer[4]["young_id"]
    assert [warned["referral_id"] for warned in answer[4]["warnings"]] == [answer[3]["referral_id"]]
    assert answer[3]["warnings"] == []
    known = await refer(api, COLLEGE, identity=an_identity(family_name="Le Goff"))
    assert known["young_id"] == answer[0]["young_id"]
    [row] = [row for row in await api.store.database["persons"].find() if len(row["sent"]) == 4]
    assert row["links"]


async def test_identical_and_nearly_identical_ones_at_once_alone_and_in_batches_are_each_once(running: Start) -> None:
    """Two replicas, each taking in the same persons under the same and other references, by both ways."""
    people = [an_identity(given_name=name, email=None) for name in FIRST_NAMES[:6]]
    items = [a_referral(external_id=f"{who}-{copy}", identity=person) for who, person in enumerate(people) for copy in range(3)]
    async with referring(running) as here, running(without_stream, fresh=False) as beside:
        both = (here, beside)

        async def alone(number: int) -> str:
            answer = await both[number % 2].as_(f"agency:{CIO}").post("/referrals", json=items[number % len(items)])
            assert answer.status_code in (201, 503), answer.text
            return str(answer.status_code)

        batches = [send(both[number % 2], *items[number:], *items[:number]) for number in range(4)]
        await asyncio.gather(*(alone(number) for number in range(36)), *batches)
        again = (await send(here, *items)).json()
        assert again["same"] == len(items)
        assert len({item["young_id"] for item in again["items"]}) == len(people)
        assert await kept(here) == {"referrals": len(items), "sent": len(items)}


async def test_a_batch_that_a_failure_cut_short_sent_again_gives_the_same_ids(api: Running) -> None:
    items, written = [one(rank) for rank in range(60)], list[int]()

    async def failing(demands: Sequence[Demand]) -> list[Taken | Problem]:
        if len(written) == 2:
            raise Away("gone")
        written.append(len(demands))
        return await refer_each(api.store, demands)

    api.store.gathering = Gathering(failing, most=20)
    cut_short = await send(api, *items)
    assert (cut_short.status_code, cut_short.json()["code"]) == (503, "database_away")
    api.store.gathering = None
    half = {row["_id"] for row in await api.store.database["referrals"].find()}
    assert len(half) == sum(written) < 60
    answer = (await send(api, *items)).json()
    assert {item["referral_id"] for item in answer["items"] if item["outcome"] == "same"} == half
    assert await kept(api) == {"referrals": 60, "sent": 60}


async def test_items_of_batches_are_counted_apart_from_requests(running: Start) -> None:
    async with referring(lambda make: running(make, items_per_organisation=3)) as here:
        await early_in_a_minute()
        statuses = [(await send(here, one(1), one(2))).status_code for _ in range(2)]
        assert statuses == [200, 429]
        assert (await send(here, *map(one, range(5)), agency=COLLEGE)).status_code == 200


async def test_a_reference_is_said_back_to_its_sender_alone(api: Running) -> None:
    await send(api, one(1, external_id="très-secret"), one(2, external_id="très-secret", informed_on="2025-08-27"))
    for name in ("referrals", "request_keys", "persons", "history", "audit"):
        assert "très-secret" not in str(await api.store.database[name].find()), name
