"""Production follows what is corrected of pupils; a week that no longer fits is kept, and says so."""

from datetime import date
from itertools import permutations
from typing import Any

from services.production.domain.misfits import misfits
from services.production.domain.pupils import Pupil
from services.production.domain.weeks import PupilHours, WorkedWeek, evolve, log_work
from shared.events.corrections import (
    CompletionCorrected,
    CorrectionCode,
    InterruptionCorrected,
    NoShowCorrected,
    ReturnCorrected,
    StartCorrected,
    YearCorrected,
)
from shared.events.production import Hours
from shared.events.students import (
    EnrolmentStatus,
    InterruptionCode,
    Move,
    StudentCompleted,
    StudentDidNotStart,
    StudentInterrupted,
    StudentStartMoved,
)
from tests.production.builders import WHOSE, YOUNG, an_id
from tests.production.test_past_weeks import (
    BACK,
    DECEMBER,
    ENROLLED,
    LEFT,
    NOVEMBER,
    STARTED,
    a_move,
    hearing,
    hearing_as,
    in_turn,
    refused,
)

INSIDE = date(2025, 11, 18)
MENDED: dict[str, Any] = {**WHOSE, "on": date(2026, 3, 2), "code": CorrectionCode.TYPING}
LEFT_FOR: dict[str, Any] = {"replaces_interruption": InterruptionCode.LOST_CONTACT}


def test_a_start_on_another_day_and_one_that_did_not_happen() -> None:
    later = StartCorrected(**MENDED, replaces_on=STARTED.on, happened_on=date(2025, 9, 17))
    assert refused(hearing(ENROLLED, STARTED, later), date(2025, 9, 10)) is not None
    none = hearing(ENROLLED, STARTED, StartCorrected(**MENDED, replaces_on=STARTED.on, voided=True))
    assert (none.status, none.starts_on) == (EnrolmentStatus.DUE, ENROLLED.starts_on)


def test_who_came_started_on_their_day_wherever_the_intake_s_was_moved_to() -> None:
    moved = StudentStartMoved(**WHOSE, on=date(2025, 9, 3), starts_on=date(2025, 8, 25))
    assert hearing(ENROLLED, STARTED, moved).starts_on == STARTED.on
    assert hearing(ENROLLED, moved).starts_on == moved.on


def test_who_was_not_missed_has_weeks() -> None:
    missed = StudentDidNotStart(**WHOSE, on=date(2025, 9, 15))
    assert refused(hearing(ENROLLED, missed), INSIDE) == "Cet élève n’est jamais venu : il n’a pas d’heures."
    mended = hearing(ENROLLED, missed, NoShowCorrected(**MENDED, replaces_on=missed.on, voided=True), STARTED)
    assert (refused(mended, INSIDE), mended.status) == (None, EnrolmentStatus.PRESENT)


def test_an_interruption_on_another_day_and_one_that_did_not_happen() -> None:
    later = InterruptionCorrected(**MENDED, **LEFT_FOR, replaces_on=NOVEMBER, happened_on=date(2025, 11, 19))
    assert refused(hearing(ENROLLED, STARTED, LEFT, BACK, later), INSIDE) is None
    none = InterruptionCorrected(**MENDED, **LEFT_FOR, replaces_on=NOVEMBER, voided=True)
    pupil = hearing(ENROLLED, STARTED, LEFT, none)
    assert (refused(pupil, INSIDE), pupil.aways, pupil.status) == (None, (), EnrolmentStatus.PRESENT)


def test_a_return_on_another_day_and_one_that_did_not_happen() -> None:
    earlier = ReturnCorrected(**MENDED, replaces_on=DECEMBER, happened_on=date(2025, 11, 12))
    assert refused(hearing(ENROLLED, STARTED, LEFT, BACK, earlier), INSIDE) is None
    none = hearing(ENROLLED, STARTED, LEFT, BACK, ReturnCorrected(**MENDED, replaces_on=DECEMBER, voided=True))
    assert refused(none, date(2026, 1, 14)) == "Cet élève est parti le 05/11/2025 : la semaine 2026-W03 est après."


