"""Who sees what of production: its clients, orders, weeks and pupils."""

from shared.kernel.caller import Caller, TenantFilter


def own_school(caller: Caller) -> TenantFilter:
    """A school sees its own; others see nothing here."""
    return {"school": caller.tenant} if caller.kind == "school" else None
