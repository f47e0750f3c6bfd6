"""Events of schools, programmes, intakes and grants, by enrolment. Keyed by the school, or the network for its grants."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.event import Event
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import CommuneCode, DepartmentCode, KeptPhone, RncpCode, SiretCode, Slug, UaiCode
from shared.kernel.open_days import OpenDays
from shared.kernel.strict import Day, Published

NETWORK = "network"
ANSWER_DAYS, OFFER_DAYS = 20, 10
"""Open days that a school has to answer, and a family to take a place, where the intake says nothing else."""
Delay = Annotated[int, Field(ge=1, le=120, description="Open days of the school."), Published]


class Certification(StrEnum):
    CAP = "cap"
    BAC_PRO = "bac_pro"
    TITRE_PRO = "titre_pro"


class Promotion(StrEnum):
    """Whether the head confirms each promotion from the waiting list, or the intake promotes by itself."""

    CONFIRMED = "confirmed"
    AUTOMATIC = "automatic"


class GrantPurpose(StrEnum):
    OPERATING = "operating"
    INVESTMENT = "investment"


class _SchoolEvent(Event, topic="etabli.catalogue", key="school"):
    school: Slug


class SchoolRegistered(_SchoolEvent, type="enrolment.school.registered.v1"):
    """A school of the network. Its UAI and SIRET may not be known yet. Address and phone are the organisation's own."""

    name: str = Field(description="The organisation's public name.")
    commune: CommuneCode
    town: str
    department: DepartmentCode
    uai: UaiCode | None = None
    siret: SiretCode | None = None
    address: str | None = Field(default=None, description="As on an envelope: street, postcode, town.")
    phone: KeptPhone | None = None


class ProgrammeOpened(_SchoolEvent, type="enrolment.programme.opened.v1"):
    """A school teaches towards a certification, over so many years."""

    programme: Slug
    title: str
    certification: Certification
    rncp: RncpCode | None = None
    sector: Slug
    years: Annotated[int, Field(ge=1, le=3), Published]
    dangerous_machines: Annotated[bool, Field(description="Open from 15 rather than 14."), Published]
    oldest: Annotated[int, Field(ge=14, le=99), Published] | None = Field(
        default=None, description="The last age at which one may enter, where the programme sets one."
    )


class CertificationReplaced(_SchoolEvent, type="enrolment.programme.certification_replaced.v1"):
    """From a day on, a programme leads to the certification that replaces the one of before."""

    programme: Slug
    title: str
    rncp: RncpCode | None = None
    since: Day


class SchoolCalendarChanged(_SchoolEvent, type="enrolment.school.calendar_changed.v1"):
    """The school's open days, whole: the public holidays that it keeps, and when it is closed, as it now says."""

    calendar: OpenDays


class _IntakeEvent(_SchoolEvent):
    intake_id: UUID
    seats: Annotated[int, Field(ge=0), Published]


class IntakeOpened(_IntakeEvent, type="enrolment.intake.opened.v1"):
    """Seats of one programme, for one school year and one year of study."""

    programme: Slug
    school_year: SchoolYear
    year_of_study: Annotated[int, Field(ge=1, le=3), Published]
    starts_on: Day
    closes_on: Day = Field(description="Nothing stays open after this day.")
    promotion: Promotion
    answer_days: Delay = ANSWER_DAYS
    offer_days: Delay = OFFER_DAYS
    calendar: OpenDays = Field(default=OpenDays(), description="The open days of its school, as they were known.")


class IntakeSeatsChanged(_IntakeEvent, type="enrolment.intake.seats_changed.v1"):
    """The intake has so many seats from now on."""


class IntakeDatesChanged(_SchoolEvent, type="enrolment.intake.dates_changed.v1"):
    """The intake begins, and closes, on these days from now on."""

    intake_id: UUID
    starts_on: Day
    closes_on: Day


class IntakeDelaysChanged(_SchoolEvent, type="enrolment.intake.delays_changed.v1"):
    """What begins from now on has these delays; what runs keeps its own."""

    intake_id: UUID
    answer_days: Delay
    offer_days: Delay


class IntakeCalendarChanged(_SchoolEvent, type="enrolment.intake.calendar_changed.v1"):
    """The intake counts its school's open days anew: what still runs ends accordingly."""

    intake_id: UUID
    calendar: OpenDays


class _GrantEvent(Event, topic="etabli.catalogue", key="holder"):
    grant_id: UUID
    holder: Slug = Field(description="A school's id, or 'network' where no split is known.")
    amount_cents: Annotated[int, Field(gt=0, description="Euro cents."), Published]


class GrantAwarded(_GrantEvent, type="enrolment.grant.awarded.v1"):
    """Public money promised for a civil year."""

    purpose: GrantPurpose
    civil_year: Annotated[int, Published]
    funder: Slug


class GrantPaid(_GrantEvent, type="enrolment.grant.paid.v1"):
    """One payment of a grant."""

    payment_id: UUID
