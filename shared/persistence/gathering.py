"""Group commit: what is asked for while a write is under way goes into the next one, together; each is told its own answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.kernel.errors import Problem
from shared.persistence.failures import is_transient

A = TypeVar("A")
T = TypeVar("T")
Waiting = tuple[A, asyncio.Future[T]]


class Gathering(Generic[A, T]):
    """Writes `most` demands at once, one group after the other: whoever comes alone waits for nobody.

    `write` answers each demand of a group, in order, with its result or with the problem that it alone has. What it raises
    is told to all of them; where that is neither a server's nor a problem, each is tried alone, so that one demand's fault is
    not another's.
    """

    def __init__(self, write: Callable[[Sequence[A]], Awaitable[Sequence[T | Problem]]], *, most: int) -> None:
        self._write = write
        self._most = most
        self._waiting: list[Waiting[A, T]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, demand: A) -> T:
        """One demand's own answer. Raises its problem, or what stopped the whole group."""
        return await self._joined(demand)

    async def ask_each(self, demands: Sequence[A]) -> list[T | BaseException]:
        """The answers of several, each its result or what it raises."""
        return await asyncio.gather(*map(self._joined, demands), return_exceptions=True)

    def _joined(self, demand: A) -> "asyncio.Future[T]":
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((demand, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return answer

    async def _work(self) -> None:
        """Until nobody waits. Who left meanwhile is served all the same: what they asked for may be half way there."""
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._answer(group)

    async def _answer(self, group: list[Waiting[A, T]]) -> None:
        try:
            answers = await self._write([demand for demand, _ in group])
            if len(answers) != len(group):
                raise ValueError(f"{len(answers)} answers to {len(group)} demands")
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Problem) and not is_transient(error):
                for one in group:
                    await self._answer([one])
                return
            answers = [error] * len(group)  # type: ignore[list-item]  # told below, to each
        for (_, waiting), answer in zip(group, answers, strict=True):
            _tell(waiting, answer)


def _tell(waiting: "asyncio.Future[T]", answer: T | BaseException) -> None:
    if waiting.done():  # whoever asked has left
        return
    if isinstance(answer, BaseException):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
