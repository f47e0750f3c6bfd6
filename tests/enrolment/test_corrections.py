"""What was declared of a pupil is mended by an event that says what it replaces; the status and the seats follow."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import pupils
from services.enrolment.domain.corrections import Mending, correct_presence
from services.enrolment.domain.dates import move_start
from services.enrolment.domain.enrolment import Enrolment
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil, PupilEvent
from shared.events.corrections import (
    CompletionCorrected,
    CorrectionCode,
    InterruptionCorrected,
    NoShowCorrected,
    ReturnCorrected,
    StartCorrected,
)
from shared.events.students import EnrolmentStatus, InterruptionCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    LATER,
    START,
    after,
    an_intake,
    completed,
    enrolled,
    fields_on,
    in_last_year,
    interrupted,
    started,
)

TODAY = date(2027, 12, 1)
GONE_ON = date(2025, 12, 1)
BACK_ON = date(2026, 1, 5)


def mending(replaces_on: date, happened_on: date | None = None, **overrides: Any) -> Mending:
    """On a day instead of another; on none, where none is said."""
    default = {"code": CorrectionCode.TYPING, "replaces_on": replaces_on, "happened_on": happened_on, "on": TODAY}
    return Mending(**{**default, **overrides})


def said(replaces_on: date, happened_on: date | None = None, **more: Any) -> dict[str, Any]:
    """The fields of a correction."""
    told = {"replaces_on": replaces_on, "happened_on": happened_on, "voided": happened_on is None, "code": CorrectionCode.TYPING}
    return {**fields_on(TODAY), **told, **more}


def mend(place: Pupil, fact: Fact, replaces_on: date, happened_on: date | None = None, **more: Any) -> list[PupilEvent]:
    return correct_presence(place, school=None, fact=fact, mending=mending(replaces_on, happened_on), titles=(), **more)


def one(place: Pupil) -> Enrolment:
    return place.enrolments[0]


def missed() -> Pupil:
    return after(enrolled(), pupils.record_no_show(enrolled(), school=None, on=START))


def back() -> Pupil:
    return after(interrupted(), pupils.resume(interrupted(), school=None, on=BACK_ON))


CORRECTED = [
    (started(), Fact.START, START, date(2025, 9, 8), StartCorrected, {}),
    (missed(), Fact.NO_SHOW, START, date(2025, 9, 8), NoShowCorrected, {}),
    (
        interrupted(), Fact.INTERRUPTION, GONE_ON, date(2025, 11, 3), InterruptionCorrected,
        {"replaces_interruption": InterruptionCode.MOVED, "interruption": InterruptionCode.MOVED},
    ),
    (back(), Fact.RETURN, BACK_ON, date(2026, 1, 12), ReturnCorrected, {}),
    (completed(), Fact.COMPLETION, LATER, date(2027, 6, 30), CompletionCorrected, {}),
]  # fmt: skip


@pytest.mark.parametrize(("place", "fact", "was", "new", "event", "more"), CORRECTED, ids=[row[1] for row in CORRECTED])
def test_a_fact_of_presence_gets_another_day(
    place: Pupil, fact: Fact, was: date, new: date, event: Any, more: dict[str, Any]
) -> None:
    decided = mend(place, fact, was, new)
    assert decided == [event(**said(was, new), **more)]
    mended = after(place, decided)
    assert [step.on for step in one(mended).presence][-1] == one(mended).since == new
    assert one(mended).status is one(place).status
    assert mend(mended, fact, was, new) == []  # the same twice
    assert mend(mended, fact, new, new) == []  # of nothing
    with pytest.raises(Refused, match="nothing_to_correct"):
        mend(mended, fact, was, date(2025, 9, 22))


VOIDED = [
    (started(), Fact.START, START, EnrolmentStatus.DUE),
    (missed(), Fact.NO_SHOW, START, EnrolmentStatus.DUE),
    (interrupted(), Fact.INTERRUPTION, GONE_ON, EnrolmentStatus.PRESENT),
    (back(), Fact.RETURN, BACK_ON, EnrolmentStatus.INTERRUPTED),
    (completed(), Fact.COMPLETION, LATER, EnrolmentStatus.PRESENT),
]


@pytest.mark.parametrize(("place", "fact", "was", "status"), VOIDED, ids=[row[1] for row in VOIDED])
def test_a_fact_that_did_not_happen_leaves_what_was_before_it(
    place: Pupil, fact: Fact, was: date, status: EnrolmentStatus
) -> None:
    mended = after(place, mend(place, fact, was))
    assert one(mended).status is status
    assert mend(mended, fact, was) == []
    assert [(one.fact, one.happened_on) for one in one(mended).corrections] == [(fact, None)]


def test_an_interruption_that_did_not_happen_takes_the_return_from_it_along() -> None:
    decided = mend(back(), Fact.INTERRUPTION, GONE_ON)
    assert decided == [
        ReturnCorrected(**said(BACK_ON)),
        InterruptionCorrected(**said(GONE_ON), replaces_interruption=InterruptionCode.MOVED),
    ]
    mended = after(back(), decided)
    assert one(mended).presence == one(started()).presence
    assert mend(mended, Fact.INTERRUPTION, GONE_ON) == []


def test_the_code_of_an_interruption_is_mended_alone() -> None:
    decided = mend(interrupted(), Fact.INTERRUPTION, GONE_ON, GONE_ON, interruption=InterruptionCode.EMPLOYMENT)
    codes: dict[str, Any] = {"replaces_interruption": InterruptionCode.MOVED, "interruption": InterruptionCode.EMPLOYMENT}
    assert decided == [InterruptionCorrected(**said(GONE_ON, GONE_ON), **codes)]
    assert one(after(interrupted(), decided)).code is InterruptionCode.EMPLOYMENT


@pytest.mark.parametrize(
    ("place", "fact", "was", "new", "sentence"),
    [
        (started(), Fact.START, START, date(2025, 8, 29), "La rentrée est le 01/09/2025."),
        (missed(), Fact.NO_SHOW, START, date(2025, 5, 1), "précède le 12/05/2025"),
        (missed(), Fact.NO_SHOW, START, date(2025, 8, 29), "La rentrée est le 01/09/2025."),
        (interrupted(), Fact.START, START, date(2025, 12, 2), "L’interruption du 01/12/2025 précède le 02/12/2025"),
        (interrupted(), Fact.START, START, None, "L’interruption du 01/12/2025 ne tient plus"),
        (interrupted(), Fact.INTERRUPTION, GONE_ON, date(2025, 8, 29), "L’interruption du 29/08/2025 précède le 01/09/2025"),
        (back(), Fact.INTERRUPTION, GONE_ON, date(2026, 1, 6), "La reprise du 05/01/2026 précède le 06/01/2026"),
        (back(), Fact.RETURN, BACK_ON, date(2025, 11, 30), "La reprise du 30/11/2025 précède le 01/12/2025"),
        (completed(), Fact.COMPLETION, LATER, date(2025, 8, 1), "La fin du parcours du 01/08/2025 précède le 01/09/2025"),
        (in_last_year(), Fact.START, START, None, "Le passage en année supérieure du 01/09/2025 tombe hors de la présence."),
        (in_last_year(), Fact.START, START, date(2025, 9, 2), "tombe hors de la présence"),
    ],
)  # fmt: skip
def test_a_day_that_contradicts_the_other_facts_is_refused(
    place: Pupil, fact: Fact, was: date, new: date | None, sentence: str
) -> None:
    with pytest.raises(Refused, match="contradiction") as no:
        mend(place, fact, was, new)
    assert sentence in no.value.sentence
    assert "correct" in [move.name for move in no.value.moves or ()]


def test_a_start_is_mended_to_the_day_on_which_the_intake_begins_since_its_dates_changed() -> None:
    august = date(2025, 8, 25)
    moved = after(started(), move_start(started(), intake=an_intake(starts_on=august), on=TODAY))
    assert one(after(moved, mend(moved, Fact.START, START, august))).started_on == august


def test_a_correction_is_not_dated_before_what_it_corrects() -> None:
    early = mending(START, date(2025, 9, 8), on=date(2025, 9, 5))
    with pytest.raises(Refused, match="before_previous_step"):
        correct_presence(started(), school=None, fact=Fact.START, mending=early, titles=())


@pytest.mark.parametrize(("place", "fact", "was"), [(missed(), Fact.NO_SHOW, START), (interrupted(), Fact.INTERRUPTION, GONE_ON)])
def test_nobody_is_active_twice_by_a_correction(place: Pupil, fact: Fact, was: date) -> None:
    elsewhere = enrolled(place, an_intake(school="chalon"))
    with pytest.raises(Refused, match="already_enrolled"):
        correct_presence(elsewhere, school="besancon", fact=fact, mending=mending(was), titles=())
    earlier = mending(was, was, enrolment_id=one(place).enrolment_id)
    assert correct_presence(elsewhere, school=None, fact=fact, mending=earlier, titles=()) == []


def test_a_pupil_that_was_kept_before_facts_were_is_read_and_mended_by_their_status() -> None:
    old = [interrupted(), completed(), missed(), started()]
    for place in old:
        stored = place.model_dump(mode="json")
        for enrolment in stored["enrolments"]:
            del enrolment["steps"], enrolment["corrections"]
            for of_year in enrolment["years"]:
                del of_year["since"], of_year["move"], of_year["starts_on"]
        assert one(Pupil.model_validate(stored)).presence == one(place).presence
    assert mend(Pupil.model_validate(stored), Fact.START, START, date(2025, 9, 8)) != []
