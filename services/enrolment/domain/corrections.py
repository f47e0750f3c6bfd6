"""Decisions that mend what was declared of a pupil's presence and years: by an event that says what it replaces.

A correction names its fact by kind and day. Of nothing, or the same twice, it changes nothing; what would contradict the
other facts is refused. Seats follow in the same transaction (`use_cases.correct`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import reduce
from itertools import pairwise
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.coherence import contradictions, overlaps
from services.enrolment.domain.eligibility import reasons_against
from services.enrolment.domain.enrolment import ACTIVE, RELEASED, TOLD_OF_A_YEAR, Enrolment, YearOfStudy
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.mended import PresenceCorrected
from services.enrolment.domain.presence import Fact, last_of
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields, evolve
from services.enrolment.domain.pupils import open_moves, year_in
from services.enrolment.domain.school import Programme
from services.enrolment.domain.visibility import own_enrolments
from shared.events import corrections as events
from shared.events.corrections import CorrectionCode
from shared.events.students import InterruptionCode, Move
from shared.kernel.calendar import following
from shared.kernel.errors import NotFound, Refused

TOLD_BY: Mapping[Fact, Callable[..., PresenceCorrected]] = {
    Fact.START: events.StartCorrected,
    Fact.NO_SHOW: events.NoShowCorrected,
    Fact.INTERRUPTION: events.InterruptionCorrected,
    Fact.RETURN: events.ReturnCorrected,
    Fact.COMPLETION: events.CompletionCorrected,
}


class Mending(BaseModel):
    """Why a fact is mended, which day it has now, and on which it happened (None: on none). Of the last enrolment unless said."""

    model_config = ConfigDict(frozen=True)
    code: CorrectionCode
    replaces_on: date
    happened_on: date | None
    on: date
    enrolment_id: UUID | None = None

    @property
    def voided(self) -> bool:
        return self.happened_on is None


def correct_presence(
    pupil: Pupil,
    *,
    school: str | None,
    fact: Fact,
    mending: Mending,
    titles: Collection[str],
    interruption: InterruptionCode | None = None,
) -> list[PupilEvent]:
    """Another day for a start, a no-show, an interruption (or its code), a return, a completion; or none of it happened.

    With an interruption that did not happen goes the return from it.
    """
    enrolment = mended_enrolment(pupil, school, mending)
    steps = enrolment.presence
    place = last_of(steps, fact, mending.replaces_on)
    if place is None:
        return already_mended(enrolment, fact, mending)
    more: dict[str, Any] = {}
    if fact is Fact.INTERRUPTION:
        known = steps[place].code
        more = {"replaces_interruption": known, "interruption": None if mending.voided else interruption or known}
    if mending.happened_on == steps[place].on and more.get("interruption") is steps[place].code:
        return []
    told: list[PupilEvent] = [TOLD_BY[fact](**said(pupil, enrolment, mending), **more)]
    back = steps[place + 1 : place + 2]
    if fact is Fact.INTERRUPTION and mending.voided and back:
        of_return = mending.model_copy(update={"replaces_on": back[0].on})
        told = [events.ReturnCorrected(**said(pupil, enrolment, of_return)), *told]
    return agreed(pupil, enrolment, told, mending, titles)


def correct_year(
    pupil: Pupil,
    *,
    school: str | None,
    mending: Mending,
    titles: Collection[str],
    to: Intake | None = None,
    programme: Programme | None = None,
) -> list[PupilEvent]:
    """The last move was to another intake, on another day, or was none. What another move followed is mended after that one."""
    enrolment = mended_enrolment(pupil, school, mending)
    year = next((one for one in reversed(enrolment.years[1:]) if one.since in (mending.replaces_on, None)), None)
    if year is None:
        return already_mended(enrolment, Fact.YEAR, mending)
    if year is not enrolment.now:
        raise Refused("not_last_move", "Un autre changement a suivi : corrigez-le d’abord.", moves=open_moves(enrolment))
    before = enrolment.years[-2]
    now = {name: getattr(before if mending.voided else year, name) for name in TOLD_OF_A_YEAR}
    starts_on = (before.starts_on or enrolment.starts_on) if mending.voided else year.starts_on
    if to and programme and not mending.voided:
        _ensure_open_to(pupil, enrolment, to, programme, mending)
        now, starts_on = year_in(to, programme), to.starts_on
    if not mending.voided and (now["intake_id"], mending.happened_on) == (year.intake_id, year.since):
        return []
    corrected = events.YearCorrected(
        **{**said(pupil, enrolment, mending), **now}, replaces_move=_move_to(enrolment, before, year.model_dump()),
        replaces_intake_id=year.intake_id, move=None if mending.voided else _move_to(enrolment, before, now),
        starts_on=starts_on if year.starts_on else None,
    )  # fmt: skip
    return agreed(pupil, enrolment, [corrected], mending, titles)


def seats_held(enrolment: Enrolment) -> frozenset[UUID]:
    """The intakes in which a pupil's seat is: the present one's, until they leave; those of past years, which stay."""
    years = enrolment.years
    kept = {year.intake_id for year, then in pairwise(years) if then.school_year != year.school_year and then.starts_on is None}
    return frozenset(kept if enrolment.status in RELEASED else {*kept, enrolment.now.intake_id})


def mended_enrolment(pupil: Pupil, school: str | None, mending: Mending) -> Enrolment:
    """The enrolment that a correction is about: the school's last, unless it names one of its own. Raises NotFound."""
    last = pupil.last(school)
    if mending.enrolment_id is None:
        return last
    own = {one.enrolment_id: one for one in own_enrolments(pupil.enrolments, school)}
    if mending.enrolment_id not in own:
        raise NotFound("Cette inscription")
    return own[mending.enrolment_id]