def test_a_completion_that_did_not_happen() -> None:
    done = StudentCompleted(**WHOSE, on=date(2025, 10, 1))
    pupil = hearing(ENROLLED, STARTED, done, CompletionCorrected(**MENDED, replaces_on=done.on, voided=True))
    assert (refused(pupil, INSIDE), pupil.status) == (None, EnrolmentStatus.PRESENT)


def a_year_corrected(**overrides: Any) -> YearCorrected:
    year = {"intake_id": an_id("intake"), "school_year": "2025-2026", "year_of_study": 1, "last_year": False}
    replaced = {"replaces_move": Move.CHANGED_PROGRAMME, "replaces_intake_id": an_id("other"), "replaces_on": date(2026, 1, 7)}
    return YearCorrected(**{**MENDED, **year, **replaced, **overrides})


def test_a_change_of_programme_on_another_day_to_another_one_or_none() -> None:
    moved = (ENROLLED, STARTED, a_move(date(2026, 1, 7)))
    earlier = a_year_corrected(happened_on=date(2025, 10, 1), programme="bac-usinage", move=Move.CHANGED_PROGRAMME)
    assert hearing(*moved, earlier).programme_in("2025-W47") == "bac-usinage"
    other = a_year_corrected(happened_on=date(2026, 1, 7), programme="cap-bois", move=Move.CHANGED_PROGRAMME)
    assert [hearing(*moved, other).programme_in(week) for week in ("2025-W47", "2026-W10")] == ["cap-cip", "cap-bois"]
    assert hearing(*moved, a_year_corrected(voided=True)).programme_in("2026-W10") == "cap-cip"


def test_of_two_interruptions_on_one_day_the_last_is_corrected() -> None:
    again = StudentInterrupted(**WHOSE, on=DECEMBER, code=InterruptionCode.MOVED)
    none = InterruptionCorrected(**MENDED, replaces_interruption=InterruptionCode.MOVED, replaces_on=DECEMBER, voided=True)
    pupil = hearing(ENROLLED, STARTED, LEFT, BACK, again, none)
    assert (refused(pupil, date(2026, 1, 14)), pupil.status) == (None, EnrolmentStatus.PRESENT)


def test_a_correction_heard_before_what_it_corrects_ends_the_same() -> None:
    later = InterruptionCorrected(**MENDED, **LEFT_FOR, replaces_on=NOVEMBER, happened_on=date(2025, 11, 19))
    told = in_turn(ENROLLED, STARTED, LEFT, BACK, later)
    assert {hearing_as([*order, order[-1]]).model_dump_json() for order in permutations(told)} == {
        hearing_as(told).model_dump_json()
    }  # fmt: skip


def logged(pupil: Pupil, week: str, minutes: int = 60, worked: WorkedWeek | None = None) -> WorkedWeek:
    hours = PupilHours(young_id=YOUNG, minutes=Hours(teaching=minutes))
    (event,) = log_work(worked, pupil=pupil, week=week, hours=hours, orders={}, on=date(2026, 3, 2))
    return evolve(worked, event)


def test_a_week_that_no_longer_fits_is_kept_and_says_why() -> None:
    worked = logged(hearing(ENROLLED, STARTED), "2025-W47")
    assert misfits(worked, hearing(ENROLLED, STARTED)) == []
    (gone,) = misfits(worked, hearing(ENROLLED, STARTED, LEFT))
    assert (gone.code, gone.detail) == (
        "no_longer_present",
        "Cet élève est parti le 05/11/2025 : la semaine 2025-W47 est après. Ses heures sont gardées : vérifiez-les.",
    )
    (moved,) = misfits(worked, hearing(ENROLLED, STARTED, a_move(date(2025, 10, 1))))
    assert moved.code == "other_programme"
    (other,) = misfits(worked, hearing(ENROLLED).model_copy(update={"enrolment_id": an_id("second")}))
    assert other.code == "other_enrolment"


def test_the_hours_of_a_week_that_no_longer_fits_may_be_emptied() -> None:
    absent = hearing(ENROLLED, STARTED, LEFT)
    emptied = logged(absent, "2025-W47", 0, worked=logged(hearing(ENROLLED, STARTED), "2025-W47"))
    assert (emptied.minutes, misfits(emptied, absent)) == (Hours(), [])
