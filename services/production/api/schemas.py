"""The bodies of production's requests."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.production.domain.clients import FreeText
from services.production.domain.weeks import PupilHours
from shared.events.production import CancellationCode, ClientKind, Hours, Minutes, OnOrder
from shared.kernel.identifiers import Siret
from shared.kernel.strict import WHOLE, Day
from shared.web.bodies import DatedBody


class ClientRequest(DatedBody):
    name: FreeText
    kind: ClientKind
    siret: Siret | None = None
    contact: FreeText | None = None


class OrderRequest(DatedBody):
    client_id: UUID
    title: FreeText


class QuoteRequest(DatedBody):
    amount_cents: Annotated[int, Field(gt=0, le=10**11, description="Centimes d’euro, hors taxes."), WHOLE]
    due_on: Day = Field(description="Le jour promis au client.")


class CancellationRequest(DatedBody):
    code: CancellationCode


class HoursRequest(Hours):
    model_config = ConfigDict(extra="forbid")
    as_json = field_validator("*", mode="before")(WHOLE.func)


class OnOrderRequest(OnOrder):
    model_config = ConfigDict(extra="forbid")
    minutes: Annotated[Minutes, WHOLE]


class WorkRequest(BaseModel):
    """What one pupil did."""

    model_config = ConfigDict(extra="forbid")
    minutes: HoursRequest
    on_orders: list[OnOrderRequest] = Field(default=[], max_length=50)

    def of(self, young_id: UUID) -> PupilHours:
        """The same of a pupil, its orders always in the same order."""
        in_order = sorted(self.on_orders, key=lambda part: part.order_id)
        split = tuple(OnOrder(order_id=part.order_id, minutes=part.minutes) for part in in_order)
        return PupilHours(young_id=young_id, minutes=Hours(**dict(self.minutes)), on_orders=split)


class WeekRequest(WorkRequest, DatedBody):
    pass


class PupilWeekRequest(WorkRequest):
    young_id: UUID


class WorkshopWeekRequest(DatedBody):
    """A whole workshop's week."""

    pupils: list[PupilWeekRequest] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({pupil.young_id for pupil in self.pupils}) < len(self.pupils):
            raise ValueError("Un même élève est cité deux fois.")
        return self
