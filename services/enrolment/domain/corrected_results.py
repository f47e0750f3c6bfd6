"""Decisions that mend what a pupil was said to have sat, obtained and become: exams, results, outcomes."""

from collections.abc import Collection
from uuid import UUID

from services.enrolment.domain.corrections import Mending, agreed, already_mended, mended_enrolment, said
from services.enrolment.domain.diplomas import ensure_in_its_time, refuse, sitting_of
from services.enrolment.domain.enrolment import Outcome
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupils import open_moves
from services.enrolment.domain.sessions import against_registering, against_result
from services.enrolment.domain.visibility import own_enrolments
from shared.events.corrections import ExamCorrected, OutcomeCorrected, ResultCorrected
from shared.events.students import OutcomeSource, Result
from shared.kernel.errors import Refused


def correct_exam(
    pupil: Pupil, *, school: str | None, mending: Mending, titles: Collection[str], exam_id: UUID, session: str | None = None
) -> list[PupilEvent]:
    """Presented to another session, registered on another day; or not presented, which its result has to leave first."""
    own = own_enrolments(pupil.enrolments, school)
    enrolment = next((one for one in own if one.exam(exam_id)), None) or mended_enrolment(pupil, school, mending)
    sitting = enrolment.exam(exam_id)
    if sitting is None or sitting.registered_on not in (mending.replaces_on, None):
        return already_mended(enrolment, Fact.EXAM, mending)
    new = None if mending.voided else session or sitting.session
    if (new, mending.happened_on) == (sitting.session, sitting.registered_on):
        return []
    moves = open_moves(enrolment)
    if sitting.result and new != sitting.session:
        raise Refused("result_given", "Un résultat est donné à cet examen : annulez-le d’abord.", moves=moves)
    if new and mending.happened_on:
        others = tuple(one for one in enrolment.exams if one is not sitting)
        without = enrolment.model_copy(update={"exams": others})
        refuse(against_registering(without, new, titles, mending.happened_on), moves)
    corrected = ExamCorrected(
        **said(pupil, enrolment, mending), exam_id=exam_id, replaces_session=sitting.session, session=new
    )  # fmt: skip
    return agreed(pupil, enrolment, [corrected], mending, titles)


def correct_result(
    pupil: Pupil, *, school: str | None, mending: Mending, titles: Collection[str], exam_id: UUID, result: Result | None = None
) -> list[PupilEvent]:
    """Another result, or on another day; or none is known yet."""
    enrolment, sitting = sitting_of(pupil, school, exam_id)
    if sitting.result is None or sitting.result_on != mending.replaces_on:
        return already_mended(enrolment, Fact.RESULT, mending)
    new = None if mending.voided else result or sitting.result
    if (new, mending.happened_on) == (sitting.result, sitting.result_on):
        return []
    if new and mending.happened_on:
        refuse(against_result(enrolment, sitting, new, mending.happened_on), open_moves(enrolment))
    corrected = ResultCorrected(
        **said(pupil, enrolment, mending), exam_id=exam_id, replaces_result=sitting.result, result=new
    )  # fmt: skip
    return agreed(pupil, enrolment, [corrected], mending, titles)


def correct_outcome(
    pupil: Pupil,
    *,
    school: str | None,
    mending: Mending,
    titles: Collection[str],
    horizon: int,
    source: OutcomeSource,
    agency: str | None = None,
    word: Outcome | None = None,
) -> list[PupilEvent]:
    """The last word of a source, of one agency among several, was another one; or all that it said there is taken back."""
    own = reversed(own_enrolments(pupil.enrolments, school))
    told = ((one, one.last_outcome(horizon, source, agency)) for one in own if mending.enrolment_id in (one.enrolment_id, None))
    found = next(((one, word) for one, word in told if word and word.on == mending.replaces_on), None)
    enrolment, known = found or (mended_enrolment(pupil, school, mending), None)
    if known is None:
        return already_mended(enrolment, Fact.OUTCOME, mending)
    if word == known:
        return []
    if word and word.on != known.on and enrolment.left_on:  # of who came back since, no day is due any more
        ensure_in_its_time(enrolment, horizon, word.on)
    corrected = OutcomeCorrected(
        **said(pupil, enrolment, mending), horizon=horizon, source=source, agency=agency, replaces_situation=known.situation,
        **(word.model_dump(include={"situation", "contract", "by_client", "proof"}) if word else {}),
    )  # fmt: skip
    return agreed(pupil, enrolment, [corrected], mending, titles)
