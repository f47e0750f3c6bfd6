"""Taking referrals in, beside bare inserts that promise nothing but the same write concern: majority, journaled.

A batch of 2,000 beside a bare route that inserts the 2,000 objects of its body in bulk; single POSTs on 32 connections beside
a bare route that inserts its body. In turns, each pair one after the other, on servers of their own; no other service runs.
What the ratio buys: each field checked, an identity sealed under a key of its own, persons matched, a decision, an outbox.
Also processor time for each referral, of the service and of mongod: on a busy machine, whose load stands beside (five
minutes' mean), it says more than the clock.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.bench.connections import posted
from deploy.local.keys import keys_in, sign
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import Servers, running_servers
from deploy.local.stack import environment_of, is_ready, service_command
from deploy.local.topics import make_topics
from deploy.stacks.addresses import Addresses
from shared.events.catalogue import Certification, ProgrammeOpened, SchoolRegistered
from shared.events.message import message_of
from shared.kernel.clock import real_now
from shared.messaging.kafka import Brokers, producer

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "intake.json"
PAIRS, BATCH, SINGLES, WIDTH = 5, 2_000, 1_000, 32
SETTLED = 3.0
"""Seconds between two pairs, in which what was told is published."""
DAY = date(2025, 1, 6)
TAUGHT = (
    SchoolRegistered(school="banc", name="École d’essai", commune="39198", town="Dole", department="39", on=DAY),
    ProgrammeOpened(
        school="banc", programme="cap-essai", title="CAP", certification=Certification.CAP, sector="essai", years=2,
        dangerous_machines=False, on=DAY,
    ),
)  # fmt: skip
Figures = dict[str, float]


@dataclass(frozen=True)
class Bench:
    """The service and its peer at work, and a token of an agency."""

    referral: Process
    bare: Process
    mongod: Process
    ports: dict[str, int]
    token: str


def a_referral() -> dict[str, Any]:
    """A young person of their own, as most are referred: names, contacts, one representative, two wishes."""
    digits, letters = [f"{random.randrange(100):02}" for _ in range(4)], uuid.uuid4().hex.translate(LETTERS)
    relative = {"kind": "person", "name": "Odile Quintard", "kinship": "mother", "phone": "03 84 00 00 00"}
    identity = {
        "family_name": f"Lefèvre {letters[:10]}", "given_name": "Zélie", "birth_date": f"2009-{random.randint(1, 12):02}-14",
        "commune": "39198", "phone": f"06 {' '.join(digits)}", "email": f"{letters[:8]}@exemple.test",
        "representatives": [relative],
    }  # fmt: skip
    return {
        "external_id": str(uuid.uuid4()), "identity": identity, "informed_on": "2025-08-28",
        "counsellor": {"name": "Mme Perrigaud", "phone": "03 84 00 00 01"}, "situation": "out_of_school",
        "wishes": [{"school": "banc", "programme": "cap-essai"}, {"sector": "essai", "departments": ["39"]}],
    }  # fmt: skip


LETTERS = str.maketrans("0123456789", "ghijklmnop")


def body(said: Any) -> bytes:
    """As JSON."""
    return json.dumps(said, ensure_ascii=False).encode()


async def batches(bench: Bench) -> tuple[Figures, Figures]:
    """One batch and its peer."""
    items = [a_referral() for _ in range(BATCH)]
    peer = await _timed(bench, bench.bare, "/many", [body(items)], 1, BATCH)
    return await _timed(bench, bench.referral, "/referrals/batch", [body({"items": items})], 1, BATCH), peer


async def singles(bench: Bench) -> tuple[Figures, Figures]:
    """Single requests and their peer."""
    bodies = [body(a_referral()) for _ in range(SINGLES)]
    peer = await _timed(bench, bench.bare, "/one", bodies, WIDTH, SINGLES)
    return await _timed(bench, bench.referral, "/referrals", bodies, WIDTH, SINGLES), peer


async def _timed(bench: Bench, asked: Process, path: str, bodies: Sequence[bytes], width: int, count: int) -> Figures:
    """What `count` referrals took, of the clock and of processors."""
    before, began = [_processor(one) for one in (asked, bench.mongod)], time.perf_counter()
    await posted(bench.ports[asked.name], path, bodies, token=bench.token, width=width)
    seconds = time.perf_counter() - began
    used = [_processor(one) - then for one, then in zip((asked, bench.mongod), before, strict=True)]
    service, database = (round(1000 * one / count, 3) for one in used)
    return {"per_second": round(count / seconds, 1), "service_ms_each": service, "mongod_ms_each": database}


def _processor(process: Process) -> float:
    """Seconds of processor that a process has used so far; 0 where the system does not say."""
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def summary(pairs: Sequence[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Medians of both sides, the ratio of each pair and its median: 1 is as quick as the peer."""
    ours, peers = zip(*pairs, strict=True)
    ratios = [round(one["per_second"] / peer["per_second"], 3) for one, peer in pairs]
    median = {side: _medians(all_of) for side, all_of in (("etabli", ours), ("peer", peers))}
    return {**median, "ratio": round(statistics.median(ratios), 3), "ratios": ratios}


