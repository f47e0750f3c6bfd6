"""After a mistake about an order, published by production: a day said otherwise, a step that was not, a credit note."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.corrections import CorrectionCode
from shared.events.production import NUMBER, Cents, OrderEvent
from shared.kernel.strict import Day, Published


class OrderStep(StrEnum):
    """A step of an order whose day is declared. An invoice is not among them: it is credited."""

    RECEIVED = "received"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    STARTED = "started"
    COMPLETED = "completed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderStepCorrected(OrderEvent, type="production.step.corrected.v1"):
    """A step was taken on another day; or was not, where voided: the order stands where it was before. `on` is today's."""

    code: CorrectionCode
    step: OrderStep
    replaces_on: Day = Field(description="The day on which it was said to have been taken.")
    happened_on: Day | None = Field(default=None, description="The day on which it was; none where it is voided.")
    voided: Annotated[bool, Published] = Field(default=False, description="It was not taken.")


class OrderCredited(OrderEvent, type="production.order.credited.v1"):
    """A credit note, whole or in part, for the invoice that it names, under the next number of the school's own series.

    Where nothing is left of the invoice, the order may be invoiced again.
    """

    credit_id: UUID
    code: CorrectionCode
    number: str = Field(pattern=NUMBER, description="Civil year and rank: 2026-0002.")
    invoice: str = Field(pattern=NUMBER, description="The number of the invoice that it corrects.")
    amount_cents: Annotated[int, Field(gt=0, description="Euro cents, before tax."), Published]
    left_cents: Cents = Field(description="What the invoice still asks for.")
