"""What a school was told of one young person: how far, so that each thing is told once; that they are erased, then nothing.

`evolve` needs no more than the event, so that a restore takes the document past what the school's topic already holds.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.visibility import own_school
from shared.events import TO_SCHOOLS, Event
from shared.events.to_schools import PersonForgotten, SchoolEvent
from shared.kernel.aggregate import Aggregate
from shared.kernel.identifiers import Slug

WIDEST = 20
"""Powers of two between the least and the greatest step of a hidden revision."""
OutboundPersonEvent = SchoolEvent | PersonForgotten


class OutboundPerson(BaseModel):
    """One young person and one school; `revisions` are the last that was told of each intake and of the pupil."""

    model_config = ConfigDict(frozen=True)
    school: Slug
    young_id: UUID
    revisions: Mapping[str, int] = {}
    erased: bool = False


def outbound_id(school: str, young_id: UUID) -> str:
    """The id of what one school is told of one young person."""
    return f"{school}.{young_id}"


def tell(known: OutboundPerson | None, *, event: Event, document: str, revision: int) -> Sequence[SchoolEvent]:
    """Tell its school what happened; once, and nothing of who is erased."""
    if known and (known.erased or revision <= known.revisions.get(document, 0)):
        return []
    said = {name: getattr(event, name) for name in type(event).model_fields}
    return [TO_SCHOOLS[type(event)](**said, tenant=said["school"], document=document, revision=revision)]


def forget(known: OutboundPerson, *, on: date) -> Sequence[PersonForgotten]:
    """Tell that who this was is erased. Once is for good."""
    if known.erased:
        return []
    return [PersonForgotten(tenant=known.school, young_id=known.young_id, on=on)]


def evolve(known: OutboundPerson | None, event: OutboundPersonEvent) -> OutboundPerson:
    """What was told, after one more event."""
    person = known or OutboundPerson(school=event.tenant, young_id=event.young_id)
    match event:
        case PersonForgotten():
            return OutboundPerson(school=person.school, young_id=person.young_id, erased=True)
        case SchoolEvent():
            return person.model_copy(update={"revisions": {**person.revisions, event.document: event.revision}})
        case _:
            assert_never(event)


def revision_of(document: str, sequence: int, key: bytes) -> int:
    """A document's revision as its schools are told it. It rises with the document's own counter.

    A pupil's counts what happened in every school that they went to: its steps are drawn, each between 1 and a million, so
    that no school learns from a gap how much another had to tell. An intake is of one school, and is counted plainly.
    """
    if not document.startswith("/enrolment/pupils/"):
        return sequence
    return sum(_step(document, number, key) for number in range(1, sequence + 1))


def _step(document: str, number: int, key: bytes) -> int:
    drawn = hmac.digest(key, f"{document}#{number}".encode(), "sha256")
    power = int.from_bytes(drawn[:4]) * WIDEST / 2**32
    return 1 + int(2**power)


OUTBOUND_PERSONS = Aggregate("outbound_persons", OutboundPerson, evolve, visible_to=own_school)
