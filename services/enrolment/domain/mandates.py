"""What an agency may do with an application: judged by what its own referral sees of it, as if nobody else had referred."""

from datetime import date

from services.enrolment.domain.application import Application, Referring
from services.enrolment.domain.statuses import APPLICATION, ApplicationAction
from shared.events.applications import ApplicationStatus
from shared.kernel.errors import NotFound, Refused

ANSWERS = frozenset({ApplicationAction.CONFIRM, ApplicationAction.DECLINE})


def mandate_of(application: Application, agency: str) -> Referring:
    """The referral for which an agency speaks. Raises NotFound where none of its own asked for this application."""
    mandate = application.mandate(agency)
    if mandate is None:
        raise NotFound("Cette candidature")
    return mandate


def ensure_allowed(application: Application, agency: str, action: ApplicationAction, on: date) -> Referring:
    """The agency's referral, where its own standing and days allow the action. Raises Refused as to whoever refers alone."""
    mandate = mandate_of(application, agency)
    seen = mandate.seen
    if seen.status is ApplicationStatus.WITHDRAWN:
        raise Refused("withdrawn_by_you", "Votre organisme a retiré cette candidature.", moves=())
    APPLICATION.ensure(seen.status, action, on=on, since=seen.since)
    return mandate


def ensure_answers(application: Application, agency: str, action: ApplicationAction, on: date) -> None:
    """Raise Refused unless the place was offered in the name of a referral of this agency, for it to answer.

    Else the school alone hears the answer: it said so when it offered, or another asked first, or who asked left since. Which
    of these is not told.
    """
    mandate = ensure_allowed(application, agency, action, on)
    if application.offered_to not in {one.referral_id for one in application.of(agency)}:
        raise to_the_school(mandate)


def to_the_school(mandate: Referring) -> Refused:
    """The answer to this place is not the agency's to give."""
    sentence = "La réponse à cette place se donne auprès de l’école."
    return Refused("answered_at_school", sentence, moves=APPLICATION.moves(mandate.seen.status, but=ANSWERS))
