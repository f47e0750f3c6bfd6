"""What becomes of an agency's messages: judged as over HTTP, answered each, once, whatever is heard again."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from services.referral.inbound.taking import take
from services.referral.store.rejections import KEPT
from shared.events.message import DELETED, UNREADABLE, ConsumerRecord
from shared.events.outbound import OUTBOUND_EVENTS
from shared.events.rejections import ReferralRejected
from shared.kernel.caller import Caller
from shared.messaging.topics import inbound, outbound
from shared.metrics import HANDLED, LOST
from shared.persistence.failures import Away
from tests.conftest import Running
from tests.referral.builders import CIO, COLLEGE, a_referral, an_identity, catalogue_publishes, programme_opened
from tests.referral.inbound import asked, headers, referrals, rejections

OFFSETS = count(1)
MARK = "Marquee-Quintard"
TELL = ("code", "detail", "errors")


def a_record(value: bytes | None, *, agency: str = CIO, key: bytes | None = b"R-1", **rest: Any) -> ConsumerRecord:
    """The next of its topic."""
    return ConsumerRecord(inbound(agency), 0, next(OFFSETS), key, value, headers(), **{"timestamp": 1_000, **rest})


async def heard(here: Running, *records: ConsumerRecord, store: Any = None) -> None:
    """What the service does with a batch."""
    await take(store or here.store, records[0].topic, records, limit=100_000, max_backoff=0.05)


BAD = [
    b"{", b"[]", b"null", b'{"identity": {}}', asked(external_id=7), asked(situation="ailleurs"), asked(inconnu=1),
    asked(wishes=[]), asked(wishes=[{"school": "dole", "programme": "nulle-part"}]),
    asked(identity=an_identity(birth_date="2026-01-01")), asked(identity=an_identity(birth_date="1910-01-01")),
    asked(identity=an_identity(family_name="\ud800")), asked(informed_on="2025-09-02"), asked(on="2025-09-02"),
    asked(identity=an_identity(phone="17")),
]  # fmt: skip


async def test_what_is_refused_is_refused_in_the_words_of_post_referrals(api: Running) -> None:
    await heard(api, *map(a_record, BAD))
    client, json_ = api.as_(f"agency:{CIO}"), {"Content-Type": "application/json"}
    over_http = [(await client.post("/referrals", content=body, headers=json_)).json() for body in BAD]
    found = [{name: one[name] for name in TELL} for one in await rejections(api)]
    assert found == [{"errors": [], **{name: one[name] for name in TELL if name in one}} for one in over_http]
    assert len({one["code"] for one in found}) > 5


async def test_each_is_answered_and_a_bad_one_holds_nothing_back(api: Running) -> None:
    good, bad = a_record(asked(), key=b"R-1"), a_record(asked(situation="?"), key=b"R-2")
    await heard(api, bad, good, a_record(asked(), key=b"R-2"), a_record(None, key=b"R-3"), a_record(asked(), key=b"R-1"))
    assert [one["code"] for one in await rejections(api)] == ["invalid", "no_value"]
    assert len(await referrals(api)) == 2


async def test_of_two_demands_under_a_reference_the_first_stands_and_the_same_is_known(api: Running) -> None:
    other = a_record(asked(situation="in_troisieme", out_of_school_since=None))
    await heard(api, a_record(asked()), other, a_record(asked()))
    await heard(api, a_record(asked()))
    assert [(one["code"], one["offset"]) for one in await rejections(api)] == [("key_reused", other.offset)]
    assert [one["situation"] for one in await referrals(api)] == ["out_of_school"]


async def test_what_the_message_says_of_its_agency_is_not_believed(api: Running) -> None:
    spoken = a_record(asked(), agency=COLLEGE)
    await heard(api, spoken)
    await heard(api, a_record(asked(agency=CIO), agency=COLLEGE, key=b"R-9"))
    assert (len(await referrals(api, COLLEGE)), await referrals(api, CIO)) == (1, [])
    assert [one["code"] for one in await rejections(api, COLLEGE)] == ["invalid"]


async def test_heard_again_late_and_out_of_order_nothing_changes(api: Running) -> None:
    unknown = asked(wishes=[{"school": "dole", "programme": "bientot"}])
    records = [a_record(unknown, key=b"R-2"), a_record(asked(), key=b"R-2"), a_record(asked()), a_record(None, key=b"R-3")]
    records.append(a_record(unknown, key=b"R-4"))  # which would be taken in by now
    await heard(api, *records)
    before = await everything(api)
    await catalogue_publishes(api, programme_opened("bientot"))
    for record in (*records, *reversed(records)):
        await heard(api, record)
    await asyncio.gather(*(heard(api, *records) for _ in range(2)))
    assert await everything(api) == before
    assert len(await rejections(api)) == 3


async def everything(here: Running) -> dict[str, list[Any]]:
    """What a repetition may not change."""
    names = ("rejections", "referrals", "persons", "identity_keys")
    rows = {name: await here.store.database[name].find({}, sort=["_id"]) for name in names}
    return {name: [{**row, "outbox": [], "version": 0, "held": None} for row in found] for name, found in rows.items()}


@pytest.mark.slow
async def test_another_log_at_the_same_coordinates_is_heard(api: Running) -> None:
    first = a_record(asked(situation="?"))
    await heard(api, first)
    await heard(api, ConsumerRecord(first.topic, 0, first.offset, b"R-5", asked(), headers(), timestamp=2_000))
    assert len(await referrals(api)) == 1


async def test_a_rejection_is_told_on_the_agency_s_stream_without_what_was_said(api: Running) -> None:
    record = a_record(asked(external_id=MARK, identity=an_identity(family_name=MARK), situation=MARK), key=MARK.encode())
    await heard(api, record)
    [row] = await api.store.database["rejections"].find({})
    entries = row["outbox"] or await api.store.database["history"].find({"document": row["_id"]})
    [entry] = entries
    event = ReferralRejected.model_validate_json(entry["data"])
    assert (entry["topic"], OUTBOUND_EVENTS[entry["type"]]) == (outbound(CIO), ReferralRejected)
    assert (event.tenant, event.code, event.field) == (CIO, "invalid", "situation")
    assert (event.partition, event.offset, str(event.rejection_id)) == (0, record.offset, row["_id"])
    assert MARK not in repr(row)
    assert MARK.encode() not in row["sealed"]


async def test_its_manager_alone_reads_what_it_said_and_each_reading_is_noted(api: Running) -> None:
    value = asked(situation="?")
    await heard(api, a_record(value, key=b"R-1"))
    [rejection] = await rejections(api)
    path = f"/rejections/{rejection['rejection_id']}"
    manager = await api.as_(f"agency:{CIO}:manager").get(f"{path}/message")
    assert (manager.json()["key"], manager.json()["encoding"], manager.json()["value"]) == ("R-1", "json", value.decode())
    assert (await api.as_(f"agency:{CIO}").get(path)).json() == rejection
    assert (await api.as_(f"agency:{CIO}").get(f"{path}/message")).status_code == 403
    for other in (f"agency:{COLLEGE}", f"agency:{COLLEGE}:manager"):
        assert (await api.as_(other).get(path)).status_code == 404
        assert (await api.as_(other).get(f"{path}/message")).status_code in (403, 404)
    noted = (await api.as_("admin").get("/admin/audit")).json()["items"]
    assert {one["what"] for one in noted} == {"message"}
    assert {one["rejection_id"] for one in noted} == {rejection["rejection_id"]}
    assert [(one["organisation"], one["allowed"]) for one in reversed(noted)] == [
        (f"agency:{CIO}", True), (f"agency:{CIO}", False), (f"agency:{COLLEGE}", False), (f"agency:{COLLEGE}", False),
    ]  # fmt: skip


async def test_it_is_kept_for_thirty_days(api: Running) -> None:
    await heard(api, a_record(None))
    [rejection] = await rejections(api)
    admin, now = api.as_("admin"), api.store.clock.now()
    await admin.post("/admin/clock", json={"now": (now + KEPT - timedelta(minutes=1)).isoformat()})
    assert await rejections(api) == [rejection]
    api.store.clock.advance(now + KEPT + timedelta(minutes=1))  # nothing has swept yet
    assert await rejections(api) == []
    [row] = await api.store.database["rejections"].find({})
    await api.store.database["rejections"].update({"_id": row["_id"]}, {"$set": {"outbox": []}})
    await api.store.rejections.let_go()
    assert await api.store.database["rejections"].find({}) == []


async def test_what_cannot_be_read_or_was_deleted_is_answered_too_and_the_loss_is_counted(api: Running) -> None:
    lost = LOST.labels("etabli.inbound")._value.get()
    deleted = a_record(None, key=None, fault=DELETED, count=12, timestamp=-1)
    await heard(api, deleted, a_record(b"{}", key=b"\xff", fault=UNREADABLE, timestamp=-1))
    assert [(one["code"], one["count"]) for one in await rejections(api)] == [("deleted_unheard", 12), ("unreadable", 1)]
    assert LOST.labels("etabli.inbound")._value.get() == lost + 12


@pytest.mark.slow
async def test_one_that_is_a_bug_is_rejected_alone(api: Running) -> None:
    asked_so_far, agency_of = count(1), api.store.agency_of

    async def bugged(caller: Caller) -> Any:
        if next(asked_so_far) in (1, 3):  # of all three, then of the second alone
            raise KeyError(MARK)
        return await agency_of(caller)

    api.store.agency_of = bugged
    records = [a_record(asked(), key=f"R-{rank}".encode()) for rank in range(3)]
    await heard(api, *records)
    assert [(one["code"], one["offset"]) for one in await rejections(api)] == [("bug", records[1].offset)]
    assert len(await referrals(api)) == 2


class Failing:
    """Rejections whose server is away so many times."""

    def __init__(self, rejections: Any, verb: str, times: int) -> None:
        self._rejections, self._verb, self._times = rejections, verb, times

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        return partial(self._ask, name)

    async def _ask(self, name: str, *arguments: Any) -> Any:
        if name == self._verb and self._times:
            self._times -= 1
            raise Away
        return await getattr(self._rejections, name)(*arguments)


@pytest.mark.parametrize("verb", [pytest.param("known", marks=pytest.mark.slow), "keep"])
async def test_a_server_that_is_away_is_waited_for_and_rejects_nothing(api: Running, verb: str) -> None:
    api.store.rejections = Failing(api.store.rejections, verb, 3)
    await heard(api, a_record(asked()), a_record(None))
    api.store.rejections = api.store.rejections._rejections
    assert [one["code"] for one in await rejections(api)] == ["no_value"]
    assert len(await referrals(api)) == 1


@pytest.mark.slow
async def test_outcomes_are_counted_without_whose_they_are(api: Running) -> None:
    def counted() -> dict[str, float]:
        return {name: HANDLED.labels("etabli.inbound", name)._value.get() for name in ("accepted", "same", "rejected", "again")}

    before, bad = counted(), a_record(None)
    await heard(api, a_record(asked()), a_record(asked()), bad)
    await heard(api, bad)
    assert {name: value - before[name] for name, value in counted().items()} == dict.fromkeys(before, 1)
    assert json.loads(asked()) == a_referral()
