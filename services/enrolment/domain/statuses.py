"""The status graph of an application: what each status is called, and which verbs it allows."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a young person stands in an intake."""

    UNDER_REVIEW = "under_review"
    INTERVIEW_PLANNED = "interview_planned"
    IMMERSION_PLANNED = "immersion_planned"
    IMMERSION_ENDED = "immersion_ended"
    ADMISSIBLE = "admissible"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    LEFT = "left"
    INELIGIBLE = "ineligible"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OBSOLETE = "obsolete"


FRENCH: Mapping[Status, str] = {
    Status.UNDER_REVIEW: "à l’étude",
    Status.INTERVIEW_PLANNED: "entretien prévu",
    Status.IMMERSION_PLANNED: "immersion prévue",
    Status.IMMERSION_ENDED: "immersion terminée",
    Status.ADMISSIBLE: "admissible",
    Status.WAITLISTED: "sur liste d’attente",
    Status.OFFERED: "place proposée",
    Status.ENROLLED: "inscrite",
    Status.LEFT: "place rendue",
    Status.INELIGIBLE: "non éligible",
    Status.REFUSED: "refusée",
    Status.DECLINED: "place déclinée",
    Status.EXPIRED: "offre sans réponse",
    Status.WITHDRAWN: "retirée",
    Status.OBSOLETE: "sans objet",
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
ALLOWED: Mapping[Status, frozenset[Verb]] = {
    Status.INELIGIBLE: frozenset({V.REVIEW}),
    Status.UNDER_REVIEW: frozenset(_meets | _ends),
    Status.INTERVIEW_PLANNED: frozenset(_meets | _ends),
    Status.IMMERSION_PLANNED: frozenset(_meets | _ends | {V.END_IMMERSION}),
    Status.IMMERSION_ENDED: frozenset(_meets | _ends),
    Status.ADMISSIBLE: frozenset(_ends | {V.WAITLIST, V.OFFER}),
    Status.WAITLISTED: frozenset(_ends),  # a seat comes to them by promotion alone, in their order
    Status.OFFERED: frozenset({V.CONFIRM, V.DECLINE, V.EXPIRE, V.WITHDRAW, V.MAKE_OBSOLETE}),
    Status.REFUSED: frozenset({V.REOPEN}),
    Status.EXPIRED: frozenset({V.REOPEN}),
    Status.DECLINED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.OBSOLETE: frozenset(),
    Status.ENROLLED: frozenset(),
    Status.LEFT: frozenset(),
}
"""Status -> verbs. A status that allows nothing is final; a new referral may begin again after WITHDRAWN and OBSOLETE only."""

OPEN = frozenset(status for status, verbs in ALLOWED.items() if V.MAKE_OBSOLETE in verbs)
"""Still asks for an answer."""
HOLDS_A_SEAT = frozenset({Status.OFFERED, Status.ENROLLED})
NOT_AFTER_CLOSING = frozenset(
    {V.REVIEW, V.PLAN_INTERVIEW, V.PLAN_IMMERSION, V.END_IMMERSION, V.ADMIT, V.WAITLIST, V.OFFER, V.REOPEN}
)
"""What can no longer be done once the intake has closed."""
