"""What an agency's software puts on its topic, and what it reads of what became of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.local.servers import Servers
from services.referral.inbound.hearing import hear
from services.referral.inbound.wire import TYPE
from services.referral.main import service
from services.referral.store import Store
from shared.messaging.kafka import make_missing
from shared.messaging.topics import inbound, inbound_topic, outbound_topic
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running
from tests.referral.builders import CIO, a_referral

ATTRIBUTES = {"ce_specversion": "1.0", "ce_id": "m-1", "ce_source": "urn:logiciel", "ce_type": TYPE}


def headers(**overrides: str | None) -> list[tuple[str, bytes]]:
    """Of the binary mode."""
    found = {
        **ATTRIBUTES,
        "content-type": "application/json",
        **{name.replace("__", "-"): one for name, one in overrides.items()},
    }
    return [(name, value.encode()) for name, value in found.items() if value is not None]


def structured(data: Any, **overrides: Any) -> bytes:
    """A whole event as one value."""
    return json.dumps({**{name[3:]: value for name, value in ATTRIBUTES.items()}, "data": data, **overrides}).encode()


STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def asked(**overrides: Any) -> bytes:
    """A referral, as JSON."""
    return json.dumps(a_referral(**overrides)).encode()


def hearing(settings: Settings) -> Service[Store]:
    """The service with its work, hearing nothing but agencies."""
    return replace(service(settings), handlers={}, works=[hear])


async def has_topic(servers: Servers, agency: str = CIO) -> None:
    """An agency's topic, made as its service makes it."""
    await make_missing(servers.brokers, [inbound_topic(agency), outbound_topic(agency)])


async def send(
    servers: Servers,
    value: bytes | None,
    *,
    agency: str = CIO,
    key: str | bytes | None = "R-1",
    given: Sequence[tuple[str, bytes]] | None = None,
) -> int:
    """Put a message there: its offset."""
    raw = key.encode() if isinstance(key, str) else key
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka) as sender:
        sent = await sender.send_and_wait(inbound(agency), value, key=raw, headers=headers() if given is None else list(given))
    return int(sent.offset)


async def rejections(here: Running, agency: str = CIO) -> list[dict[str, Any]]:
    """What the agency reads of them, the first first."""
    answer = await here.as_(f"agency:{agency}").get("/rejections?limit=200")
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["items"]))


async def referrals(here: Running, agency: str = CIO) -> list[dict[str, Any]]:
    """The agency's own."""
    answer = await here.as_(f"agency:{agency}").get("/referrals?limit=200")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
