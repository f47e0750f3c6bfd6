"""A tenant's own events as server-sent events: its outbound topic over HTTP, for an agency or a school, on either service."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import orjson
from fastapi import Header, Query, Request
from fastapi.sse import ServerSentEvent

from shared.messaging.structured import structured
from shared.messaging.tenant_topic import Lost, Told, topic_of
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router
from shared.web.runtime import runtime
from shared.web.streams import COUNTED_OF_TENANT, TOO_MANY_STREAMS, Events, EventStream, event_stream

POSITION = r"-1|[0-9]{1,19}"
NEVER = 2**63
"""A position that no topic reaches: of who comes with one that was never given by us."""
COME_BACK = 2_000
"""Milliseconds after which a browser that was cut off asks again."""
RESYNC = "Des événements ne sont plus là : relisez votre état présent (GET /snapshot). La suite vient après cette position."
FOLLOWERS = require("agency", "school:head", "school:office")
"""Who reads a tenant's events: those who may read its applications."""
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description="Le dernier `id` reçu : la suite vient après lui. Il l’emporte sur `since`."),
]
Since = Annotated[
    str | None,
    Query(pattern=f"^({POSITION})$", description="La même chose à la première demande ; `-1` : rien n’a encore été reçu."),
]
router = Router(tags=["flux"], dependencies=[FOLLOWERS])


@router.get(
    "/stream", response_class=EventStream, dependencies=[COUNTED_OF_TENANT], responses=TOO_MANY_STREAMS
)  # fmt: skip
async def follow_events(
    request: Request, caller: CurrentCaller, last_event_id: LastEventId = None, since: Since = None
) -> EventStream:
    """Each event of this agency or school, once and in order; its name is its type, its data a CloudEvent in JSON.

    Without a position, from the oldest that is kept (thirty days). Where what follows a position is no longer there, an event
    `resync` says so first. Silent while there is nothing to say, but for a comment every so often; it ends with its token.
    """
    told = runtime(request).tenant_topics.follow(topic_of(caller), position_of(last_event_id, since))
    return event_stream(request, events(told))


def position_of(last_event_id: str | None, since: str | None) -> int | None:
    """After what a reader wants to go on; None from the oldest event that there is."""
    said = last_event_id or since
    if said is None:
        return None
    return int(said) if re.fullmatch(POSITION, said) else NEVER


async def events(told: AsyncGenerator[Told | Lost, None]) -> Events:
    """As they are sent: `id` is the position of who has seen this one."""
    yield ServerSentEvent(retry=COME_BACK)
    async with aclosing(told):
        async for one in told:
            id = str(one.position)
            if isinstance(one, Lost):
                yield ServerSentEvent(event="resync", id=id, data={"position": one.position, "detail": RESYNC})
            else:
                written = orjson.dumps(structured(one.message)).decode()
                yield ServerSentEvent(event=one.message.type, id=id, raw_data=written)
