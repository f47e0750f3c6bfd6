"""A former pupil goes on in another programme of the same school: a new enrolment, after the one that was completed."""

from datetime import date, timedelta

from services.enrolment.domain.eligibility import reasons_against
from services.enrolment.domain.enrolment import ACTIVE, LEFT, Enrolment
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupils import enrol, ensure_allowed, open_moves
from services.enrolment.domain.school import Programme
from services.enrolment.domain.statuses import EnrolmentAction
from services.enrolment.domain.visibility import own_enrolments
from shared.events.students import EnrolmentStatus
from shared.kernel.calendar import months_after
from shared.kernel.errors import Refused

NEVER_CAME = frozenset({EnrolmentStatus.GAVE_UP, EnrolmentStatus.DID_NOT_START})


def continue_in(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[PupilEvent]:
    """After a programme completed, enter another of the same school, in any of its years of study, without a referral.

    Refused to whom another enrolment is under way, here or elsewhere.
    """
    last = pupil.last(school)
    if last.now.intake_id == to.intake_id and last.status in ACTIVE:
        return []
    enrolment = last_attended(pupil, school) if last.status in NEVER_CAME else last
    ensure_allowed(enrolment, EnrolmentAction.CONTINUE, on)
    moves = open_moves(enrolment, EnrolmentAction.CONTINUE)
    if to.school != enrolment.school or to.programme == enrolment.now.programme or to.school_year < enrolment.now.school_year:
        sentence = "On poursuit dans une autre formation de la même école, cette année scolaire ou plus tard."
        raise Refused("wrong_intake", sentence, moves=moves)
    if any(one.status is not EnrolmentStatus.GAVE_UP for one in pupil.enrolments_in(to.intake_id)):
        raise Refused("wrong_intake", "Ce jeune a déjà été inscrit pour cette rentrée.", moves=moves)
    if reasons_against(pupil.birth_month, entry_on=max(on, to.starts_on), programme=programme):
        raise Refused("not_eligible", "Ce jeune n’a pas l’âge que demande cette formation.", moves=moves)
    return enrol(pupil, young_id=pupil.young_id, birth_month=pupil.birth_month, intake=to, programme=programme, on=on)


def last_attended(pupil: Pupil, school: str | None) -> Enrolment:
    """The latest enrolment that began, whatever was given up or missed since; the latest at all where none did."""
    attended = [one for one in own_enrolments(pupil.enrolments, school) if one.started_on]
    return attended[-1] if attended else pupil.last(school)


def left_before(pupil: Pupil, school: str | None, *, horizon: int, within: timedelta, on: date) -> Enrolment:
    """The enrolment whose horizon a day is near: of someone who went on, an earlier one may be; else the last attended."""
    left = [one for one in own_enrolments(pupil.enrolments, school) if one.status in LEFT and one.left_on]
    due = (one for one in reversed(left) if one.left_on and abs(months_after(one.left_on, horizon) - on) <= within)
    return next(due, None) or last_attended(pupil, school)
