"""What a school is told: each event about one of its applications, places, pupils, exams or outcomes, as enrolment told it.

The classes are made from enrolment's own, one for one: a new event of its topic that names a school is carried with no line here.
"""

import types
from collections.abc import Iterable, Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.event import Event
from shared.events.outbound import OutboundEvent
from shared.kernel.strict import Published

TOPIC = "etabli.enrolment"
PREFIX = "fr.etabli.enrolment."


class SchoolEvent(OutboundEvent, teller="enrolment"):
    """A copy of an event, for the school that it names. What a snapshot shows of a document says how far it is, in the same way.

    Of one document and one young person revisions rise, and may skip: one that is not above what is known is in it already.
    """

    young_id: UUID
    document: str = Field(
        pattern="^/enrolment/[a-z_]+/.+$",
        description="The intake or the pupil that tells it.",
        examples=["/enrolment/intakes/6a3c3f0e-55a0-5f0b-9d3b-6f1f7c1e7a11"],
    )
    revision: Annotated[int, Field(ge=1, description="The document's, once this had happened."), Published]


class PersonForgotten(OutboundEvent, type="outbound.person.erased.v1", key="young_id", teller="enrolment"):
    """Who this was is erased: nothing is kept of them for the school, nor told of them any more."""

    young_id: UUID


def copies_of(events: Iterable[type[Event]]) -> Mapping[type[Event], type[SchoolEvent]]:
    """The class of the copies of each of these that tells of a young person to one school."""
    told = [event for event in events if event.topic == TOPIC and {"school", "young_id"} <= set(event.model_fields)]
    return {event: _copy(event) for event in told}


def _copy(event: type[Event]) -> type[SchoolEvent]:
    """`fr.etabli.enrolment.place.offered.v1` is told to its school as `fr.etabli.outbound.place.offered.v1`."""
    said = {"type": f"outbound.{event.type.removeprefix(PREFIX)}", "key": "young_id"}
    own = {"__module__": __name__, "__doc__": event.__doc__ or f"{event.__name__}."}
    made: type[SchoolEvent] = types.new_class(
        f"{event.__name__}ToSchool", (SchoolEvent, event), said, lambda body: body.update(own)
    )
    return made
