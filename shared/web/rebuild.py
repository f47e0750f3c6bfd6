"""Routes of a service that projects: rebuild its rows, on whichever replica is asked."""

from fastapi import Request
from pydantic import BaseModel, Field

from shared.projections.tables import Generations
from shared.web.auth import require
from shared.web.router import Router
from shared.web.runtime import runtime

router = Router(prefix="/admin/rebuild", tags=["exploitation"], dependencies=[require("admin")])


class RebuildResponse(BaseModel):
    """How far a rebuild is, in messages."""

    done: int = Field(ge=0)
    total: int = Field(ge=0)
    running: bool


@router.post("", status_code=202)
async def rebuild(request: Request) -> RebuildResponse:
    """Read every topic again from its first message, into rows that are then read instead of these."""
    await _generations(request).begin()
    return await read_rebuild(request)


@router.get("")
async def read_rebuild(request: Request) -> RebuildResponse:
    """How far the rebuild is, in messages."""
    head = await _generations(request).head()
    return RebuildResponse(done=head.done, total=head.total, running=head.building is not None)


def _generations(request: Request) -> Generations:
    generations: Generations = runtime(request).store.projector.generations
    return generations
