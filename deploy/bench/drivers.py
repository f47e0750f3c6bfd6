"""Motor beside PyMongo's own asynchronous client, on the same work through our own verbs: a ratio for each kind of work.

Above 1, PyMongo's is the slower. Run in turns, the order drawn each time, so that a busy machine wrongs neither.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, get_args

from deploy.local.mongod import mongod, mongodb_url
from deploy.local.ports import keep_ports
from shared.persistence.driver import Driver
from shared.persistence.mongo import Database, Session, connect
from shared.persistence.writes import Replace

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "drivers.json"
ROUNDS = 7
WIDTH = 20
ROWS = 2_000
Work = Callable[[Database], Awaitable[None]]


def a_row(id: str) -> dict[str, Any]:
    """About one kilobyte, as most of our documents."""
    return {"_id": id, "version": 1, "state": {f"field_{rank}": "x" * 20 for rank in range(30)}}


async def single_writes(database: Database) -> None:
    for rank in range(200):
        await database["rows"].update({"_id": str(rank)}, {"$inc": {"version": 1}})


async def single_reads(database: Database) -> None:
    for rank in range(400):
        await database["rows"].find_one({"_id": str(rank)})


async def writes_at_once(database: Database) -> None:
    async def some(worker: int) -> None:
        for rank in range(20):
            await database["rows"].update({"_id": str(worker * 20 + rank)}, {"$inc": {"version": 1}})

    await asyncio.gather(*map(some, range(WIDTH)))


async def reads_at_once(database: Database) -> None:
    async def some(worker: int) -> None:
        for rank in range(40):
            await database["rows"].find_one({"_id": str(worker * 40 + rank)})

    await asyncio.gather(*map(some, range(WIDTH)))


async def reads_on_a_busy_loop(database: Database) -> None:
    """As in a service that also handles messages and folds rows: each turn of the event loop takes two milliseconds."""
    async with asyncio.TaskGroup() as tasks:
        busy = tasks.create_task(_busy())
        for rank in range(20):
            await database["rows"].find_one({"_id": str(rank)})
        busy.cancel()


async def _busy() -> None:
    while True:
        time.sleep(0.002)  # noqa: ASYNC251
        await asyncio.sleep(0)


async def transactions(database: Database) -> None:
    for rank in range(50):

        async def work(session: Session, rank: int = rank) -> None:
            for id in (str(rank), str(rank + 500)):
                await database["rows"].find_one({"_id": id}, session=session)
                await database["rows"].update({"_id": id}, {"$inc": {"version": 1}}, session=session)

        await database.transact(work)


async def large_find(database: Database) -> None:
    await database["rows"].find()


async def large_bulk(database: Database) -> None:
    await database["rows"].bulk([Replace({"_id": str(rank)}, a_row(str(rank)), upsert=True) for rank in range(ROWS)])


WORKS: dict[str, Work] = {
    work.__name__: work
    for work in (
        single_writes,
        single_reads,
        writes_at_once,
        reads_at_once,
        reads_on_a_busy_loop,
        transactions,
        large_find,
        large_bulk,
    )
}


async def measure(url: str) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each work, by driver, one for each round."""
    databases = {driver: connect(url, "bench", driver=driver) for driver in get_args(Driver)}
    taken: dict[str, dict[str, list[float]]] = {name: {driver: [] for driver in databases} for name in WORKS}
    for database in databases.values():
        await large_bulk(database)
        await reads_at_once(database)  # its connections are made
    for name, work in [*WORKS.items()] * ROUNDS:
        for driver, database in random.sample([*databases.items()], len(databases)):
            began = time.perf_counter()
            await work(database)
            taken[name][driver].append((time.perf_counter() - began) * 1000)
    for database in databases.values():
        await database.close()
    return taken


def summary(taken: dict[str, list[float]]) -> dict[str, float]:
    """The median of each driver in milliseconds, and how many times longer PyMongo's took."""
    median = {driver: round(statistics.median(times), 1) for driver, times in taken.items()}
    return {**median, "ratio": round(median["pymongo"] / median["motor"], 2)}


def main() -> None:
    """Start a mongod of its own, measure, print and write docs/benchmarks/drivers.json."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder:
        port = keep_ports(Path(folder) / "ports.json", ["mongod"])["mongod"]
        server = mongod(Path(folder) / "mongod", port=port, log=Path(folder) / "mongod.log")
        server.start()
        try:
            server.wait_ready()
            found = {name: summary(taken) for name, taken in asyncio.run(measure(mongodb_url(port))).items()}
        finally:
            server.stop()
    for name, one in found.items():
        print(f"{name:>20} : Motor {one['motor']} ms, PyMongo {one['pymongo']} ms ; rapport {one['ratio']}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
