"""Routes of a service that projects: rebuild its rows, and how messages that were parked are folded in."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from shared.events import EVENTS, Event
from shared.events.message import Message
from shared.projections.projection import Projection
from shared.web.auth import require


def handlers(projections: Sequence[Projection]) -> dict[type[Event], Any]:
    """How unparked messages are heard: folded like any other. The store must have a `projector`."""

    async def hear(store: Any, event: Event, message: Message) -> None:
        await store.projector.hear(event, message)

    return dict.fromkeys(EVENTS.values(), hear)


router = APIRouter(prefix="/admin/rebuild", tags=["exploitation"], dependencies=[require("admin")])


@router.post("", status_code=202)
async def rebuild(request: Request) -> dict[str, Any]:
    """Read every topic again from its first message into empty rows."""
    request.app.state.store.projector.ask_rebuild()
    return await rebuilding(request)


@router.get("")
async def rebuilding(request: Request) -> dict[str, Any]:
    """How far the rebuild is, in messages."""
    return asdict(request.app.state.store.projector.progress)
