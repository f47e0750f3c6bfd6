"""What an agency reads of its rejected messages."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from services.referral.store.rejections import KEPT, Original, Rejection
from shared.web.parked import shown_value
from shared.web.refusals import FieldProblem


class RejectionResponse(BaseModel):
    """A message of the agency's topic that was not taken in: why, in the words of POST /referrals, and where it stood."""

    rejection_id: UUID
    code: str
    detail: str
    errors: list[FieldProblem]
    topic: str
    partition: int
    offset: int
    count: int = Field(description="Combien de messages il représente : plusieurs s’ils sont illisibles ensemble ou effacés.")
    at: AwareDatetime
    kept_until: AwareDatetime = Field(description="Jusque-là ce rejet, et ce que disait le message, sont gardés.")


class RejectedMessageResponse(BaseModel):
    """What a rejected message said, exactly: its key and its value; its headers never."""

    rejection_id: UUID
    key: str | None = Field(description="Sa clé, si elle est un texte.")
    encoding: Literal["json", "text", "base64", "none"]
    value: str


def show_rejection(rejection: Rejection) -> RejectionResponse:
    """Without what it said."""
    refusal, record = rejection.refusal, rejection.record
    return RejectionResponse(
        rejection_id=rejection.id, code=refusal.code, detail=refusal.detail, errors=list(refusal.errors), topic=record.topic,
        partition=record.partition, offset=record.offset, count=record.count, at=rejection.at, kept_until=rejection.at + KEPT,
    )  # fmt: skip


def show_original(id: UUID, original: Original) -> RejectedMessageResponse:
    """What it said."""
    return RejectedMessageResponse(rejection_id=id, key=_text(original.key), **shown_value(original.value))


def _text(key: bytes | None) -> str | None:
    try:
        return None if key is None else key.decode()
    except UnicodeDecodeError:
        return None
