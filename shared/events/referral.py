"""Events of the referral service: agencies, and referrals from submission to their closing. Identity stays in its vault."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.event import Event
from shared.kernel.calendar import BirthMonth, KeptMonth
from shared.kernel.identifiers import DepartmentCode, Slug
from shared.kernel.strict import Published


class AgencyKind(StrEnum):
    CIO = "cio"
    MISSION_LOCALE = "mission_locale"
    MLDS = "mlds"
    PSAD = "psad"
    COLLEGE = "college"
    SOCIAL_SERVICE = "social_service"
    EMPLOYER = "employer"


class Situation(StrEnum):
    """Where the young person stands at referral."""

    IN_TROISIEME = "in_troisieme"
    IN_SCHOOL_AT_RISK = "in_school_at_risk"
    OUT_OF_SCHOOL = "out_of_school"
    IN_TRAINING = "in_training"
    OTHER = "other"


class Source(StrEnum):
    """Who sent a referral: it then holds its mandate, and is given its answer."""

    AGENCY = "agency"
    DIRECT = "direct"
    """A family that applied to a school itself, which recorded it: `agency` is then that school's id."""


class RefusalCode(StrEnum):
    """Why the answer is no, as the sender of a referral sees it."""

    NO_PLACE = "no_place"
    NOT_ELIGIBLE = "not_eligible"
    DID_NOT_COME = "did_not_come"
    UNREACHABLE = "unreachable"
    CHOSE_OTHER_PATH = "chose_other_path"
    PROJECT_NOT_FIT = "project_not_fit"
    NOT_MOBILE = "not_mobile"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Wish(BaseModel):
    """Either one programme of one school, or a sector in some departments; in its first year of study, or a later one."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={"examples": [{"school": "besancon", "programme": "cap-serrurerie-metallerie"}]}
    )
    school: Slug | None = None
    programme: Slug | None = None
    sector: Slug | None = None
    departments: tuple[DepartmentCode, ...] = ()
    year_of_study: Annotated[int, Field(ge=1, le=3, description="The year of the programme to enter."), Published] = 1

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        given = (bool(self.school), bool(self.programme), bool(self.sector), bool(self.departments))
        if given not in ((True, True, False, False), (False, False, True, True)):
            raise ValueError("Un vœu nomme une école et sa formation, ou bien un secteur et des départements.")
        return self


class ReferralDetails(BaseModel):
    """What an agency says with a referral beside who the young person is: the same from its request to the event."""

    model_config = ConfigDict(frozen=True)
    situation: Situation
    out_of_school_since: KeptMonth | None = None
    wishes: tuple[Wish, ...] = Field(min_length=1, max_length=5)


COMPLETE = "Nothing is missing from the file on that day: who is a minor has somebody who answers for them."


class Answer(StrEnum):
    """How a referral ended for the agency."""

    ENROLLED = "enrolled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    EXPIRED = "expired"


class AnsweredBy(StrEnum):
    """Who ended a referral, whatever the answer: four endings that are never mixed."""

    SCHOOL = "school"
    """A person of a school said yes or no, or fixed a day to meet."""
    RULE = "rule"
    """Computed: not eligible, enrolled elsewhere, nothing that could be opened."""
    NOBODY = "nobody"
    """The intake closed, or a delay passed, without a word."""
    AGENCY = "agency"
    """It took its referral back."""


class AboutReferral(Event, topic="etabli.referral", key="young_id"):
    referral_id: UUID
    young_id: UUID
    agency: Slug


class AgencyRegistered(Event, type="referral.agency.registered.v1", topic="etabli.referral", key="agency"):
    """A partner agency may refer young people from now on."""

    agency: Slug
    kind: AgencyKind
    name: str = Field(description="The organisation's public name.")
    department: DepartmentCode


class ReferralSubmitted(AboutReferral, ReferralDetails, type="referral.referral.submitted.v1"):
    """An agency refers a young person, with up to five wishes in order of preference."""

    birth_month: BirthMonth
    complete: Annotated[bool, Published] = Field(default=True, description=COMPLETE)
    source: Source = Field(default=Source.AGENCY, description="`direct`: a family's; `agency` is the school that recorded it.")


class ReferralCompleted(AboutReferral, type="referral.referral.completed.v1"):
    """What was missing from the referral's file has come: a place can be confirmed in its name."""


class ReferralWithdrawalRequested(AboutReferral, type="referral.referral.withdrawal_requested.v1"):
    """The agency asks that every open application of this referral be withdrawn; enrolment decides."""


class ReferralClosed(AboutReferral, type="referral.referral.closed.v1"):
    """Every wish has its terminal answer: one summary of them for the agency."""

    answer: Answer
    code: RefusalCode | None = None
    answered_by: AnsweredBy | None = Field(default=None, description="Who ended it; not told before this was.")
