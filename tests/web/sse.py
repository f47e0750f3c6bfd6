"""Server-sent events as a client of the field reads them, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from deploy.local.ports import HOST
from shared.kernel.retry import stop


@dataclass(frozen=True)
class Sent:
    """One event: its name, its id, and what it says."""

    event: str
    id: str
    data: Any

    @property
    def short(self) -> str:
        """`a1` is the first event about a, as `tests.messaging.tenants.told` writes them."""
        return self.event if self.event == "resync" else f"{self.data['subject']}{self.data['sequence']}"


def sent_in(lines: Iterable[str]) -> Iterator[Sent]:
    """The events of these lines, each once its last line, an empty one, has come."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif not line:
            if "data" in fields:
                yield Sent(fields["event"], fields.get("id", ""), orjson.loads(fields["data"]))
            fields = {}


@dataclass
class Reading:
    """A stream that is read: its answer, and what came so far."""

    answer: httpx.Response
    came: list[Sent] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        lines = list[str]()
        async for line in self.answer.aiter_lines():
            lines.append(line)
            if not line:
                self.came += sent_in(lines)
                self.comments += [one for one in lines if one.startswith(":")]
                lines = []
        self.ended.set()

    async def until(self, count: int, *, within: float = 30) -> list[str]:
        async with asyncio.timeout(within):
            while len(self.came) < count:
                await asyncio.sleep(0.02)
        return [one.short for one in self.came]


@asynccontextmanager
async def reading(
    port: int, token: str, *, path: str = "/stream", last: str | None = None, **query: Any
) -> AsyncIterator[Reading]:
    """A stream read within; `last` is its `Last-Event-ID`."""
    headers = {"Authorization": f"Bearer {token}"} | ({} if last is None else {"Last-Event-ID": last})
    async with (
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=None) as client,
        client.stream("GET", path, headers=headers, params=query) as answer,
    ):
        one = Reading(answer)
        task = asyncio.create_task(one.read())
        try:
            yield one
        finally:
            with suppress(asyncio.CancelledError):
                await stop(task, grace=2)
