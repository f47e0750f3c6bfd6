"""The status graph of an application: what each status is called, and which verbs it allows."""

from collections.abc import Mapping
from enum import StrEnum

from shared.events.applications import ApplicationStatus

FRENCH: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.UNDER_REVIEW: "à l’étude",
    ApplicationStatus.INTERVIEW_PLANNED: "entretien prévu",
    ApplicationStatus.IMMERSION_PLANNED: "immersion prévue",
    ApplicationStatus.IMMERSION_ENDED: "immersion terminée",
    ApplicationStatus.ADMISSIBLE: "admissible",
    ApplicationStatus.WAITLISTED: "sur liste d’attente",
    ApplicationStatus.OFFERED: "place proposée",
    ApplicationStatus.ENROLLED: "inscrite",
    ApplicationStatus.RELEASED: "place rendue",
    ApplicationStatus.INELIGIBLE: "non éligible",
    ApplicationStatus.REFUSED: "refusée",
    ApplicationStatus.DECLINED: "place déclinée",
    ApplicationStatus.EXPIRED: "offre sans réponse",
    ApplicationStatus.WITHDRAWN: "retirée",
    ApplicationStatus.OBSOLETE: "sans objet",
}


class Verb(StrEnum):
    """What may be done to an application, by a school, its agency, a deadline or an enrolment elsewhere."""

    REVIEW = "review"
    PLAN_INTERVIEW = "plan_interview"
    PLAN_IMMERSION = "plan_immersion"
    END_IMMERSION = "end_immersion"
    ADMIT = "admit"
    WAITLIST = "waitlist"
    OFFER = "offer"
    CONFIRM = "confirm"
    DECLINE = "decline"
    EXPIRE = "expire"
    REFUSE = "refuse"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MAKE_OBSOLETE = "make_obsolete"


V = Verb
_ends = {V.REFUSE, V.WITHDRAW, V.MAKE_OBSOLETE}
_meets = {V.PLAN_INTERVIEW, V.PLAN_IMMERSION, V.ADMIT}
ALLOWED: Mapping[ApplicationStatus, frozenset[Verb]] = {
    ApplicationStatus.INELIGIBLE: frozenset({V.REVIEW}),
    ApplicationStatus.UNDER_REVIEW: frozenset(_meets | _ends),
    ApplicationStatus.INTERVIEW_PLANNED: frozenset(_meets | _ends),
    ApplicationStatus.IMMERSION_PLANNED: frozenset(_meets | _ends | {V.END_IMMERSION}),
    ApplicationStatus.IMMERSION_ENDED: frozenset(_meets | _ends),
    ApplicationStatus.ADMISSIBLE: frozenset(_ends | {V.WAITLIST, V.OFFER}),
    ApplicationStatus.WAITLISTED: frozenset(_ends),  # a seat comes to them by promotion alone, in their order
    ApplicationStatus.OFFERED: frozenset({V.CONFIRM, V.DECLINE, V.EXPIRE, V.WITHDRAW, V.MAKE_OBSOLETE}),
    ApplicationStatus.REFUSED: frozenset({V.REOPEN}),
    ApplicationStatus.EXPIRED: frozenset({V.REOPEN}),
    ApplicationStatus.DECLINED: frozenset(),
    ApplicationStatus.WITHDRAWN: frozenset(),
    ApplicationStatus.OBSOLETE: frozenset(),
    ApplicationStatus.ENROLLED: frozenset(),
    ApplicationStatus.RELEASED: frozenset(),
}
"""Status -> verbs. A status that allows nothing is final; a new referral may begin again after WITHDRAWN and OBSOLETE only."""

OPEN = frozenset(status for status, verbs in ALLOWED.items() if V.MAKE_OBSOLETE in verbs)
"""Still asks for an answer."""
HOLDS_A_SEAT = frozenset({ApplicationStatus.OFFERED, ApplicationStatus.ENROLLED})
NOT_AFTER_CLOSING = frozenset(
    {V.REVIEW, V.PLAN_INTERVIEW, V.PLAN_IMMERSION, V.END_IMMERSION, V.ADMIT, V.WAITLIST, V.OFFER, V.REOPEN}
)
"""What can no longer be done once the intake has closed."""
