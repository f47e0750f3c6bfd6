"""Routes of a service that projects: rebuild its rows, on whichever replica is asked."""

from fastapi import Request
from pydantic import BaseModel, Field

from shared.events.message import DELETED
from shared.projections.tables import Generations
from shared.web.auth import require
from shared.web.router import Router
from shared.web.runtime import runtime

router = Router(prefix="/admin/rebuild", tags=["exploitation"], dependencies=[require("admin")])


class RebuildResponse(BaseModel):
    """How far a rebuild is, what it could not take, and what it found different once it ended."""

    done: int = Field(ge=0, description="Offsets passed, the holes that transactions and deletions leave included")
    total: int = Field(ge=0, description="Offsets to pass; `done` once it ended")
    running: bool
    parked: int = Field(ge=0, description="Messages parked beside the rows that it makes, or made")
    differing: dict[str, int] = Field(description="By table, the rows that were not what the topics say, and now are")
    uncompared: list[str] = Field(description="Tables whose code has changed: they were expected to differ")


@router.post("", status_code=202)
async def rebuild(request: Request) -> RebuildResponse:
    """Read every topic again from its first message, into rows that are then read instead of these."""
    await _generations(request).begin()
    return await read_rebuild(request)


@router.get("")
async def read_rebuild(request: Request) -> RebuildResponse:
    """How far the rebuild is, and how it ended."""
    generations = _generations(request)
    head = await generations.head()
    beside = await generations.generation(head.building or head.current).parking.codes()
    return RebuildResponse(
        done=head.done, total=head.total, running=head.building is not None, parked=sum(beside.values()) - beside.get(DELETED, 0),
        differing=dict(head.found.differing), uncompared=list(head.found.uncompared),
    )  # fmt: skip


def _generations(request: Request) -> Generations:
    generations: Generations = runtime(request).store.projector.generations
    return generations
