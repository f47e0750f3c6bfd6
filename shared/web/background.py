"""Background tasks of a service: once MongoDB is there it publishes, consumes and sweeps, until it is told to stop."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from shared.kernel.retry import Outage, stop, until_answered
from shared.kernel.tracing import span
from shared.metrics import SWEEP_SECONDS, SWEEPS
from shared.persistence import simulated_clock
from shared.persistence.failures import is_denied, is_transient
from shared.persistence.restoring import until_restored
from shared.web.runtime import Runtime, StoreT, Sweep

log = structlog.get_logger()
Work = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs until it is cancelled."""


class Ended(Exception):
    """A work ended by itself, without a failure."""


@asynccontextmanager
async def at_work(runtime: Runtime[Any], works: dict[str, Work]) -> AsyncIterator[None]:
    """These works, by name, once MongoDB has answered; at the end all are stopped, `stop_grace` seconds at most.

    One that ends by itself ends the process: nothing would be published or handled any more, and it is started again.
    """
    prepared = asyncio.Event()

    async def prepare() -> None:
        await make_ready(runtime)
        prepared.set()

    async def when_prepared(work: Work) -> None:
        await prepared.wait()
        await work()
        raise Ended

    tasks = [asyncio.create_task(when_prepared(work), name=name) for name, work in works.items()]
    tasks += [asyncio.create_task(prepare(), name="prepare"), asyncio.create_task(runtime.probe.run(), name="probe")]
    for task in tasks:
        task.add_done_callback(_ended)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(_ended)
        if not await stop(*tasks, grace=runtime.settings.stop_grace):
            late = [task.get_name() for task in tasks if not task.done()]
            log.warning("background.still_running", works=late)  # what could not stop in time is stopped with the process


async def make_ready(runtime: Runtime[Any]) -> None:
    """Wait for MongoDB, and for a restore that is not finished; then collections, indexes, the simulated clock and migrations.

    Done again it changes nothing.
    """

    async def work() -> None:
        await until_restored(runtime.persistence.database)
        await runtime.persistence.database.create_collections()
        await runtime.relay.prepare()
        await runtime.parking.prepare()
        await runtime.desk.prepare()
        await runtime.store.prepare()
        await simulated_clock.resume(runtime.persistence.database, runtime.persistence.clock)
        await runtime.migrations.run()  # some are dated

    outage = Outage(log, "start.database", is_refusal=is_denied)
    await until_answered(work, on=is_transient, limit=runtime.settings.max_backoff, outage=outage)
    runtime.prepared = True


async def sweep_every(seconds: float, sweep: Sweep[StoreT], store: StoreT) -> None:
    """Sweep every so often; a sweep that fails is said, and the next one comes."""
    while True:
        await asyncio.sleep(seconds)
        try:
            with span("sweep"), SWEEP_SECONDS.time():
                await sweep(store)
        except Exception as error:
            SWEEPS.labels("failed").inc()
            log.warning("sweep.failed", error=type(error).__name__)
        else:
            SWEEPS.labels("done").inc()


def _ended(task: "asyncio.Task[None]") -> None:
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is not None:
        log.critical("background.ended", work=task.get_name(), error=type(error).__name__, exc_info=error)
        os._exit(1)
