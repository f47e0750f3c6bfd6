"""The service running, its school's pupils known and its callers signed in."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from services.production.handlers import HANDLERS
from services.production.main import service
from services.production.store import Store
from shared.events import Event
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running, Start
from tests.production.builders import an_enrolment, on_the_wire

A_FRIDAY = "2025-09-12T15:00:00+00:00"


@dataclass
class Production:
    """Production on 12 September 2025, and three people who use it."""

    running: Running
    head: httpx.AsyncClient
    workshop: httpx.AsyncClient
    elsewhere: httpx.AsyncClient

    @property
    def store(self) -> Store:
        store: Store = self.running.store
        return store

    def advance(self, to: str) -> None:
        self.running.runtime.persistence.clock.advance(datetime.fromisoformat(to))

    async def handle(self, event: Event, sequence: int) -> None:
        """Hear an event as the stream does."""
        await HANDLERS[type(event)](self.store, event, on_the_wire(event, sequence))

    async def a_pupil(self, young_id: UUID, **overrides: Any) -> UUID:
        await self.handle(an_enrolment(young_id=young_id, enrolment_id=young_id, **overrides), 1)
        return young_id

    async def a_client(self, **overrides: Any) -> dict[str, Any]:
        answer = await self.head.post("/clients", json={"name": "Mairie de Besançon", "kind": "public_body", **overrides})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def an_order(self, upto: str = "received", **overrides: Any) -> dict[str, Any]:
        """An order of the head's school that went that far today."""
        client = await self.a_client()
        answer = await self.head.post("/orders", json={"client_id": client["client_id"], "title": "Portail", **overrides})
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()
        quote = {"amount_cents": 45_000, "due_on": "2026-03-01"}
        for verb in ("quote", "accept", "start", "complete", "deliver", "invoice"):
            if order["status"] == upto:
                break
            answer = await self.head.post(f"/orders/{order['order_id']}/{verb}", json=quote if verb == "quote" else {})
            assert answer.status_code == 200, answer.text
            order = answer.json()
        return order


def deaf(settings: Settings) -> Service[Store]:
    """Production without its ears: a test says itself what is heard."""
    return replace(service(settings), handlers={})


async def production_of(running: Start, make: Callable[[Settings], Service[Store]]) -> AsyncIterator[Production]:
    async with running(make, simulated_start=A_FRIDAY) as here:
        scopes = ("school:besancon:head", "school:besancon:workshop", "school:chalon:head")
        yield Production(here, *map(here.as_, scopes))


@pytest_asyncio.fixture(loop_scope="session")
async def production(running: Start) -> AsyncIterator[Production]:
    """Production, hearing only what the test says."""
    async for made in production_of(running, deaf):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def listening(running: Start) -> AsyncIterator[Production]:
    """Production, hearing Kafka."""
    async for made in production_of(running, service):
        yield made
