"""From the POST of a referral to its being counted by reporting, beside the same road without any guarantee.

The peer is what a script would do on the same servers: one Kafka message sent and awaited (acks=all), read by a plain
consumer, written by one MongoDB insert. What the ratio buys: a vault and a decision in one transaction, an outbox, an
ordered relay, a guarded row. Requests are made one after the other, then so many at once.
"""

import asyncio
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.local.keys import keys_in, sign
from deploy.local.stack import running_stack
from deploy.stacks.addresses import Addresses
from shared.kernel.clock import Clock, real_now
from shared.kernel.retry import stop
from shared.messaging.kafka import consumer, producer
from shared.persistence.mongo import Database, connect
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "latency.json"
ONE_BY_ONE, AT_ONCE, WIDTH = 200, 400, 20
PEER_TOPIC = "etabli.production"


async def measure(journey: Callable[[int], Awaitable[None]], count: int, width: int) -> list[float]:
    """Milliseconds of each of `count` journeys, `width` at a time; a tenth as many go first, unmeasured."""
    gate = asyncio.Semaphore(width)

    async def one(number: int) -> float:
        async with gate:
            began = time.perf_counter()
            await journey(number)
            return (time.perf_counter() - began) * 1000

    await asyncio.gather(*(one(-number - 1) for number in range(count // 10)))
    return await asyncio.gather(*(one(number) for number in range(count)))


def summary(milliseconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    return {
        "median_ms": round(statistics.median(milliseconds), 1),
        "p99_ms": round(statistics.quantiles(milliseconds, n=100)[98], 1),
    }


def a_referral(number: int) -> dict[str, Any]:
    return {
        "external_id": f"bench-{uuid.uuid4()}",
        "identity": {"family_name": f"Banc{number}", "given_name": "Essai", "birth_date": "2005-03-04"},
        "informed_on": "2021-01-04", "counsellor": {"name": "Mme Essai", "phone": "0353010001"}, "situation": "out_of_school",
        "wishes": [{"school": "banc", "programme": "cap-essai"}],
    }  # fmt: skip


async def until_row(rows: Any, id: str) -> None:
    """Wait until reporting holds this row: totals are computed from rows on reading, so it counts from then on."""
    while await rows.find_one({"_id": id}, fields={"_id": 1}) is None:
        await asyncio.sleep(0.002)


async def etabli(addresses: Addresses, private_key: Path, database: Database) -> dict[str, dict[str, float]]:
    """The journey through the four services."""
    rows = (await Generations(Persistence(database, "bench", Clock()), ()).current())["referrals"]
    token = {
        scope: sign(private_key, scope, sub="bench", now=real_now(), lifetime=timedelta(hours=1))
        for scope in ("admin", "agency:cio-banc")
    }
    async with httpx.AsyncClient(base_url=addresses.services["referral"], timeout=30) as http:
        await _teach(addresses, token["admin"])
        agency = {"kind": "cio", "name": "CIO d’essai", "department": "39"}
        await http.put("/agencies/cio-banc", json=agency, headers={"Authorization": f"Bearer {token['admin']}"})

        async def journey(number: int) -> None:
            answer = await http.post(
                "/referrals", json=a_referral(number), headers={"Authorization": f"Bearer {token['agency:cio-banc']}"}
            )
            assert answer.status_code == 201, answer.text
            await until_row(rows, answer.json()["referral_id"])

        return {
            "one_by_one": summary(await measure(journey, ONE_BY_ONE, 1)),
            f"{WIDTH}_at_once": summary(await measure(journey, AT_ONCE, WIDTH)),
        }


async def _teach(addresses: Addresses, admin: str) -> None:
    """Have a school that may be wished for, and referral know of it. It opens no intake: no application follows."""
    headers = {"Authorization": f"Bearer {admin}"}
    school = {"name": "École d’essai", "commune": "39198", "town": "Dole", "department": "39"}
    programme = {"title": "CAP", "certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": False}
    async with httpx.AsyncClient(timeout=30, headers=headers) as http:
        for path, body in (("/schools/banc", school), ("/schools/banc/programmes/cap-essai", programme)):
            (await http.put(addresses.services["enrolment"] + path, json=body)).raise_for_status()
        while not any(one["programmes"] for one in (await http.get(addresses.services["referral"] + "/schools")).json()["items"]):
            await asyncio.sleep(0.1)


async def peer(addresses: Addresses, database: Database) -> dict[str, dict[str, float]]:
    """Send, read, insert: no outbox, no guard, no retry."""
    rows = database["bench_peer"]
    async with producer(addresses.brokers) as sender, consumer(addresses.brokers) as reader:
        reader.subscribe([PEER_TOPIC])
        await reader.getmany(timeout_ms=2000)

        async def read() -> None:
            async for record in reader:
                await rows.insert({"_id": record.key.decode()})

        reading = asyncio.create_task(read())

        async def journey(_number: int) -> None:
            id = str(uuid.uuid4())
            await sender.send_and_wait(PEER_TOPIC, b"{}", key=id.encode())
            await until_row(rows, id)

        found = {
            "one_by_one": summary(await measure(journey, ONE_BY_ONE, 1)),
            f"{WIDTH}_at_once": summary(await measure(journey, AT_ONCE, WIDTH)),
        }
        await stop(reading, grace=5)
        return found


async def both(addresses: Addresses, private_key: Path) -> dict[str, Any]:
    """Établi, then the peer, then how many times longer."""
    ours = await etabli(addresses, private_key, connect(addresses.mongodb, "etabli_reporting"))
    theirs = await peer(addresses, connect(addresses.mongodb, "bench"))
    ratio = {how: {name: round(ours[how][name] / theirs[how][name], 2) for name in ours[how]} for how in ours}
    return {"etabli": ours, "peer": theirs, "ratio": ratio}


def main() -> None:
    """Start a stack of its own, measure, print and write docs/benchmarks/latency.json."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder, running_stack(Path(folder), simulated=True) as stack:
        found = asyncio.run(both(stack.addresses, keys_in(stack.data).private))
    for how in found["ratio"]:
        ours, theirs, ratio = (found[side][how] for side in ("etabli", "peer", "ratio"))
        print(
            f"{how:>12} : médiane {ours['median_ms']} ms, 99e centile {ours['p99_ms']} ms ; "
            f"pair {theirs['median_ms']} et {theirs['p99_ms']} ms ; rapport {ratio['median_ms']} et {ratio['p99_ms']}"
        )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
