"""What became of each item of a batch, as its agency reads it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.referral.views.schemas import MissingResponse, WarningResponse
from shared.web.refusals import FieldProblem


class OfItem(BaseModel):
    """Which of a batch, by its rank from 1 on, and by its sender's own reference as it was sent."""

    rank: int
    external_id: str | None = None


class AcceptedResponse(OfItem):
    """Taken in now."""

    outcome: Literal["accepted"] = "accepted"
    referral_id: UUID
    young_id: UUID
    warnings: list[WarningResponse] = []
    to_complete: list[MissingResponse] = []


class SameResponse(OfItem):
    """The same as was taken in before: nothing was done twice."""

    outcome: Literal["same"] = "same"
    referral_id: UUID
    young_id: UUID


class RefusedResponse(OfItem):
    """Not taken in, and why: the status, code and sentences of the problem that it would have been by itself."""

    outcome: Literal["refused"] = "refused"
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = []


class BatchResponse(BaseModel):
    """What became of each item, in the order in which they were sent, and how many fared alike."""

    accepted: int
    same: int
    refused: int
    items: list[Annotated[AcceptedResponse | SameResponse | RefusedResponse, Field(discriminator="outcome")]]
