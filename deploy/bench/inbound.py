"""400 agencies with a topic of their own: what one message takes while another agency floods, beside what it takes alone.

A message is counted from its being sent to its referral standing in referral's database. Alone, and in the flood, each is of
another agency. The flood is of one agency, all at once, before the first of those that are measured in it.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer

from deploy.bench.latency import _teach, a_referral
from deploy.local.keys import keys_in, sign
from deploy.local.stack import running_stack
from deploy.stacks.addresses import Addresses
from services.referral.inbound.wire import TYPE
from shared.kernel.clock import real_now
from shared.messaging.kafka import Brokers, make_missing
from shared.messaging.topics import inbound, inbound_topic
from shared.persistence.mongo import Collection, connect

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "inbound.json"
AGENCIES, FLOOD, MEASURED = 400, 20_000, 15
MOST = 2.0
"""Seconds that a flood may delay another agency's message by."""
FLOODING = "banc-0"


def name(number: int) -> str:
    return f"banc-{number}"


class Agencies:
    """So many agencies that may refer, each with a topic, and what stands in the database of what they sent."""

    def __init__(self, addresses: Addresses, private_key: Path, referrals: Collection) -> None:
        self._addresses = addresses
        self._key = private_key
        self._referrals = referrals

    async def register(self, count: int) -> None:
        admin = sign(self._key, "admin", sub="bench", now=real_now(), lifetime=timedelta(hours=1))
        await _teach(self._addresses, admin)
        headers = {"Authorization": f"Bearer {admin}"}
        async with httpx.AsyncClient(base_url=self._addresses.services["referral"], headers=headers, timeout=30) as http:
            for number in range(count):
                body = {"kind": "cio", "name": f"Banc {number}", "department": "39"}
                (await http.put(f"/agencies/{name(number)}", json=body)).raise_for_status()
        await make_missing(self._addresses.brokers, [inbound_topic(name(number)) for number in range(count)])

    async def taken(self, agency: str) -> int:
        """How many referrals of this agency stand."""
        return await self._referrals.count({"state.agency": agency})

    async def one(self, sender: AIOKafkaProducer, agency: str) -> float:
        """Seconds from the sending of an agency's first message to its referral."""
        began = time.perf_counter()
        await sender.send_and_wait(inbound(agency), *a_message(agency, 0)[:2], headers=HEADERS)
        while await self._referrals.find_one({"state.agency": agency}, fields={"_id": 1}) is None:
            await asyncio.sleep(0.005)
        return time.perf_counter() - began


HEADERS = [
    ("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"urn:banc"), ("ce_type", TYPE.encode()),
    ("content-type", b"application/json"),
]  # fmt: skip


def a_message(agency: str, number: int) -> tuple[bytes, bytes]:
    """Value and key."""
    reference = f"{agency}-{number}"
    return json.dumps({**a_referral(number), "external_id": reference}).encode(), reference.encode()


async def flood(sender: AIOKafkaProducer, count: int) -> None:
    """So many messages of one agency, acknowledged by Kafka when this returns."""
    sent = [await sender.send(inbound(FLOODING), *a_message(FLOODING, number), headers=HEADERS) for number in range(count)]
    await asyncio.gather(*sent)


async def measure(agencies: Agencies, brokers: Brokers, *, count: int, messages: int, measured: int) -> dict[str, Any]:
    """Alone, then in the flood, from the second half of the agencies on."""
    await agencies.register(count)
    async with AIOKafkaProducer(**brokers.options(), linger_ms=5) as sender:
        await agencies.one(sender, name(1))  # every topic is heard by now: they are found together
        alone = [await agencies.one(sender, name(2 + rank)) for rank in range(measured)]
        await flood(sender, messages)
        began, first = time.perf_counter(), await agencies.taken(FLOODING)
        during = [await agencies.one(sender, name(2 + measured + rank)) for rank in range(measured)]
        took, last = time.perf_counter() - began, await agencies.taken(FLOODING)
    return shown(alone, during, agencies=count, messages=messages, left=messages - last, rate=(last - first) / took)


def shown(
    alone: Sequence[float], during: Sequence[float], *, agencies: int, messages: int, left: int, rate: float
) -> dict[str, Any]:
    """In seconds; `beyond` is what the flood adds to the slowest. `left` of the flood is still to come when the last is in."""
    return {
        "agencies": agencies, "flood": messages, "flood_left": left, "flood_per_s": round(rate),
        "alone": {"median_s": round(statistics.median(alone), 3), "max_s": round(max(alone), 3)},
        "in_the_flood": {"median_s": round(statistics.median(during), 3), "max_s": round(max(during), 3)},
        "ratio": round(statistics.median(during) / statistics.median(alone), 2),
        "beyond_s": round(max(during) - statistics.median(alone), 3),
    }  # fmt: skip


async def against(addresses: Addresses, private_key: Path, *, count: int, messages: int, measured: int) -> dict[str, Any]:
    """The measure on a running stack, whose other agencies are silent."""
    database = connect(addresses.mongodb, "etabli_referral")
    try:
        agencies = Agencies(addresses, private_key, database["referrals"])
        return await measure(agencies, addresses.brokers, count=count, messages=messages, measured=measured)
    finally:
        await database.close()


def main() -> None:
    """Start a stack of its own, measure, print and write docs/benchmarks/inbound.json. Fails where a flood delays too much."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder, running_stack(Path(folder), simulated=True) as stack:
        key = keys_in(stack.data).private
        found = asyncio.run(against(stack.addresses, key, count=AGENCIES, messages=FLOOD, measured=MEASURED))
    alone, flooded = found["alone"], found["in_the_flood"]
    print(
        f"{found['agencies']} organismes : seul, {alone['median_s']} s (médiane), {alone['max_s']} s au plus ; pendant que l’un "
        f"en envoie {found['flood']}, {flooded['median_s']} s et {flooded['max_s']} s ; rapport {found['ratio']}, "
        f"au plus {found['beyond_s']} s de plus ; le flot, {found['flood_per_s']} par seconde"
    )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    if found["beyond_s"] >= MOST:
        raise SystemExit(f"Un flot retarde les autres de plus de {MOST} s.")


if __name__ == "__main__":
    main()
