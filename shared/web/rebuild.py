"""Routes of a service that projects: rebuild its rows, and how messages that were parked are folded in."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field

from shared.events import EVENTS, Event
from shared.events.message import Message
from shared.kernel.errors import Unavailable
from shared.projections.projection import Projection
from shared.web.auth import require
from shared.web.router import Router
from shared.web.runtime import runtime


def handlers(projections: Sequence[Projection]) -> dict[type[Event], Any]:
    """How unparked messages are heard: folded like any other. The store must have a `projector`."""

    async def hear(store: Any, event: Event, message: Message) -> None:
        await store.projector.hear(event, message)

    return dict.fromkeys(EVENTS.values(), hear)


router = Router(
    prefix="/admin/rebuild",
    tags=["exploitation"],
    dependencies=[require("admin")],
    problems={Unavailable: ("not_projecting", "rebuilding")},
)


class RebuildResponse(BaseModel):
    """How far a rebuild is, in messages."""

    done: int = Field(ge=0)
    total: int = Field(ge=0)
    running: bool


@router.post("", status_code=202)
async def rebuild(request: Request) -> RebuildResponse:
    """Read every topic again from its first message into empty rows."""
    runtime(request).store.projector.ask_rebuild()
    return await read_rebuild(request)


@router.get("")
async def read_rebuild(request: Request) -> RebuildResponse:
    """How far the rebuild is, in messages."""
    return RebuildResponse(**vars(runtime(request).store.projector.progress))
