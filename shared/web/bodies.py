"""What requests of every service have in common: the day that a body may state, and the store as a dependency."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.strict import Day
from shared.web.runtime import runtime

T = TypeVar("T")


class DatedBody(BaseModel):
    """A decision and the day it happened, in France: today unless said, never after today."""

    model_config = ConfigDict(extra="forbid")
    on: Day | None = Field(default=None, description="Le jour où cela s’est passé ; aujourd’hui s’il n’est pas dit.")


def provided(store: type[T]) -> Callable[[Request], T]:
    """A dependency that gives the service's store: `StoreDep = Annotated[Store, Depends(provided(Store))]`."""

    def give(request: Request) -> T:
        found = runtime(request).store
        assert isinstance(found, store)
        return found

    return give
