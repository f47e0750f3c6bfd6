"""One young person's application to an intake, as the intake keeps it: state only, the intake's `evolve` changes it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.applications import ApplicationStatus, IneligibleReason, Met
from shared.events.referral import RefusalCode
from shared.kernel.identifiers import Slug


class Referring(BaseModel):
    """A referral that asked for this application, its agency, and the day it did; how and when that ended, if before the rest."""

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    agency: Slug
    on: date
    ended: ApplicationStatus | None = None
    ended_on: date | None = None


class Application(BaseModel):
    """One young person's application. Without referrals: a pupil who came from another intake."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    status: ApplicationStatus
    priority: int
    arrival: int
    opened_on: date
    since: date
    referrals: tuple[Referring, ...] = ()
    reasons: tuple[IneligibleReason, ...] = ()
    overridden: bool = False
    entry_on: date | None = None
    """The day of entry that the school agreed on, where it is not the intake's first."""
    planned_on: date | None = None
    planned_from: date | None = None
    planned_until: date | None = None
    met: Met | None = None
    met_on: date | None = None
    until: date | None = None
    code: RefusalCode | None = None
    because: str | None = None

    def names(self, agency: str) -> bool:
        """Whether a referral of this agency asked for it."""
        return any(referring.agency == agency for referring in self.referrals)

    @property
    def asking(self) -> tuple[Referring, ...]:
        """The referrals that it goes on for."""
        return tuple(referring for referring in self.referrals if referring.ended is None)

    def goes_on_for(self, agency: str) -> bool:
        """Whether a referral of this agency still asks for it."""
        return any(referring.agency == agency for referring in self.asking)

    def has_referral(self, referral_id: UUID) -> bool:
        return any(referring.referral_id == referral_id for referring in self.referrals)
