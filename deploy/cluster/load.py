"""The load, run beside the services (`python -m deploy.cluster.load`): writers until its input closes, a JSON line per thing.

Each writer goes on with a request until it is answered, and so it ends only what it began: at the end all was answered.
"""

import asyncio
import os
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from deploy.cluster.asking import Client, GivenUp, Refused, client_of, say
from deploy.cluster.region import AGENCIES, HEAD, OFFICE, PROGRAMMES, Region, a_referral, open_region

JOURNEYS, ORDERS = 4, 2
"""Writers of each kind."""
PAUSE = 0.4
"""Seconds that a writer rests after each journey or order."""


@dataclass(frozen=True)
class Load:
    """What the writers share."""

    client: Client
    region: Region
    today: date
    numbers: "count[int]"
    ended: asyncio.Event


async def live_a_journey(load: Load) -> None:
    """Refer somebody, and have a school take them as far as a place."""
    number = next(load.numbers)
    rank = number % len(PROGRAMMES)
    agency = f"agency:{AGENCIES[number % 2]}:counsellor"
    key = str(uuid.uuid4())
    body = a_referral(number, PROGRAMMES[rank], load.today)
    shown = await load.client.ask(agency, "referral", "POST", "/referrals", body, key=key)
    referral_id, young_id = shown["referral_id"], shown["young_id"]
    say("kept", what="referral", id=referral_id, agency=agency)
    path = f"/intakes/{load.region.intakes[rank]}/applications/{young_id}"
    await _until_there(load, path)
    say("followed", id=referral_id)
    for verb, body in (
        ("plan-interview", {"planned_on": load.today.isoformat()}),
        ("admit", {"met": "interview"}),
        ("offer", {"until": (load.today + timedelta(days=20)).isoformat()}),
    ):
        if not await _decide(load, HEAD, "enrolment", path, verb, body):
            return
        say("kept", what=verb, id=young_id, path=path)
    if await _decide(load, agency, "enrolment", path, "confirm", {}):
        say("kept", what="confirm", id=young_id, path=path)


async def live_an_order(load: Load) -> None:
    """Take an order of a client from its receipt to its invoice."""
    body = {"name": "Client d’essai", "kind": "company"}
    client = await load.client.ask(OFFICE, "production", "POST", "/clients", body, key=str(uuid.uuid4()))
    wanted = {"client_id": client["client_id"], "title": "Pièce d’essai"}
    order = await load.client.ask(OFFICE, "production", "POST", "/orders", wanted, key=str(uuid.uuid4()))
    path = f"/orders/{order['order_id']}"
    say("kept", what="order", id=order["order_id"])
    for verb, more in (
        ("quote", {"amount_cents": 1000, "due_on": load.today.isoformat()}),
        ("accept", {}), ("start", {}), ("complete", {}), ("deliver", {}), ("invoice", {}),
    ):  # fmt: skip
        if not await _decide(load, HEAD, "production", path, verb, more):
            return
        say("kept", what=verb, id=order["order_id"])


async def _decide(load: Load, scope: str, service: str, path: str, verb: str, body: dict[str, Any]) -> bool:
    """Whether it was decided. Where a try whose answer was lost may have done it, a second one changes nothing."""
    try:
        await load.client.ask(scope, service, "POST", f"{path}/{verb}", body)
    except Refused as no:
        say("refused", request=f"{service} {verb}", code=no.code, status=no.status, path=path)
        return False
    return True


async def _until_there(load: Load, path: str) -> None:
    while True:
        with suppress(Refused):
            await load.client.ask(HEAD, "enrolment", "GET", path, said=False)
            return
        await asyncio.sleep(0.1)


async def _write(load: Load, live: Callable[[Load], Awaitable[None]]) -> None:
    while not load.ended.is_set():
        try:
            await live(load)
        except (Refused, GivenUp) as error:
            say("gave_up", why=str(error))
        await asyncio.sleep(PAUSE)


async def _watch_rows(load: Load) -> None:
    """How many orders the Région counts, as it is told, time after time."""
    while not load.ended.is_set():
        with suppress(Refused, GivenUp):
            shown = await load.client.ask("region", "reporting", "GET", "/indicators", said=False)
            [orders] = [one for one in shown["indicators"] if one["name"] == "orders"]
            say("rows", orders=orders["parts"]["received"])
        await asyncio.sleep(0.5)


async def _until_told(ended: asyncio.Event) -> None:
    """Until the input closes; by a thread of its own, which holds nobody where something else fails."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    await ended.wait()


async def main() -> None:
    client, today = client_of(Path(os.environ["ETABLI_STACK"])), date.today()
    load = Load(client, await open_region(client, today), today, count(1), asyncio.Event())
    say("ready", intakes=list(load.region.intakes), seats=list(load.region.seats))
    writers = [live_a_journey] * JOURNEYS + [live_an_order] * ORDERS
    works = [_write(load, live) for live in writers]
    await asyncio.gather(*works, _watch_rows(load), _until_told(load.ended))
    await client.close()
    say("ended")


def run() -> None:
    """Run it. A fault of its own ends it at once: whoever reads would wait for writers that are no more."""
    try:
        asyncio.run(main())
    except BaseException as error:
        say("crashed", why=repr(error))
        os._exit(1)


if __name__ == "__main__":
    run()
