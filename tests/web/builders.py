"""A small service to send requests to: toys kept as aggregates, and routes that are asked wrongly."""

import asyncio
import uuid
from datetime import date
from typing import Annotated, Literal

from fastapi import Request
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.identifiers import Uai
from shared.persistence.failures import Away, Clash
from shared.persistence.keyset import part_of
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.router import Router
from shared.web.runtime import runtime
from shared.web.streams import COUNTED, TOO_MANY_STREAMS, Events, EventStream, event_stream
from tests.persistence.builders import TOYS, Toy, receive

router = Router()
FAILURES = {"away": Away, "clash": Clash, "overflow": OverflowError}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uai: Uai
    seats: int


class A(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["a"]
    count: int = 0


class B(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["b"]
    days: dict[date, int]


AOrB = Annotated[A | B, Field(discriminator="kind")]


class Shapes(BaseModel):
    """Everything in which a sender may name things."""

    model_config = ConfigDict(extra="forbid")
    uai: Uai
    whose: AOrB | None = None
    several: list[A] = []
    colour: Literal["red", "blue"] = "red"


class Store:
    def __init__(self, persistence: Persistence) -> None:
        self.clock = persistence.clock
        self.toys = Repository(persistence, TOYS)

    async def prepare(self) -> None:
        """Nothing to index."""


@router.post("/things", dependencies=[require("school:head")])
async def make(body: Body, once: Idempotency, caller: CurrentCaller) -> dict[str, str]:
    return {"id": str(once.id), "print": once.fingerprint(body), "tenant": caller.tenant}


@router.post("/shapes", dependencies=[require("admin")])
async def shape(body: Shapes) -> None:
    """Taken as it is."""


@router.put("/toys/{id}")
async def receive_a_toy(id: uuid.UUID, caller: CurrentCaller, request: Request) -> Toy:
    toy: Toy = await runtime(request).store.toys.acting(caller).create(id, receive, id=id, school=caller.tenant)
    return toy


@router.get("/names")
async def list_names(paging: PagingDep, first: str = "") -> Page[str]:
    names = [name for name in ("Amiel", "Brun", "Cros", "Dumas", "Ézine") if name.startswith(first)]
    part = part_of(names, lambda name: [name], paging.asked)
    return paging.page(part, part.items)


@router.get("/other-names")
async def list_other_names(paging: PagingDep) -> Page[str]:
    return await list_names(paging)


async def silence() -> Events:
    await asyncio.Event().wait()
    yield ServerSentEvent(data=1)


@router.get("/stream", response_class=EventStream, dependencies=[COUNTED], responses=TOO_MANY_STREAMS)
async def stream(request: Request) -> EventStream:
    return event_stream(request, silence())


@router.get("/sleeping/{milliseconds}")
async def sleeping(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1000)


@router.get("/broken")
async def broken() -> None:
    raise ValueError("family name: Dupont")


@router.get("/failing/{how}")
async def failing(how: str) -> None:
    raise FAILURES[how]


def toy(settings: Settings) -> Service[Store]:
    return Service("requests", settings, Store, routers=[router])
