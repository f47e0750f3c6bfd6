"""Corrections of grants and of their payments, published by enrolment: what each replaces, and what holds now."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.catalogue import GrantPurpose
from shared.events.corrections import CorrectionCode
from shared.events.event import Event
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published

Cents = Annotated[int, Field(gt=0, description="Euro cents."), Published]
CivilYear = Annotated[int, Published]


class _Corrected(Event, topic="etabli.catalogue", key="holder"):
    """`on` is the day of the correction. Whoever holds it stays: a wrong holder is a grant that was not awarded."""

    grant_id: UUID
    holder: Slug
    code: CorrectionCode
    voided: Annotated[bool, Published] = Field(default=False, description="It was not; nothing stands in its place.")


class GrantCorrected(_Corrected, type="enrolment.grant.corrected.v1"):
    """Other money was promised, or none. What is new is null where it is voided."""

    replaces_amount_cents: Cents
    replaces_purpose: GrantPurpose
    replaces_civil_year: CivilYear
    replaces_funder: Slug
    amount_cents: Cents | None = None
    purpose: GrantPurpose | None = None
    civil_year: CivilYear | None = None
    funder: Slug | None = None


class PaymentCorrected(_Corrected, type="enrolment.payment.corrected.v1"):
    """Another amount was paid, on another day, or nothing was. What is new is null where it is voided."""

    payment_id: UUID
    replaces_amount_cents: Cents
    replaces_on: Day = Field(description="The day on which it was said to have been paid.")
    amount_cents: Cents | None = None
    happened_on: Day | None = Field(default=None, description="The day on which it was paid.")
