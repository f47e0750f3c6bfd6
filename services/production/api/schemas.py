"""The bodies of production's requests."""

from collections.abc import Iterator
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.production.domain.clients import FreeText
from services.production.domain.weeks import PupilHours
from shared.events.corrections import CorrectionCode
from shared.events.order_corrections import OrderStep
from shared.events.production import CancellationCode, ClientKind, Hours, OnOrder
from shared.kernel.identifiers import Siret
from shared.kernel.strict import WHOLE, Day, Flag
from shared.web.bodies import DatedBody


class ClientRequest(DatedBody):
    name: FreeText
    kind: ClientKind
    siret: Siret | None = None
    contact: FreeText | None = None


class OrderRequest(DatedBody):
    client_id: UUID
    title: FreeText


Cents = Annotated[int, Field(gt=0, le=10**11, description="Centimes d’euro, hors taxes."), WHOLE]


class QuoteRequest(DatedBody):
    amount_cents: Cents
    due_on: Day = Field(description="Le jour promis au client.")


class InvoiceRequest(DatedBody):
    amount_cents: Cents | None = Field(default=None, description="Le montant du devis ; un autre, après un avoir seulement.")


class CreditRequest(DatedBody):
    code: CorrectionCode
    amount_cents: Cents | None = Field(default=None, description="Tout ce que la facture demande encore, si rien n’est dit.")
    distinct: Flag = Field(default=False, description="Un autre avoir, même si un pareil a été fait ce jour-là.")


class CancellationRequest(DatedBody):
    code: CancellationCode


class StepCorrectionRequest(DatedBody):
    """`on` est le jour de la correction."""

    step: OrderStep
    code: CorrectionCode
    happened_on: Day | None = Field(default=None, description="Le jour où cela s’est passé.")
    voided: Flag = Field(default=False, description="Cela ne s’est pas passé.")

    @model_validator(mode="after")
    def something(self) -> Self:
        if (self.happened_on is None) != self.voided:
            raise ValueError("Une correction dit le jour, ou bien annule.")
        return self


HOURS_OF_A_WEEK = 7 * 24
A_HUNDREDTH = 0.01
"""Of an hour: what is typed finer is rounded to the minute."""


def _typed_in_hours(value: object) -> object:
    """A number, and of hours: what no week holds was typed in minutes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("float_type", "not written as JSON writes it")
    if value > HOURS_OF_A_WEEK:
        typed = f"{value:g} heures".replace(".", ",") if value < 1_000_000 else "Autant d’heures"
        raise PydanticCustomError("minutes", "{sentence}", {"sentence": f"{typed} : s’agit-il de minutes ?"})
    return value


TypedHours = Annotated[
    float,
    Field(ge=0, le=HOURS_OF_A_WEEK, allow_inf_nan=False, description="Des heures : 7.5 pour sept heures et demie."),
    BeforeValidator(_typed_in_hours),
]


def _minutes(hours: float) -> int:
    return round(hours * 60)


class HoursRequest(BaseModel):
    """One pupil's week, in hours by kind."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"production": 22.5, "teaching": 12.5}]})
    production: TypedHours = 0
    practice: TypedHours = 0
    teaching: TypedHours = 0
    placement: TypedHours = 0
    absence_justified: TypedHours = 0
    absence_unjustified: TypedHours = 0


class OnOrderRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    order_id: UUID
    hours: TypedHours


class WorkRequest(BaseModel):
    """What one pupil did."""

    model_config = ConfigDict(extra="forbid")
    hours: HoursRequest
    on_orders: list[OnOrderRequest] = Field(default=[], max_length=50)

    def of(self, young_id: UUID) -> PupilHours:
        """The same of a pupil, its orders always in the same order."""
        by_kind = Hours(**{kind: _minutes(hours) for kind, hours in dict(self.hours).items()})
        return PupilHours(young_id=young_id, minutes=by_kind, on_orders=tuple(self._split(by_kind.production)))

    def _split(self, production: int) -> Iterator[OnOrder]:
        """The hours on orders, in minutes: rounded one by one, those that add up to the week's do not exceed it."""
        parts = sorted(self.on_orders, key=lambda part: part.order_id)
        fit = sum(part.hours for part in parts) <= self.hours.production + A_HUNDREDTH / 2
        for part in parts:
            minutes = min(_minutes(part.hours), production) if fit else _minutes(part.hours)
            production -= minutes
            yield OnOrder(order_id=part.order_id, minutes=minutes)


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
