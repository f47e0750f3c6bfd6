"""Who sees what of production: its clients, orders, weeks and pupils."""

from shared.kernel.caller import Caller, TenantFilter


def own_school(caller: Caller) -> TenantFilter:
    """A school sees its own; others see nothing here."""
    return {"school": caller.tenant} if caller.kind == "school" else None


def reads_contacts(caller: Caller) -> bool:
    """Whether whom to ask for at a client's is shown: the workshop works for clients, its head and office talk to them."""
    return caller.role != "workshop"
