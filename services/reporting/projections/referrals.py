"""One row per referral: what its agency said, where it opened applications, how it ended. Three tellers, each its own fields."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.applications import WishesAnswered
from shared.events.referral import Answer, ReferralClosed, ReferralSubmitted, RefusalCode, Situation
from shared.projections.table import REQUIRED, TableRow


class WishedProgramme(BaseModel):
    """A wish that names a school and its programme. One for a sector names none, and is not kept."""

    model_config = ConfigDict(frozen=True)
    school: str
    programme: str


class ReferralRow(TableRow, table="referrals"):
    id: UUID
    young_id: UUID = REQUIRED
    agency: str = REQUIRED
    situation: Situation = REQUIRED
    submitted_on: date = REQUIRED
    wishes: tuple[WishedProgramme, ...] = REQUIRED
    opened: tuple[UUID, ...] = ()
    """The intakes where it opened or joined an application."""
    closed_on: date | None = None
    answer: Answer | None = None
    code: RefusalCode | None = None


@ReferralRow.on(ReferralSubmitted)
def submitted(event: ReferralSubmitted) -> ReferralRow:
    wishes = (WishedProgramme(school=one.school, programme=one.programme) for one in event.wishes if one.school and one.programme)
    return ReferralRow(
        id=event.referral_id, young_id=event.young_id, agency=event.agency, situation=event.situation, submitted_on=event.on,
        wishes=tuple(wishes),
    )  # fmt: skip


@ReferralRow.on(WishesAnswered)
def answered(event: WishesAnswered) -> ReferralRow:
    return ReferralRow(id=event.referral_id, opened=event.opened)


@ReferralRow.on(ReferralClosed)
def closed(event: ReferralClosed) -> ReferralRow:
    return ReferralRow(id=event.referral_id, closed_on=event.on, answer=event.answer, code=event.code)
