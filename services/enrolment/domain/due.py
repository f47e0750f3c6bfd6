"""What is due in one application, as events say it: to its referrals by the school, or by the family for an offered place."""

from datetime import date

from services.enrolment.domain.application import Application, Due, Referring, Standing
from services.enrolment.domain.standings import by_priority, contacted, stood
from services.enrolment.domain.statuses import WAITS_FOR_THE_SCHOOL
from shared.events.applications import ApplicationStatus
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationDue, ApplicationExpired, ApplicationReminded, WaitsFor


def set_due(application: Application, event: ApplicationDue) -> Application:
    """The application, of which an answer is due."""
    due = Due(since=event.since, days=event.days, on=event.due_on, remind_on=event.remind_on)
    if event.waits_for is WaitsFor.FAMILY:
        return application.model_copy(update={"answer_due": due})

    def told(one: Referring) -> Referring:
        since = one.waits_since or since_when(application, one, due)
        return one.model_copy(update={"due": due, "waits_since": since}) if one.referral_id == event.referral_id else one

    return application.model_copy(update={"referrals": tuple(map(told, application.referrals))})


def since_when(application: Application, one: Referring, due: Due | None) -> date:
    """The day after which a referral begins to wait: of what it heard, and of nothing that was told before it came."""
    if due and one.seen.status is application.status:
        return due.since
    return one.on if one.seen.status is ApplicationStatus.UNDER_REVIEW else one.seen.since


def waiting_anew(before: Application, after: Application) -> Application:
    """The application, of whose referrals each that heard something waits from then on; of the others nothing moves."""
    heard = {one.referral_id: _heard(one) for one in before.referrals}

    def told(one: Referring) -> Referring:
        same = heard.get(one.referral_id, _heard(one)) == _heard(one)
        return one if same else one.model_copy(update={"waits_since": None})

    return after.model_copy(update={"referrals": tuple(map(told, after.referrals))})


def _heard(one: Referring) -> tuple[Standing, int]:
    return one.seen.model_copy(update={"contacts": ()}), len(one.seen.contacts)


def reminded(application: Application, event: ApplicationReminded) -> Application:
    """The application, of which somebody was reminded: of all that is due by then."""

    def told(due: Due | None) -> Due | None:
        return due.model_copy(update={"remind_on": None}) if due and due.on <= event.due_on else due

    if event.waits_for is WaitsFor.FAMILY:
        return application.model_copy(update={"answer_due": told(application.answer_due)})
    referrals = tuple(one.model_copy(update={"due": told(one.due)}) for one in application.referrals)
    return application.model_copy(update={"referrals": referrals})


def expired_alone(application: Application, event: ApplicationExpired) -> Application:
    """The application, of whose referrals one waited in vain: it goes on for the others."""

    def left(one: Referring) -> Referring:
        seen = stood(one.seen, event, ApplicationStatus.EXPIRED, max(event.on, one.on))
        return one.model_copy(update={"seen": seen, "due": None})

    referrals = tuple(left(one) if one.referral_id == event.referral_id else one for one in application.referrals)
    return by_priority(application.model_copy(update={"referrals": referrals}))


def tried_to_reach(application: Application, event: ApplicationContacted) -> Application:
    """The application after one attempt more to reach its applicant, for whom the school then waits: its delay begins anew."""
    known, after = application.contacts, contacted(application, event)
    waits = application.status in WAITS_FOR_THE_SCHOOL and len(after.contacts) > len(known)
    return without_due(after) if waits else after


def without_due(application: Application) -> Application:
    """The application, once something else happened: what is due from now on is said anew."""
    referrals = tuple(one.model_copy(update={"due": None}) for one in application.referrals)
    return application.model_copy(update={"referrals": referrals, "answer_due": None})
