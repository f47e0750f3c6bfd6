"""What requests of every service have in common: the day that a body may state, its size, the store as a dependency."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Match
from starlette.types import Scope

from shared.kernel.strict import Day
from shared.web.runtime import runtime

T = TypeVar("T")


class DatedBody(BaseModel):
    """A decision and the day it happened, in France: today unless said, never after today."""

    model_config = ConfigDict(extra="forbid")
    on: Day | None = Field(default=None, description="Le jour où cela s’est passé ; aujourd’hui s’il n’est pas dit.")


def provided(store: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that gives the service's store: `StoreDep = Annotated[Store, Depends(provided(Store))]`."""

    async def give(request: Request) -> T:  # one that is not async FastAPI runs in a thread of its own
        found = runtime(request).store
        assert isinstance(found, store)
        return found

    return give


class LargeBody:
    """A dependency that says how many bytes a route takes, where that is more than others take."""

    def __init__(self, most: int) -> None:
        self.most = most

    async def __call__(self) -> None:
        """Nothing more: it is known before the body is read (`largest_body`)."""


def large_body(most: int) -> Any:
    """So many bytes: `dependencies=[large_body(8_000_000)]`."""
    return Depends(LargeBody(most))


def largest_body(scope: Scope, app: FastAPI, usual: int) -> int:
    """How many bytes the route of a request takes: as many as usual, unless it says more."""
    routes = (one.original_route for one in iter_route_contexts(app.router.routes))
    found = next((one for one in routes if one.matches({**scope, "path_params": {}})[0] is Match.FULL), None)
    needs = [one.call for one in found.dependant.dependencies] if isinstance(found, APIRoute) else []
    return max([usual, *(need.most for need in needs if isinstance(need, LargeBody))])
