"""Who sees what of enrolment: which documents, and what of them. An agency reads its own referrals' side of an application."""

from collections.abc import Sequence
from typing import Any

from services.enrolment.domain.application import Application, Referring, Standing
from services.enrolment.domain.enrolment import Enrolment
from shared.events.applications import ApplicationStatus
from shared.events.referral import RefusalCode
from shared.kernel.caller import Caller, TenantFilter
from shared.kernel.errors import NotFound


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


def own_hand_backs(caller: Caller) -> TenantFilter:
    """A school sees those of its pupils, an agency those that it is to acknowledge."""
    return {caller.kind: caller.tenant} if caller.kind in ("school", "agency") else None


def own_transfers(caller: Caller) -> TenantFilter:
    """A school sees those that it has no place for, an agency those that its referrals are proposed."""
    return {caller.kind: caller.tenant} if caller.kind in ("school", "agency") else None


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
    if agency and not application.of(agency):
        raise NotFound("Cette candidature")


def shown_applications(caller: Caller, applications: Sequence[Application]) -> list[Application]:
    """The applications of an intake that this caller reads; pupils who came from another intake are not applicants.

    An agency reads them in the order in which it asked for them, a school in the order in which they came.
    """
    agency = agency_of(caller)
    shown = [one for one in applications if (one.referrals if agency is None else one.of(agency))]
    return sorted(shown, key=lambda one: rank_in_list(caller, one))


def rank_in_list(caller: Caller, application: Application) -> int:
    """By what an application is placed in a list of its intake's: no other agency's referral moves it in an agency's."""
    agency = agency_of(caller)
    return application.arrival if agency is None else min(one.arrival for one in application.of(agency))


def as_shown(caller: Caller, application: Application) -> Application:
    """An application as this caller reads it: a school, as it is; an agency, as its own referral sees it."""
    agency = agency_of(caller)
    return application if agency is None else seen_by(application, agency)


def seen_by(application: Application, agency: str) -> Application:
    """The one view that an agency has of an application, in every channel: made of what its own referrals heard, alone.

    Nothing in it is older than they are or depends on anybody else's: not where it stood, nor in whose name a place is offered.
    """
    mandate = application.mandate(agency)
    assert mandate is not None
    return Application(
        **_told(mandate.seen), young_id=application.young_id, priority=mandate.priority, arrival=mandate.arrival,
        opened_on=mandate.on, referrals=tuple(map(_own, application.of(agency))),
    )  # fmt: skip


def follows(application: Application, agency: str) -> bool:
    """Whether an agency follows the pupil who came of an application: a referral of its own still asked when it was confirmed."""
    return any(one.seen.status is ApplicationStatus.ENROLLED for one in application.of(agency))


def following(application: Application) -> list[str]:
    """Each agency that follows the pupil who came of an application."""
    return list(dict.fromkeys(one.agency for one in application.referrals if follows(application, one.agency)))


def sees_what_others_make(caller: Caller) -> bool:
    """Whether priority and rank, which other referrals make, and motives, which the school keeps, are shown."""
    return agency_of(caller) is None


def own_enrolments(enrolments: Sequence[Enrolment], school: str | None) -> list[Enrolment]:
    """The enrolments of a pupil in one school; None sees all."""
    return [one for one in enrolments if school in (None, one.school)]


def _told(seen: Standing) -> dict[str, Any]:
    """A standing as it is told: that its applicant is enrolled elsewhere is another path, whoever referred them there."""
    told = dict(seen)
    if seen.because:
        told["code"] = RefusalCode.CHOSE_OTHER_PATH if seen.because == "enrolled_elsewhere" else None
    return {**told, "because": None}


def _own(referring: Referring) -> Referring:
    """A referral as its agency reads it: it ended apart only where it was taken back."""
    seen = referring.seen
    back = seen.status is ApplicationStatus.WITHDRAWN
    ended = {"ended": seen.status if back else None, "ended_on": seen.since if back else None}
    return referring.model_copy(
        update={**ended, "due": None, "waits_since": None}
    )  # by when it is answered depends on what others were told
