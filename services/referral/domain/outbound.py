"""What an agency was told of one of its referrals: the view of it that was told last; told again only once it is another."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.journey import Journey
from services.referral.domain.referral import Referral
from services.referral.domain.visibility import own_agency, seen_by_agency
from shared.events.referral import AgencyKind
from shared.events.to_agencies import AgencyView, ReferralChanged, ReferralErased, ReferralReceived
from shared.kernel.aggregate import Aggregate
from shared.kernel.identifiers import Slug

OutboundReferralEvent = ReferralReceived | ReferralChanged | ReferralErased


class OutboundReferral(BaseModel):
    """The view that was told last, and how many were; none of who is erased."""

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    young_id: UUID
    agency: Slug
    view: AgencyView | None = None
    revision: int = 0
    erased: bool = False


def view_of(referral: Referral, journey: Journey, kind: AgencyKind) -> AgencyView:
    """What its agency sees of a referral now: by the one function that says so in every channel."""
    seen = seen_by_agency(journey, referral.referral_id, agency=referral.agency, kind=kind).model_dump(mode="json")
    own = referral.model_dump(mode="json", include=set(AgencyView.model_fields) - {"ending"})
    unopened = [{"wish": int(rank), "code": code} for rank, code in seen.pop("unopened").items()]
    return AgencyView.model_validate({**own, **seen, "unopened": unopened})


def tell(known: OutboundReferral | None, *, referral: Referral, view: AgencyView, on: date) -> Sequence[OutboundReferralEvent]:
    """Tell what the agency sees, where it is not what was told last. Nothing of who is erased."""
    if known and (known.erased or known.view == view):
        return []
    said = ReferralReceived if known is None or known.view is None else ReferralChanged
    told = said(
        tenant=referral.agency, referral_id=referral.referral_id, young_id=referral.young_id,
        revision=(known.revision if known else 0) + 1, view=view, on=on,
    )  # fmt: skip
    return [told]


def forget(known: OutboundReferral, *, on: date) -> Sequence[ReferralErased]:
    """Tell that who this was is erased, and no more than that. Once is for good."""
    if known.erased:
        return []
    return [ReferralErased(tenant=known.agency, referral_id=known.referral_id, young_id=known.young_id, on=on)]


def evolve(known: OutboundReferral | None, event: OutboundReferralEvent) -> OutboundReferral:
    """What was told, after one more event."""
    fresh = OutboundReferral(referral_id=event.referral_id, young_id=event.young_id, agency=event.tenant)
    match event:
        case ReferralErased():
            return fresh.model_copy(update={"revision": known.revision if known else 0, "erased": True})
        case ReferralReceived() | ReferralChanged():
            return fresh.model_copy(update={"revision": event.revision, "view": event.view})
        case _:
            assert_never(event)


OUTBOUND_REFERRALS = Aggregate("outbound_referrals", OutboundReferral, evolve, visible_to=own_agency)