def said(pupil: Pupil, enrolment: Enrolment, mending: Mending) -> dict[str, Any]:
    """What every correction says."""
    return {
        **common_fields(pupil, enrolment, mending.on), "code": mending.code, "replaces_on": mending.replaces_on,
        "happened_on": mending.happened_on, "voided": mending.voided,
    }  # fmt: skip


def already_mended(enrolment: Enrolment, fact: Fact, mending: Mending) -> list[PupilEvent]:
    """Nothing, where this very correction was made before. Refused where no such fact is declared."""
    made = {(one.fact, one.replaces_on, one.happened_on) for one in enrolment.corrections}
    if (fact, mending.replaces_on, mending.happened_on) in made:
        return []
    sentence = f"Rien de tel n’est déclaré au {mending.replaces_on:%d/%m/%Y} : rien à corriger."
    raise Refused("nothing_to_correct", sentence, moves=open_moves(enrolment))


def agreed(
    pupil: Pupil, enrolment: Enrolment, told: Sequence[PupilEvent], mending: Mending, titles: Collection[str]
) -> list[PupilEvent]:
    """The events, where what would stand after them holds together. Raises Refused."""
    moves = open_moves(enrolment)
    if mending.on < max(mending.replaces_on, mending.happened_on or mending.replaces_on):
        raise Refused("before_previous_step", "Une correction ne se date pas d’avant ce qu’elle corrige.", moves=moves)
    after = reduce(evolve, told, pupil)
    mended = after.enrolment(enrolment.enrolment_id)
    assert mended is not None
    known = contradictions(enrolment, titles)
    new = [sentence for sentence in contradictions(mended, titles) if sentence not in known]
    if new:
        raise Refused("contradiction", new[0], moves=moves)
    if sum(one.status in ACTIVE for one in after.enrolments) > 1:
        raise Refused("already_enrolled", "Ce jeune est inscrit ailleurs depuis : une seule inscription à la fois.", moves=moves)
    if overlaps(after.enrolments) > overlaps(pupil.enrolments):
        raise Refused("contradiction", "Ce jeune était alors présent dans un autre parcours.", moves=moves)
    return list(told)


def _ensure_open_to(pupil: Pupil, enrolment: Enrolment, to: Intake, programme: Programme, mending: Mending) -> None:
    if to.school != enrolment.school:
        raise Refused("wrong_intake", "Cette rentrée est celle d’une autre école.", moves=open_moves(enrolment))
    day = max(mending.happened_on or mending.replaces_on, to.starts_on)
    if to.programme != enrolment.years[-2].programme and reasons_against(pupil.birth_month, entry_on=day, programme=programme):
        sentence = "Ce jeune n’a pas encore l’âge que demandent les machines de cette formation."
        raise Refused("not_eligible", sentence, moves=open_moves(enrolment))


def _move_to(enrolment: Enrolment, before: YearOfStudy, to: dict[str, Any]) -> Move:
    """How one goes from a year of study to another. Raises Refused where one does not."""
    next_year = to["school_year"] == following(before.school_year)
    further = to["year_of_study"] - before.year_of_study
    if to["programme"] != before.programme and (next_year or to["school_year"] == before.school_year):
        return Move.CHANGED_PROGRAMME
    if to["programme"] == before.programme and next_year and further in (0, 1):
        return Move.MOVED_UP if further else Move.REPEATED
    raise Refused("wrong_intake", "On ne passe pas de l’année d’avant à cette rentrée.", moves=open_moves(enrolment))
