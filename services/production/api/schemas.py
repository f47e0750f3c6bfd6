"""What production is body: the bodies of its requests."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.production import Hours, OnOrder
from shared.web.bodies import DatedBody


class Minutes(Hours):
    model_config = ConfigDict(extra="forbid")


class MinutesOnOrder(OnOrder):
    model_config = ConfigDict(extra="forbid")


class Worked(BaseModel):
    """What one pupil did."""

    model_config = ConfigDict(extra="forbid")
    minutes: Minutes
    on_orders: list[MinutesOnOrder] = Field(default=[], max_length=50)

    @property
    def hours(self) -> Hours:
        return Hours(**self.minutes.model_dump())

    @property
    def split(self) -> tuple[OnOrder, ...]:
        """By order, always in the same order."""
        in_order = sorted(self.on_orders, key=lambda one: one.order_id)
        return tuple(OnOrder(order_id=one.order_id, minutes=one.minutes) for one in in_order)


class PupilWorked(Worked):
    young_id: UUID


class WeekRequest(Worked, DatedBody):
    pass


class WorkshopWeekRequest(DatedBody):
    """A whole workshop's week."""

    pupils: list[PupilWorked] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({one.young_id for one in self.pupils}) < len(self.pupils):
            raise ValueError("Un même élève est cité deux fois.")
        return self
