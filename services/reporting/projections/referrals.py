"""One row per referral: what its agency said, where it opened applications, how it ended. Three tellers, each its own fields."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import WishesAnswered
from shared.events.referral import Answer, AnsweredBy, ReferralClosed, ReferralSubmitted, RefusalCode, Situation, Source, Wish
from shared.kernel.calendar import PARIS
from shared.projections.table import REQUIRED, Latest, TableRow


class WishedProgramme(BaseModel):
    """A wish that names a school and its programme. One for a sector names none, and is not kept."""

    model_config = ConfigDict(frozen=True)
    school: str
    programme: str


class ReferralRow(TableRow, table="referrals"):
    id: UUID
    young_id: UUID = REQUIRED
    agency: str = REQUIRED
    source: Source = Source.AGENCY
    situation: Situation = REQUIRED
    submitted_on: date = REQUIRED
    """The day that its agency said."""
    received_at: datetime | None = None
    """When it was taken in: delays count from it. None in rows of an earlier build."""
    wishes: tuple[WishedProgramme, ...] = REQUIRED
    opened: tuple[UUID, ...] = ()
    """The intakes where it opened or joined an application."""
    closed_at: datetime | None = None
    """When its last answer was told."""
    answer: Answer | None = None
    code: RefusalCode | None = None
    answered_by: AnsweredBy | None = None
    corrected_on: Latest[date | None] = None
    """When its agency last corrected what a figure reads: the situation, the wishes."""

    @property
    def received_on(self) -> date:
        """The day in France on which it was taken in."""
        return self.received_at.astimezone(PARIS).date() if self.received_at else self.submitted_on

    @property
    def closed_on(self) -> date | None:
        """The day in France on which its last answer was told."""
        return self.closed_at.astimezone(PARIS).date() if self.closed_at else None

    @property
    def is_direct(self) -> bool:
        """A family's own application, which its school recorded: of no agency."""
        return self.source is Source.DIRECT

    @property
    def is_withdrawn(self) -> bool:
        """Taken back by its agency, and not by a school."""
        return self.answer is Answer.WITHDRAWN and self.answered_by is not AnsweredBy.SCHOOL


@ReferralRow.told(ReferralSubmitted)
def submitted(event: ReferralSubmitted, time: datetime) -> ReferralRow:
    return ReferralRow(
        id=event.referral_id, young_id=event.young_id, agency=event.agency, source=event.source,
        situation=event.situation, submitted_on=event.on,
        wishes=_programmes(event.wishes), received_at=time,
    )  # fmt: skip


@ReferralRow.on(ReferralAmended)
def amended(event: ReferralAmended) -> ReferralRow:
    """What was said before stays known as of the days before."""
    counted = {Part.SITUATION, Part.WISHES}.intersection(event.replaces)
    corrected: dict[str, Any] = {"corrected_on": event.on} if counted else {}
    return ReferralRow(id=event.referral_id, situation=event.situation, wishes=_programmes(event.wishes), **corrected)


@ReferralRow.on(WishesAnswered)
def answered(event: WishesAnswered) -> ReferralRow:
    return ReferralRow(id=event.referral_id, opened=event.opened)


@ReferralRow.told(ReferralClosed)
def closed(event: ReferralClosed, time: datetime) -> ReferralRow:
    return ReferralRow(
        id=event.referral_id, closed_at=time, answer=event.answer, code=event.code, answered_by=event.answered_by
    )  # fmt: skip


def _programmes(wishes: Iterable[Wish]) -> tuple[WishedProgramme, ...]:
    named = ((one.school, one.programme) for one in wishes)
    return tuple(WishedProgramme(school=school, programme=programme) for school, programme in named if school and programme)
