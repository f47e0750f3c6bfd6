"""What a tenant reads that has lost its place: its whole present state by pages, and the position after which its stream goes on.

The position is read before the state, so that whatever the state does not hold yet comes after it; what comes after it may
be in the state already, which its revision says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from shared.kernel.errors import Unavailable
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import brokers_of
from shared.messaging.tenant_topic import last_of, topic_of
from shared.persistence.keyset import Asked, Part
from shared.web.auth import CurrentCaller
from shared.web.cursor import Paging, PagingDep
from shared.web.router import responses_for
from shared.web.runtime import runtime

T = TypeVar("T")
KAFKA_AWAY = responses_for({Unavailable: ("kafka_away",)})


class Snapshot(BaseModel, Generic[T]):
    """A part of the present state. Every part of one reading has the position of its first."""

    position: int = Field(
        ge=-1, description="Le flux se reprend après elle (`?since=`), une fois toutes les parties lues ; -1 : depuis son début."
    )
    items: list[T]
    next: str | None = Field(description="À redonner comme `cursor` ; nul à la fin de l’état.")


@dataclass(frozen=True)
class Reading:
    """One reading of a tenant's state: where its stream stood when it began, and which part is asked for."""

    position: int
    asked: Asked
    _paging: Paging

    def answer(self, part: Part[Any], shown: Iterable[T]) -> Snapshot[T]:
        """What is shown of a part's items."""
        last = None if part.last is None else [self.position, *part.last]
        page = self._paging.page(Part(part.items, last), shown)
        return Snapshot(position=self.position, items=page.items, next=page.next)


async def reading(request: Request, caller: CurrentCaller, paging: PagingDep) -> Reading:
    """Of a request. Raises Unavailable where the stream cannot be asked how far it is: without it nothing could follow."""
    after = paging.asked.after
    if after is not None:
        return Reading(int(after[0]), Asked(paging.asked.limit, after[1:]), paging)
    try:
        position = await last_of(brokers_of(runtime(request).settings), topic_of(caller))
    except KAFKA_ERRORS:
        raise Unavailable("kafka_away", "Le flux ne répond pas : recommencez dans un instant.") from None
    return Reading(position, paging.asked, paging)


ReadingDep = Annotated[Reading, Depends(reading)]
