"""What an agency is told of its own messages that were not taken in: where each stood, and why; never what it said."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.outbound import OutboundEvent
from shared.kernel.strict import Published


class ReferralRejected(OutboundEvent, type="outbound.referral.rejected.v1", key="rejection_id"):
    """A message on the agency's inbound topic was not taken in. `GET /rejections/{rejection_id}` says it in words.

    It is not heard again: send it mended, under the same key.
    """

    rejection_id: UUID
    code: str = Field(
        pattern="^[a-z][a-zA-Z_]*$", examples=["unknown_wish"], description="The code that POST /referrals would have answered."
    )
    field: str | None = Field(
        default=None, examples=["wishes.0.school"], description="The first field that is wrong, if one is; as the code names it."
    )
    partition: Annotated[int, Field(ge=0, description="Of the message, on the agency’s inbound topic."), Published]
    offset: Annotated[int, Field(ge=0), Published]
