"""Retry with exponential backoff and jitter, an outage logged once, and a stop of tasks that ends within its grace."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_after_delay, stop_never

T = TypeVar("T")
FIRST_WAIT = 0.1
SAID_AGAIN = 300.0
CANCELS = (2 / 3, 1 / 6, 1 / 6)
"""When a task is told to stop again, in parts of the grace: a library may swallow a cancellation, but clean-up needs time."""


class Log(Protocol):
    """Where an outage is said: a structlog logger."""

    def warning(self, event: str, **fields: Any) -> Any: ...

    def error(self, event: str, **fields: Any) -> Any: ...


def nothing(_error: BaseException) -> bool:
    """No failure is a refusal."""
    return False


@dataclass
class Outage:
    """Whether what we wait for is away: said when it goes (once per type of error) and when it is back, not at each try.

    Where it answers and says no, that is an error, said again every so often: nobody's waiting will heal it.
    """

    log: Log | None = None
    name: str = ""
    changed: Callable[[bool], object] | None = None
    """Told True when it goes away or refuses, False when it is back."""
    fields: dict[str, str] = field(default_factory=dict)
    is_refusal: Callable[[BaseException], bool] = nothing
    said_again: float = SAID_AGAIN
    """Seconds between two lines of one refusal."""
    _errors: dict[str, float] = field(default_factory=dict)
    """When each type of error was last said."""
    _refused: bool = False

    @property
    def away(self) -> bool:
        """Whether it did not answer when last asked."""
        return bool(self._errors) and not self._refused

    @property
    def refused(self) -> bool:
        """Whether it answered when last asked, and said no."""
        return bool(self._errors) and self._refused

    def failed(self, error: BaseException) -> None:
        """It did not answer, or said no. The error is said by its type: its words may quote a value."""
        if not self._errors and self.changed:
            self.changed(True)
        self._refused = self.is_refusal(error)
        kind, now = type(error).__name__, time.monotonic()
        said = self._errors.get(kind)
        if said is None or (self._refused and now - said > self.said_again):
            self._errors[kind] = now
            self._say(kind)

    def _say(self, kind: str) -> None:
        if self.log and self._refused:
            self.log.error(f"{self.name}_refused", error=kind, **self.fields)
        elif self.log:
            self.log.warning(f"{self.name}_away", error=kind, **self.fields)

    def answered(self) -> None:
        """It answers."""
        if self._errors:
            self._errors.clear()
            if self.log:
                self.log.warning(f"{self.name}_back", **self.fields)
            if self.changed:
                self.changed(False)


async def until_answered(
    work: Callable[[], Awaitable[T]],
    *,
    on: Callable[[Exception], bool],
    limit: float,
    tries: int | None = None,
    within: float | None = None,
    outage: Outage | None = None,
) -> T:
    """Do the work, and again after each failure that `on` finds worth it: for ever, unless `tries` or `within` say otherwise.

    Waits grow from a tenth of a second to `limit`, with jitter; work that went well for longer than `limit` begins them anew.
    `within` and `limit` are in seconds. Raises the last failure, or at once what `on` does not know. Cancelled, it ends,
    even where its clean-up raised something else.
    """
    started, failures = time.monotonic(), 0

    async def attempt() -> T:
        nonlocal started
        started = time.monotonic()
        try:
            done = await work()
        except Exception as error:
            if _is_stopping():
                raise asyncio.CancelledError from error
            raise
        if outage:
            outage.answered()
        return done

    def wait(_state: RetryCallState) -> float:
        nonlocal failures
        failures = 1 if time.monotonic() - started > limit else failures + 1
        return min(limit, FIRST_WAIT * 2.0 ** min(failures - 1, 20)) * random.uniform(0.5, 1)

    def failed(state: RetryCallState) -> None:
        error = state.outcome and state.outcome.exception()
        if outage and error:
            outage.failed(error)

    stops = [stop_after_attempt(tries) if tries else stop_never, stop_after_delay(within) if within is not None else stop_never]
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, Exception) and on(error)),
        stop=stops[0] | stops[1], wait=wait, before_sleep=failed, sleep=asyncio.sleep, reraise=True,
    )  # fmt: skip
    return await retrying(attempt)


def _is_stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def anything(_error: Exception) -> bool:
    """Whatever fails is tried again."""
    return True


async def stop(*tasks: "asyncio.Task[Any]", grace: float) -> bool:
    """Cancel these tasks, again where that was swallowed, until all have ended. False if one has not in `grace` seconds.

    What they end with is not raised.
    """
    for part in CANCELS:
        pending = [task for task in tasks if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=grace * part)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # seen: asyncio need not say that nobody looked
    return all(task.done() for task in tasks)
