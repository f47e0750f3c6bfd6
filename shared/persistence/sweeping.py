"""Work on many documents, each apart: one that fails holds up no other."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

import structlog

from shared.metrics import SWEPT_FAILED
from shared.persistence.failures import is_transient

log = structlog.get_logger()
T = TypeVar("T", UUID, str)


async def each_apart(ids: Iterable[T], work: Callable[[T], Awaitable[object]], *, what: str) -> int:
    """Do the work on each; how many failed, which is counted and logged by id. Raises where a server is away: all would."""
    failed = 0
    for id in ids:
        try:
            await work(id)
        except Exception as error:
            if is_transient(error):
                raise
            failed += 1
            SWEPT_FAILED.labels(what).inc()
            log.error("sweep.failed_on_one", what=what, id=str(id), error=type(error).__name__, exc_info=True)
    return failed
