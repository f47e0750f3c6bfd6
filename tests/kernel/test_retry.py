"""One retry and one stop: waits that grow and begin anew, an outage said once, a task that ends though it swallows."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from shared.kernel.retry import Outage, anything, stop, until_answered


class Lines:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def warning(self, event: str, **fields: Any) -> None:
        self.written.append(" ".join([event, *map(str, fields.values())]))

    def error(self, event: str, **fields: Any) -> None:
        self.warning(f"ERROR {event}", **fields)


class Failing:
    """Work that fails as often as there are errors left, then answers."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def is_lost(error: Exception) -> bool:
    return isinstance(error, ConnectionError)


async def test_what_fails_for_a_while_is_tried_until_it_answers() -> None:
    work = Failing(ConnectionError(), ConnectionError(), ConnectionError())
    assert await until_answered(work, on=is_lost, limit=0.01) == "done"
    assert work.tries == 4


async def test_what_is_not_worth_another_try_is_raised_at_once() -> None:
    work = Failing(ConnectionError(), ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await until_answered(work, on=is_lost, limit=0.01)
    assert work.tries == 2


async def test_tries_and_time_are_bounded_where_asked_and_the_last_failure_is_raised() -> None:
    work = Failing(*(ValueError(str(number)) for number in range(9)))
    with pytest.raises(ValueError, match="2"):
        await until_answered(work, on=anything, limit=0.01, tries=3)
    with pytest.raises(ConnectionError):
        await until_answered(Failing(*[ConnectionError()] * 500), on=anything, limit=0.01, within=0.1)


async def test_waits_grow_to_the_limit_and_spread() -> None:
    times: list[float] = []

    async def work() -> None:
        times.append(time.monotonic())
        if len(times) < 6:
            raise ConnectionError

    await until_answered(work, on=is_lost, limit=0.2)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert min(waits) >= 0.05
    assert min(waits[2:]) >= 0.1


async def test_work_that_went_well_for_long_begins_the_waits_anew() -> None:
    ends: list[float] = []

    async def work() -> None:
        if len(ends) == 6:
            waits.append(time.monotonic() - ends[-1])
            return
        if len(ends) == 5:
            waits.append(time.monotonic() - ends[-1])
            await asyncio.sleep(1.7)
        ends.append(time.monotonic())
        raise ConnectionError

    waits: list[float] = []
    await until_answered(work, on=is_lost, limit=1.6)
    long, short = waits
    assert long >= 0.8
    assert short < 0.8, "the first wait again"


async def test_an_outage_is_said_when_it_begins_and_ends_and_not_between() -> None:
    lines, changes = Lines(), list[bool]()
    outage = Outage(lines, "relay.kafka", changes.append)
    work = Failing(ConnectionError(), ConnectionError(), TimeoutError(), ConnectionError())
    await until_answered(work, on=anything, limit=0.01, outage=outage)
    await until_answered(work, on=anything, limit=0.01, outage=outage)
    assert lines.written == ["relay.kafka_away ConnectionError", "relay.kafka_away TimeoutError", "relay.kafka_back"]
    assert changes == [True, False]


def test_a_refusal_is_an_error_said_once_then_rarely_and_is_not_away() -> None:
    lines = Lines()
    outage = Outage(lines, "probe.kafka", is_refusal=lambda error: isinstance(error, PermissionError), said_again=0.05)
    for _ in range(3):
        outage.failed(PermissionError())
    assert (outage.away, outage.refused, lines.written) == (False, True, ["ERROR probe.kafka_refused PermissionError"])
    time.sleep(0.06)
    outage.failed(PermissionError())
    assert lines.written == ["ERROR probe.kafka_refused PermissionError"] * 2
    outage.failed(ConnectionError())
    assert (outage.away, outage.refused, lines.written[2:]) == (True, False, ["probe.kafka_away ConnectionError"])
    outage.answered()
    assert (outage.away, outage.refused, lines.written[3:]) == (False, False, ["probe.kafka_back"])


async def test_a_retry_ends_when_it_is_cancelled_at_work_or_between_two_tries() -> None:
    for work in (Failing(*[ConnectionError()] * 1000), asyncio.Event().wait):
        trying = asyncio.create_task(until_answered(work, on=anything, limit=60))
        await asyncio.sleep(0.02)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying


async def test_a_retry_ends_when_clean_up_turns_its_cancellation_into_another_failure() -> None:
    async def failing_as_it_stops() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ConnectionError

    trying = asyncio.create_task(until_answered(failing_as_it_stops, on=anything, limit=60))
    await asyncio.sleep(0.02)
    trying.cancel()
    await asyncio.wait([trying], timeout=2)
    assert trying.cancelled()


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    async def swallowing() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    task = asyncio.create_task(swallowing())
    await asyncio.sleep(0)
    assert await stop(task, grace=0.3)
    assert task.cancelled()


async def test_a_task_that_never_ends_does_not_hold_the_stop() -> None:
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    assert not await stop(task, grace=0.1)
    released.set()
    await task


async def test_a_task_that_fails_as_it_stops_is_stopped_all_the_same() -> None:
    async def failing() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("while stopping")

    task, ended = asyncio.create_task(failing()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    assert await stop(task, ended, grace=1)
