"""How many attempts to reach an applicant were left without a reply: a school says « unreachable » only after three."""

from collections.abc import Iterable, Sequence

from services.enrolment.domain.application import Application, Contact
from shared.kernel.errors import Move, Refused

ATTEMPTS = 3
MOST = 30
"""Attempts that one application keeps."""


def unanswered(contacts: Iterable[Contact]) -> int:
    """The distinct moments at which the applicant was tried for, since they were last reached."""
    known = list(contacts)
    reached = max((one.moment for one in known if one.reached), default=None)
    return len({one.moment for one in known if not one.reached and (reached is None or one.moment > reached)})


def tried_for(application: Application) -> int:
    """The attempts left without a reply that count for every referral which asks: whoever came last brought other numbers."""
    return min((unanswered(one.seen.contacts) for one in application.asking), default=unanswered(application.contacts))


def ensure_tried(application: Application, moves: Sequence[Move]) -> None:
    """Raise Refused (`too_few_attempts`) unless the applicant was tried for three times, in vain."""
    count = tried_for(application)
    if count < ATTEMPTS:
        said = "aucun n’est noté" if count == 0 else "un seul est noté" if count == 1 else "deux sont notés"
        sentence = (
            "Un jeune se dit injoignable après trois essais de contact restés sans réponse, à trois moments distincts : "
            f"{said} depuis la dernière orientation reçue ou le dernier échange."
        )
        raise Refused("too_few_attempts", sentence, moves=moves)
