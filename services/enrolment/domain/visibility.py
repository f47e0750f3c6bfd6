"""Who sees what of enrolment: which documents, and what of them. An agency reads its own referrals' side of an application."""

from collections.abc import Sequence

from services.enrolment.domain.application import Application, Referring
from services.enrolment.domain.enrolment import Enrolment
from shared.kernel.caller import Caller, TenantFilter
from shared.kernel.errors import NotFound, Refused


def school_of(caller: Caller) -> str | None:
    """The school that speaks; None for those who speak of any."""
    return caller.tenant if caller.kind == "school" else None


def agency_of(caller: Caller) -> str | None:
    """The agency that speaks; None for those whom no referral names."""
    return caller.tenant if caller.kind == "agency" else None


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


def check_named(caller: Caller, application: Application) -> None:
    """Raise NotFound unless the caller sees this application: an agency, those that its own referrals asked for."""
    agency = agency_of(caller)
    if agency and not application.names(agency):
        raise NotFound("Cette candidature")


def check_asking(caller: Caller, application: Application) -> None:
    """Raise NotFound as above, or Refused where the agency took its own part of this application back."""
    check_named(caller, application)
    agency = agency_of(caller)
    if agency and not application.goes_on_for(agency):
        raise Refused("withdrawn_by_you", "Votre organisme a retiré cette candidature.", moves=())


def shown_applications(caller: Caller, applications: Sequence[Application]) -> list[Application]:
    """The applications of an intake that this caller reads; pupils who came from another intake are not applicants."""
    agency = agency_of(caller)
    return [one for one in applications if (one.names(agency) if agency else one.referrals)]


def as_shown(caller: Caller, application: Application) -> Application:
    """An application as this caller reads it: a school, as it is.

    An agency reads its own referrals in it, and nothing that is older than they are or later than their end.
    """
    agency = agency_of(caller)
    if agency is None:
        return application
    own = tuple(one for one in application.referrals if one.agency == agency)
    asking = [one.on for one in own if one.ended is None]
    if not asking:
        return _ended_for(own, application)
    joined = min(asking)
    planned = {field: getattr(application, field) for field in PLANNED}
    return application.model_copy(
        update={
            **{field: day if day and day >= joined else None for field, day in planned.items()},
            "met": application.met if application.met_on and application.met_on >= joined else None,
            "opened_on": max(application.opened_on, joined),
            "since": max(application.since, joined),
            "referrals": own,
        }
    )


def sees_what_others_make(caller: Caller) -> bool:
    """Whether priority and rank, which other referrals make, and motives, which the school keeps, are shown."""
    return agency_of(caller) is None


def own_enrolments(enrolments: Sequence[Enrolment], school: str | None) -> list[Enrolment]:
    """The enrolments of a pupil in one school; None sees all."""
    return [one for one in enrolments if school in (None, one.school)]


PLANNED = ("planned_on", "planned_from", "planned_until")


def _ended_for(own: Sequence[Referring], application: Application) -> Application:
    """What is left to an agency that took its part back: that it did, and when."""
    last = own[-1]
    assert last.ended is not None
    assert last.ended_on is not None
    return Application(
        young_id=application.young_id, status=last.ended, priority=application.priority, arrival=application.arrival,
        opened_on=own[0].on, since=last.ended_on, referrals=tuple(own),
    )  # fmt: skip
