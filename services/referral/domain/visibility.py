"""Who sees what of referral."""

from shared.kernel.caller import Caller, TenantFilter


def of_their_agency(caller: Caller) -> TenantFilter:
    """An agency sees its own referrals; nobody else sees any."""
    return {"agency": caller.tenant} if caller.kind == "agency" else None


def everyone(_caller: Caller) -> TenantFilter:
    """Agencies are public."""
    return {}
