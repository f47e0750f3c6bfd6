"""A page of the dashboard after one change, from rows that are kept, beside the same page read and counted anew.

4,000 invented young people of five schools, through the projections into a mongod of its own; then, in turns, one change
after another, each followed by the page, both ways. The pages are compared too. Also: how long the event loop was held at
worst, and what the rows cost in memory.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from deploy.bench.publisher import Published, Publisher, an_id
from deploy.bench.region import SCHOOLS, TODAY, a_region
from deploy.local.mongod import mongod, mongodb_url
from deploy.local.ports import keep_ports
from services.reporting.dashboard.board import Presenter
from services.reporting.dashboard.filters import Filters, cohorts, perimeters
from services.reporting.dashboard.pages import pages
from services.reporting.disclosure import Masking
from services.reporting.indicators.perimeter import NETWORK
from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from services.reporting.settings import Settings
from shared.events.catalogue import IntakeSeatsChanged
from shared.events.production import Hours, WorkLogged
from shared.events.referral import AgencyKind, ReferralSubmitted, Situation, Wish
from shared.events.students import OutcomeDeclared, OutcomeProof, OutcomeSituation, OutcomeSource
from shared.kernel.calendar import week_of
from shared.kernel.clock import Clock
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "readings.json"
COHORTS, PUPILS, WEEKS = 5, 160, 40
ROUNDS, BATCH = 5, 20_000
SETTINGS = Settings(jwks_file=Path(), secret_file=Path())
REGION = Masking(SETTINGS.masked_below, SETTINGS.shares_from)
A_TICK = 0.001


def persistence(port: int) -> Persistence:
    return Persistence(connect(mongodb_url(port), "bench"), "bench", Clock(Publisher.noon(TODAY)))


def make_rows(port: int) -> int:
    """Project the region, in batches, in a process of its own: how many messages. Its memory is none of the reading's."""
    messages = a_region(cohorts=COHORTS, pupils=PUPILS, weeks=WEEKS, today=TODAY).messages

    async def project() -> None:
        here = persistence(port)
        generations = Generations(here, PROJECTIONS)
        await generations.prepare()
        for first in range(0, len(messages), BATCH):
            await fold(generations, messages[first : first + BATCH])
        await here.database.close()

    asyncio.run(project())
    return len(messages)


async def fold(generations: Generations, messages: list[Published]) -> None:
    """As the projector does: rows first, then the number of changes."""
    generation = await generations.current()
    await generation.fold([change for event, message in messages for change in generation.changes(event, message)])
    await generations.mark()


def changes() -> Iterator[tuple[str, Published]]:
    """One of each kind, again and again, about people whom the region has."""
    for number in range(ROUNDS):
        publisher, school = Publisher(first=10_000 + number), SCHOOLS[number % len(SCHOOLS)][0]
        year, programme = TODAY.year - COHORTS, f"{school}-metier"
        young, enrolment = (an_id(word, school, year, number) for word in ("young", "enrolment"))
        pupil: dict[str, Any] = {"enrolment_id": enrolment, "young_id": young, "school": school, "programme": programme}
        intake = an_id(programme, year, 1)
        seats = IntakeSeatsChanged(on=TODAY, intake_id=intake, school=school, seats=200 + number)
        publisher.intake(intake, seats)
        week = week_of(TODAY - timedelta(days=7 * number))
        logged = WorkLogged(on=TODAY, week=week, minutes=Hours(production=900 + number, teaching=600), **pupil)
        publisher.publish(f"/production/weeks/{school}/{week}/{young}", logged)
        outcome = OutcomeDeclared(
            on=TODAY, horizon=24, situation=OutcomeSituation.EMPLOYED, source=OutcomeSource.AGENCY, proof=OutcomeProof.CONTRACT,
            **pupil,
        )  # fmt: skip
        publisher.place(young, outcome)
        new = an_id("another", number)
        referral = ReferralSubmitted(
            on=TODAY, referral_id=new, young_id=new, agency=f"{AgencyKind.CIO}-demo", birth_month="2009-05",
            situation=Situation.OUT_OF_SCHOOL, wishes=(Wish(school=school, programme=programme),),
        )  # fmt: skip
        publisher.publish(f"/referral/referrals/{new}", referral)
        yield from zip(("seats", "week", "outcome", "referral"), publisher.messages, strict=True)


