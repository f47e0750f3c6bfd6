"""Who sees what of production."""

from shared.kernel.caller import Caller, TenantFilter


def of_school(caller: Caller) -> TenantFilter:
    """A school sees its own; others see nothing here."""
    return {"school": caller.tenant} if caller.kind == "school" else None
