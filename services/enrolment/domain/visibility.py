"""Who sees what of enrolment."""

from shared.kernel.caller import Caller, TenantFilter


def own_school(caller: Caller) -> TenantFilter:
    """A school sees itself."""
    return {"school": caller.tenant} if caller.kind == "school" else None


def own_applications(caller: Caller) -> TenantFilter:
    """A school sees the intakes that are its own, an agency those that its referrals asked for."""
    match caller.kind:
        case "school":
            return {"school": caller.tenant}
        case "agency":
            return {"agencies": caller.tenant}
        case _:
            return None


def own_pupils(caller: Caller) -> TenantFilter:
    """A school sees the pupils that it has or had."""
    return {"schools": caller.tenant} if caller.kind == "school" else None


def own_grants(caller: Caller) -> TenantFilter:
    """A school sees the grants that it holds; the Région and the federation, all."""
    match caller.kind:
        case "school":
            return {"holder": caller.tenant}
        case "region" | "federation":
            return {}
        case _:
            return None


def nobody(_caller: Caller) -> TenantFilter:
    """Kept for ourselves."""
    return None


def everyone(_caller: Caller) -> TenantFilter:
    """No tenant's in particular."""
    return {}