async def page(readings: Readings) -> bytes:
    """The fragment that the dashboard fetches when it learns of a change."""
    reading = await readings.read()
    board = await asyncio.to_thread(Presenter(reading, REGION, SETTINGS).board, NETWORK, None, past=False)
    filters = Filters("network", "", "", TODAY, perimeters(reading.tables), cohorts(reading.tables, ""))
    return pages.rendered("fragment.html", home="", board=board, filters=filters, live=True).encode()


@asynccontextmanager
async def watching(held: list[float]) -> AsyncIterator[None]:
    """Note by how many milliseconds the event loop was late, each time that somebody wanted a turn."""

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(A_TICK)
            held.append((time.perf_counter() - began - A_TICK) * 1000)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()


async def timed(work: Callable[[], Awaitable[bytes]]) -> tuple[float, float, bytes]:
    """Milliseconds that it took, and those that the loop was held at worst; what it gave."""
    held = [0.0]
    async with watching(held):
        await asyncio.sleep(A_TICK * 5)
        began = time.perf_counter()
        given = await work()
        took = (time.perf_counter() - began) * 1000
        await asyncio.sleep(A_TICK * 5)
    return took, max(held), given


async def measure(port: int) -> dict[str, Any]:
    here = persistence(port)
    generations, before = Generations(here, PROJECTIONS), resident()
    kept = Readings(generations, here.clock)
    first, first_held, _ = await timed(lambda: page(kept))
    memory = resident() - before
    took: dict[str, dict[str, list[float]]] = {}
    held: dict[str, list[float]] = {"kept": [], "anew": []}
    for name, change in changes():
        await fold(generations, [change])
        pages_of = {"kept": await timed(lambda: page(kept)), "anew": await timed(lambda: page(Readings(generations, here.clock)))}
        assert pages_of["kept"][2] == pages_of["anew"][2], "the two pages differ"
        for how, (milliseconds, worst, _) in pages_of.items():
            took.setdefault(name, {}).setdefault(how, []).append(milliseconds)
            held[how].append(worst)
    rows = sum([await (await generations.current())[projection.name].count() for projection in PROJECTIONS])
    await here.database.close()
    return {
        "rows": rows,
        "first_page_ms": round(first),
        "loop_held_at_worst_ms": {"first": round(first_held), **{how: round(max(worst)) for how, worst in held.items()}},
        "memory_mb": round(memory),
        "page_after_a_change_ms": {name: summary(of) for name, of in took.items()},
    }


def summary(taken: dict[str, list[float]]) -> dict[str, float]:
    """Medians in milliseconds, the slowest of those kept, and how many times longer anew takes."""
    kept, anew = statistics.median(taken["kept"]), statistics.median(taken["anew"])
    return {
        "kept": round(kept, 1), "kept_at_worst": round(max(taken["kept"]), 1), "anew": round(anew), "ratio": round(anew / kept),
    }  # fmt: skip


def resident() -> float:
    """Megabytes of this process that are in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    """Start a mongod of its own, measure, print and write docs/benchmarks/readings.json."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder:
        port = keep_ports(Path(folder) / "ports.json", ["mongod"])["mongod"]
        server = mongod(Path(folder) / "mongod", port=port, log=Path(folder) / "mongod.log")
        server.start()
        try:
            server.wait_ready()
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:
                messages = apart.submit(make_rows, port).result()
            found = {"young_people": COHORTS * PUPILS * len(SCHOOLS), "messages": messages, **asyncio.run(measure(port))}
        finally:
            server.stop()
    for name, one in found["page_after_a_change_ms"].items():
        print(
            f"{name:>10} : {one['kept']} ms, au pire {one['kept_at_worst']} ; recompté {one['anew']} ms ; rapport {one['ratio']}"
        )
    print(f"première page : {found['first_page_ms']} ms, {found['memory_mb']} Mo")
    print(f"boucle retenue, au pire : {found['loop_held_at_worst_ms']} ms")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
