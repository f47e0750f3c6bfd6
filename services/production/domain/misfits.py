"""What a logged week contradicts, now that more is known of the pupil: it is kept, and somebody looks at it."""

from services.production.domain.measures import Alert
from services.production.domain.pupils import Pupil, ensure_present
from services.production.domain.weeks import WorkedWeek
from shared.events.production import Hours
from shared.kernel.errors import Refused


def misfits(worked: WorkedWeek, pupil: Pupil) -> list[Alert]:
    """What would be refused or logged otherwise today. `pupil` is the enrolment that the week belongs to, as known now."""
    if worked.minutes == Hours():
        return []
    if worked.enrolment_id != pupil.enrolment_id:
        detail = "Ces heures sont enregistrées sous une autre inscription de cet élève : déclarez la semaine de nouveau."
        return [Alert(code="other_enrolment", detail=detail)]
    try:
        ensure_present(pupil, worked.week)
    except Refused as problem:
        return [Alert(code="no_longer_present", detail=f"{problem.sentence} Ses heures sont gardées : vérifiez-les.")]
    if pupil.whole and worked.programme != pupil.programme_in(worked.week):
        detail = "Cet élève suivait alors une autre formation que celle de ces heures : déclarez la semaine de nouveau."
        return [Alert(code="other_programme", detail=detail)]
    return []
