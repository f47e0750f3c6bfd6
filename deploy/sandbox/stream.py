"""A tenant's stream over HTTP, followed as its software would: asked again after the last position, whatever ended it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

WAIT = 1.0
"""Seconds before it is asked again."""
PREFIX = "fr.etabli.outbound."


@dataclass(frozen=True)
class Heard:
    """An event: its type without what all have in common and its version, and its data."""

    type: str
    data: dict[str, Any]


async def follow(url: str, token: str, *, after: int = -1) -> AsyncIterator[Heard]:
    """Every event after a position, from the oldest that is kept where none is said, then those to come, without end."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        while True:
            try:
                headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": str(after)}
                async with client.stream("GET", "/stream", headers=headers) as answer:
                    async for position, event in _events(answer):
                        after = int(position)
                        yield event
            except httpx.HTTPError:
                pass
            await asyncio.sleep(WAIT)


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, Heard]]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            said = orjson.loads(fields["data"])
            kind, _, _ = fields["event"].removeprefix(PREFIX).rpartition(".v")
            yield fields["id"], Heard(kind or fields["event"], said.get("data", {}))
            fields = {}
