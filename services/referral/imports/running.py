"""What takes files in behind the requests: piece by piece, each agency in its turn, on from where a stopped service was."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog

from services.referral.domain.importing import Import
from services.referral.imports.choices import Choices
from services.referral.imports.taking import header_again, judged, take_in_rows
from services.referral.store import Store
from shared.kernel.errors import Problem, Unavailable
from shared.kernel.retry import Outage, until_answered
from shared.kernel.tracing import continuing, new_trace
from shared.persistence.failures import is_denied, is_transient
from shared.persistence.lease import Lease
from shared.web.runtime import Runtime

log = structlog.get_logger()
POLL_SECONDS = 0.5
"""Between two looks for a file, or for the lease."""
OUR_FAULT = "Une erreur de notre fait a arrêté cet import ; elle est notée. Le même fichier, envoyé de nouveau, continue."


async def take_in_files(runtime: Runtime[Store]) -> None:
    """Take in whatever file is there, until cancelled; one replica at a time, as long as the database answers."""
    store, holder = runtime.store, f"referral-{runtime.settings.instance}"
    lease = Lease(store.database, "imports", holder)
    outage = Outage(log, "imports.database", is_refusal=is_denied)

    async def go_on() -> None:
        while await lease.hold() and await take_in_next(store):
            pass

    while True:
        await until_answered(go_on, on=_passes, limit=runtime.settings.max_backoff, outage=outage)
        await asyncio.sleep(POLL_SECONDS)


async def take_in_next(store: Store) -> bool:
    """Take in one piece of one file, or say that it is at its end. False where there is none."""
    one = await store.imports.next()
    if one is None:
        return False
    with continuing(new_trace()):
        await _go_on(store, one)
    return True


async def _go_on(store: Store, one: Import) -> None:
    try:
        await _take_in_piece(store, one)
    except Exception as error:
        if _passes(error):
            raise
        if not isinstance(error, Problem):
            log.error("import.stopped", import_id=str(one.import_id), error=type(error).__name__, exc_info=error)
        await store.imports.end(one, because=error.sentence if isinstance(error, Problem) else OUR_FAULT)


async def _take_in_piece(store: Store, one: Import) -> None:
    piece = await store.imports.next_piece(one)
    if piece is None:
        await store.imports.end(one)
        return
    (header, form), choices = header_again(one), Choices(await store.catalogue.every_school())
    reading = partial(judged, header, form, piece.rows, choices, agency=one.agency, secret=store.persistence.secret)
    rows = await asyncio.to_thread(reading)
    known = await store.imports.take_up(piece, await _there_already(store, [row.referral_id for row in rows]))
    await store.imports.end_piece(piece, await take_in_rows(store, one.caller, header, rows, known))


async def _there_already(store: Store, ids: Sequence[UUID | None]) -> set[UUID]:
    return await store.referred_among({id for id in ids if id})


def _passes(error: BaseException) -> bool:
    """Whether the same may go well later: a server is away, or others were first."""
    return is_transient(error) or isinstance(error, Unavailable)
