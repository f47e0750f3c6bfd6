"""Routes of parked messages: listed, shown, replayed, or discarded with a reason that is kept."""

from base64 import b64encode
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.errors import Refused
from shared.kernel.strict import IN_ADDRESS
from shared.kernel.texts import Line
from shared.messaging.discards import Discarded
from shared.messaging.parked import Parked
from shared.messaging.parking import ParkedMessage
from shared.messaging.place import Place
from shared.persistence.keyset import Position, part_of
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router
from shared.web.runtime import runtime

router = Router(
    prefix="/admin",
    tags=["exploitation"],
    dependencies=[require("admin")],
    problems={Refused: ("being_replayed", "discarded_otherwise")},
)


class ParkedResponse(BaseModel):
    """A parked message: where it is, its type if this build knows it, whose story it holds back, why and since when."""

    coordinates: str = Field(description="topic/partition/offset")
    type: str
    code: str
    key: str = Field(description="Sa clé, si elle est un identifiant des nôtres.")
    at: datetime
    count: int = Field(description="Combien de messages il représente : plusieurs s’ils sont illisibles ensemble ou effacés.")
    expired: bool = Field(description="Sa valeur, gardée trente jours, n’est plus là : il ne peut plus qu’être écarté.")


class ParkedMessageResponse(ParkedResponse):
    """A parked message with what it says, exactly; its headers never."""

    encoding: Literal["json", "text", "base64", "none"]
    value: str


class StoppedResponse(BaseModel):
    """The first message of its key that could not be handled again, and why."""

    coordinates: str
    code: str


class ReplayResponse(BaseModel):
    """How many parked messages were handled, how many stay, and where each key stopped."""

    replayed: int
    left: int
    stopped: list[StoppedResponse]


class DiscardRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Line = Field(description="Pourquoi ce message ne doit pas être entendu ; gardé avec qui l’a écarté et quand.")


class DiscardedResponse(BaseModel):
    """A message that is passed over wherever it comes again, by whom it was decided, and why."""

    coordinates: str
    type: str
    code: str
    reason: str
    by: str
    at: datetime


def _place(
    topic: Annotated[str, Path(max_length=249)],
    partition: Annotated[int, Path(ge=0, lt=2**31), IN_ADDRESS],
    offset: Annotated[int, Path(ge=0, lt=2**63), IN_ADDRESS],
) -> Place:
    return Place(topic, partition, offset)


def _parked(request: Request) -> Parked:
    return runtime(request).parked


ParkedDep = Annotated[Parked, Depends(_parked)]
PlaceDep = Annotated[Place, Depends(_place)]
ONE = "/parked/{topic}/{partition}/{offset}"


@router.get("/parked")
async def list_parked(parked: ParkedDep, paging: PagingDep) -> Page[ParkedResponse]:
    """What is parked: coordinates, type and code, never a value."""
    part = part_of(await parked.all(), lambda one: astuple(one.place), paging.asked)
    return paging.page(part, [ParkedResponse(**_shown(one)) for one in part.items])


@router.get(ONE)
async def show_parked(place: PlaceDep, parked: ParkedDep, caller: CurrentCaller) -> ParkedMessageResponse:
    """One parked message with its value. Who read it is kept before it is answered."""
    found = await parked.read(place, by=f"{caller.organisation} {caller.sub}")
    return ParkedMessageResponse(**_shown(found), **shown_value(found.record.value))


@router.post("/unpark")
async def unpark(parked: ParkedDep) -> ReplayResponse:
    """Replay the parked messages, in order per key."""
    return await _replayed(parked)


@router.post(f"{ONE}/unpark")
async def unpark_one(place: PlaceDep, parked: ParkedDep) -> ReplayResponse:
    """Replay, in order, the parked messages of the same key as this one."""
    return await _replayed(parked, place)


@router.post(f"{ONE}/discard")
async def discard_parked(place: PlaceDep, body: DiscardRequest, parked: ParkedDep, caller: CurrentCaller) -> DiscardedResponse:
    """Have a message passed over for ever, for a reason, and what waited behind it replayed. Again, it is answered the same."""
    done = await parked.discard(place, reason=body.reason, by=f"{caller.organisation} {caller.sub}")
    return DiscardedResponse(**asdict(done))


@router.get("/discarded")
async def list_discarded(parked: ParkedDep, paging: PagingDep) -> Page[DiscardedResponse]:
    """What was discarded, by whom and why, the latest first."""
    part = part_of(await parked.discarded(), _latest, paging.asked, falling=True)
    return paging.page(part, [DiscardedResponse(**asdict(one)) for one in part.items])


async def _replayed(parked: Parked, place: Place | None = None) -> ReplayResponse:
    done, left = await parked.replay(place)
    stopped = [StoppedResponse(coordinates=coordinates, code=code) for coordinates, code in done.stopped.items()]
    return ReplayResponse(replayed=done.replayed, left=left, stopped=stopped)


def _latest(discarded: Discarded) -> Position:
    return [discarded.at.isoformat(timespec="microseconds"), discarded.coordinates]


def _shown(message: ParkedMessage) -> dict[str, Any]:
    return {
        "coordinates": message.place.coordinates, "type": message.type, "code": message.code, "key": message.own_key,
        "at": message.at, "count": message.record.count, "expired": message.expired,
    }  # fmt: skip


def shown_value(value: bytes | None) -> dict[str, Any]:
    """What a message says, as JSON or text if it is that, else byte by byte."""
    if value is None:
        return {"encoding": "none", "value": ""}
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return {"encoding": "base64", "value": b64encode(value).decode()}
    return {"encoding": "json" if _is_json(value) else "text", "value": text}


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True
