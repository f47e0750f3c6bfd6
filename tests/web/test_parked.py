"""Parked messages over HTTP: told of by what is ours of them, shown to an administrator alone, and in health."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest

from shared.events.catalogue import SchoolRegistered
from shared.events.message import ConsumerRecord
from shared.events.production import OrderReceived
from tests.conftest import Running, Start
from tests.web.builders import toy

KEY = UUID("2c7f851f-60cd-436d-ba1c-24a2f1958f9e")
TOPIC = "etabli.production"


async def park(here: Running, offset: int = 1, **overrides: Any) -> str:
    """A message that is parked, and its route."""
    record: dict[str, Any] = {"topic": TOPIC, "partition": 3, "offset": offset, "key": str(KEY).encode(), "value": b"{}"}
    headers = [("ce_type", OrderReceived.type.encode()), ("x-name", b"Jean Dupont")]
    parked = ConsumerRecord(**{**record, "headers": headers, **overrides})
    await here.runtime.parking.park(parked, "bug_ValueError")
    return f"/admin/parked/{parked.coordinates}"


async def test_a_parked_message_is_in_health_until_it_is_discarded_for_a_reason_that_is_kept(running: Start) -> None:
    async with running(toy) as here:
        admin = here.as_("admin", sub="ops")
        assert (await here.signed_out().get("/health/ready")).json()["parked"] == 0
        route = await park(here)
        ready = await here.signed_out().get("/health/ready")
        assert (ready.status_code, ready.json()["status"], ready.json()["parked"]) == (200, "degraded", 1)
        await here.runtime.parked.codes()
        assert 'etabli_parked_messages{code="bug_ValueError"} 1.0' in (await admin.get("/metrics")).text

        for body in ({}, {"reason": ""}, {"reason": " \t"}, {"reason": 3}, {"reason": "x" * 201}, {"reason": "oui", "by": "x"}):
            assert (await admin.post(f"{route}/discard", json=body)).status_code == 422
        done = await admin.post(f"{route}/discard", json={"reason": " Un essai "})
        kept = done.json()
        assert {**kept, "at": ""} == {
            "coordinates": f"{TOPIC}/3/1", "type": OrderReceived.type, "code": "bug_ValueError", "reason": "Un essai",
            "by": "admin ops", "at": "",
        }  # fmt: skip
        assert (await admin.get("/admin/discarded")).json()["items"] == [kept]
        assert (await here.as_("admin", sub="other").post(f"{route}/discard", json={"reason": "Un essai"})).json() == kept
        assert (await admin.post(f"{route}/discard", json={"reason": "Autre"})).json()["code"] == "discarded_otherwise"

        async def well() -> bool:
            return bool((await here.signed_out().get("/health/ready")).json()["status"] == "ok")

        await here.until(well)


async def test_who_reads_what_a_parked_message_says_is_kept_and_its_headers_are_never_shown(running: Start) -> None:
    async with running(toy) as here:
        route = await park(here, value=b'{"name": "Dupont", "n": 1.0}')
        listed = await here.as_("admin").get("/admin/parked")
        assert "Dupont" not in listed.text
        shown = await here.as_("admin", sub="ops").get(route)
        assert (shown.json()["encoding"], shown.json()["value"]) == ("json", '{"name": "Dupont", "n": 1.0}')
        assert "Jean" not in shown.text
        assert {**listed.json()["items"][0], "encoding": "json", "value": shown.json()["value"]} == shown.json()
        reads = await here.runtime.persistence.database["parked_reads"].find()
        assert [(one["coordinates"], one["by"]) for one in reads] == [(f"{TOPIC}/3/1", "admin ops")]


@pytest.mark.parametrize("who", ["region", "federation", "school:dole:head", "agency:cio-dole:manager"])
async def test_only_an_administrator_sees_or_decides(running: Start, who: str) -> None:
    async with running(toy) as here:
        route, other = await park(here), here.as_(who)
        answers = [
            await other.get("/admin/parked"), await other.get(route), await other.post("/admin/unpark"),
            await other.post(f"{route}/unpark"), await other.post(f"{route}/discard", json={"reason": "non"}),
            await other.get("/admin/discarded"),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {403}
        assert (await here.signed_out().get(route)).status_code == 401
        assert await here.runtime.parking.left() == 1


@pytest.mark.parametrize(
    ("value", "encoding"),
    [
        (b"\xff\x00Dupont", "base64"), (b'{"name": "Dup', "text"), (b'{"a": "\\ud800"}', "text"), (None, "none"),
        (b"[" * 5000 + b"]" * 5000, "text"), (b"", "text"), ('"é\u202e"'.encode(), "json"), (b'{"n": 1e999}', "text"),
    ],
)  # fmt: skip
async def test_a_value_is_shown_exactly_whatever_it_is(running: Start, value: bytes | None, encoding: str) -> None:
    async with running(toy) as here:
        shown = (await here.as_("admin").get(await park(here, value=value))).json()
        assert shown["encoding"] == encoding
        bare = base64.b64decode(shown["value"]) if encoding == "base64" else shown["value"].encode()
        assert bare == (value or b"")
        assert encoding != "json" or json.loads(shown["value"])


@pytest.mark.parametrize(
    ("topic", "key", "shown"),
    [
        (TOPIC, str(KEY).encode(), str(KEY)), (TOPIC, str(KEY).upper().encode(), ""), (TOPIC, b"jean-dupont", ""),
        (TOPIC, b"\xff", ""), (TOPIC, None, ""), ("etabli.catalogue", b"dole", "dole"), ("etabli.catalogue", b"Jean Dupont", ""),
        ("etabli.inbound.cio-dole", b"jean-dupont", ""), ("etabli.catalogue", str(KEY).encode() + b"\n", ""),
    ],
)  # fmt: skip
async def test_a_key_is_told_only_where_it_has_the_form_of_its_topic_s(
    running: Start, topic: str, key: bytes | None, shown: str
) -> None:
    async with running(toy) as here:
        await park(here, topic=topic, key=key)
        (row,) = (await here.as_("admin").get("/admin/parked")).json()["items"]
        assert row["key"] == shown


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (b"fr.etabli.jean.dupont.v1", ""), (b"fr.etabli.production.order.received.v2", ""), (b"Jean Dupont", ""), (b"\xff", ""),
        (None, ""), (SchoolRegistered.type.encode(), SchoolRegistered.type),
    ],
)  # fmt: skip
async def test_a_type_is_told_only_where_this_build_knows_it(running: Start, named: bytes | None, told: str) -> None:
    async with running(toy, kafka="127.0.0.1:9") as here:
        await park(here, headers=[("ce_type", named)])
        (row,) = (await here.as_("admin").get("/admin/parked")).json()["items"]
        assert row["type"] == told
        (kept,) = await here.runtime.persistence.database["parked"].find()
        (letter,) = kept["outbox"]
        assert json.loads(letter["data"])["type"] == told


async def test_what_is_not_parked_is_not_found(running: Start) -> None:
    async with running(toy) as here:
        admin, nowhere = here.as_("admin"), f"/admin/parked/{TOPIC}/3/99"
        answers = [
            await admin.get(nowhere), await admin.post(f"{nowhere}/unpark"),
            await admin.post(f"{nowhere}/discard", json={"reason": "Un essai"}),
        ]  # fmt: skip
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3
        beyond = await admin.get(f"/admin/parked/{TOPIC}/3/{2**63}")
        assert beyond.status_code == 422