def _medians(figures: Sequence[Figures]) -> Figures:
    return {name: round(statistics.median(one[name] for one in figures), 3) for name in figures[0]}


async def measure(bench: Bench) -> dict[str, Any]:
    """Pairs in turns, after one of each that does not count."""
    kinds = {"batch": batches, "singles": singles}
    taken: dict[str, list[tuple[Figures, Figures]]] = {name: [] for name in kinds}
    for turn in range(PAIRS + 1):
        for name, pair in kinds.items():
            found = await pair(bench)
            await asyncio.sleep(SETTLED)
            if turn:
                taken[name].append(found)
    return {name: {**summary(pairs), "load": round(os.getloadavg()[1], 1)} for name, pairs in taken.items()}


async def teach(brokers: Brokers, port: int, admin: str) -> None:
    """Have the service know of a school that may be wished for, and of an agency."""
    async with producer(brokers) as sender:
        for sequence, event in enumerate(TAUGHT, start=1):
            message = message_of(event, source="/enrolment/schools/banc", sequence=sequence, time=real_now())
            await sender.send_and_wait(event.topic, message.data, key=message.key.encode(), headers=message.headers())
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", headers={"Authorization": f"Bearer {admin}"}) as http:
        agency = {"kind": "cio", "name": "CIO d’essai", "department": "39"}
        (await http.put("/agencies/cio-banc", json=agency)).raise_for_status()
        while not any(one["programmes"] for one in (await http.get("/schools")).json()["items"]):
            await asyncio.sleep(0.1)


@contextmanager
def at_work(data: Path, servers: Servers) -> Iterator[Bench]:
    """Referral alone, and its peer."""
    make_topics(servers.brokers)
    assert servers.mongod_process
    ports, keys = keep_ports(data / "ports.json", ["referral", "bare"]), keys_in(data)
    addresses = Addresses(services={}, kafka=servers.kafka, mongodb=servers.mongodb, tokens={})
    told = environment_of("referral", data, addresses, simulated=False)
    told |= {f"ETABLI_{name}": "0" for name in ("RATE_PER_ORGANISATION", "RATE_PER_ADDRESS", "ITEMS_PER_ORGANISATION")}
    commands = {"referral": service_command("referral"), "bare": [sys.executable, "-m", "deploy.bench.bare"]}
    processes = [
        Process(name, command, log=data / f"{name}.log", ready=partial(is_ready, ports[name]),
                environment={**told, "ETABLI_PORT": str(ports[name])})
        for name, command in commands.items()
    ]  # fmt: skip
    admin, agency = (
        sign(keys.private, scope, sub="bench", now=real_now(), lifetime=timedelta(hours=4))
        for scope in ("admin", "agency:cio-banc")
    )
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_ready()
        asyncio.run(teach(servers.brokers, ports["referral"], admin))
        referral, bare = processes
        yield Bench(referral, bare, servers.mongod_process, ports, agency)
    finally:
        for process in processes:
            process.stop()


def main() -> None:
    """Start servers of its own, measure, print and write docs/benchmarks/intake.json."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder:
        data = Path(folder)
        with running_servers(data, temporary=True) as servers, at_work(data, servers) as bench:
            found = asyncio.run(measure(bench))
    for name, one in found.items():
        ours, peer = one["etabli"], one["peer"]
        print(
            f"{name:>8} : {ours['per_second']} par seconde, pair {peer['per_second']} ; rapport {one['ratio']} ; processeur "
            f"{ours['service_ms_each']} + {ours['mongod_ms_each']} ms par orientation, pair {peer['service_ms_each']} + "
            f"{peer['mongod_ms_each']} ; charge de la machine {one['load']}"
        )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
