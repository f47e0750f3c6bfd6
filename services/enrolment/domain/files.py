"""What each referral of a young person says that decides of a place: their age, and whether its file is complete.

Referrals differ, and none speaks for another: a place is judged by the file of the referral in whose name it is offered.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel.calendar import BirthMonth, age_on

MAJORITY = 18
"""Nobody answers for who reached it: what a minor's file lacks is no longer missing."""


class File(BaseModel):
    """One referral's, as last told."""

    model_config = ConfigDict(frozen=True)
    birth_month: BirthMonth
    out_of_school: bool = False
    complete: bool = True
    departments: tuple[str, ...] = ()
    """Those that its wishes name; none where each names a school."""

    def complete_on(self, day: date) -> bool:
        """Whether a place may be confirmed on it. Referral knows the exact birthday, and may tell it complete earlier."""
        return self.complete or age_on(self.birth_month, day) >= MAJORITY


class Files(BaseModel):
    """Of one young person, by referral. An earlier build kept, instead, the birth month of the last, and whether any was out."""

    model_config = ConfigDict(frozen=True)
    month: BirthMonth | None = None
    out_of_school: bool = False
    by_referral: Mapping[UUID, File] = {}

    def of(self, referral_id: UUID | None) -> File | None:
        """A referral's file; of one heard by an earlier build, which asked for nothing more, its birth month."""
        kept = self.by_referral.get(referral_id) if referral_id else None
        return kept or (File(birth_month=self.month, out_of_school=self.out_of_school) if self.month else None)
