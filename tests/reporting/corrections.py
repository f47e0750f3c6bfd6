"""Corrections of a pupil, for the rows: one of each, with values of their own or drawn."""

from datetime import date, timedelta
from random import Random
from typing import Any

from shared.events import Event
from shared.events.corrections import (
    CompletionCorrected,
    CorrectionCode,
    ExamCorrected,
    InterruptionCorrected,
    NoShowCorrected,
    OutcomeCorrected,
    ResultCorrected,
    ReturnCorrected,
    StartCorrected,
    YearCorrected,
)
from shared.events.students import InterruptionCode, Move, OutcomeProof, OutcomeSituation, OutcomeSource, Result

TYPING = {"code": CorrectionCode.TYPING}


def each_correction(of: dict[str, Any], year: dict[str, Any], exam: dict[str, Any], draw: Random | None = None) -> list[Event]:
    """One of each correction of what was said to have happened on the day of `of`; a week later, unless it is drawn."""
    was: date = of["on"]

    def happened() -> dict[str, Any]:
        voided = draw is not None and draw.random() < 0.4
        later = timedelta(days=draw.randrange(-40, 40) if draw else 7)
        return {"replaces_on": was, "happened_on": None if voided else was + later, "voided": voided, **TYPING}

    left, sat, got, became, moved = (happened() for _ in range(5))
    result = draw.choice(list(Result)) if draw else Result.FAILED
    situation = draw.choice(list(OutcomeSituation)) if draw else OutcomeSituation.JOB_SEEKING
    code = InterruptionCode.EMPLOYMENT
    word: dict[str, Any] = {"situation": situation, "proof": OutcomeProof.CONTRACT}
    return [
        StartCorrected(**of, **happened()),
        NoShowCorrected(**of, **happened()),
        InterruptionCorrected(
            **of, **left, replaces_interruption=InterruptionCode.MOVED, interruption=None if left["voided"] else code
        ),
        ReturnCorrected(**of, **happened()),
        CompletionCorrected(**of, **happened()),
        YearCorrected(
            **of, **moved, **year, replaces_move=Move.MOVED_UP, replaces_intake_id=year["intake_id"],
            move=None if moved["voided"] else Move.REPEATED,
        ),
        ExamCorrected(**exam, **sat, replaces_session="2027-06", session=None if sat["voided"] else "2027-05"),
        ResultCorrected(**exam, **got, replaces_result=Result.OBTAINED, result=None if got["voided"] else result),
        *(
            OutcomeCorrected(
                **of, **became, horizon=6, source=source, replaces_situation=OutcomeSituation.EMPLOYED,
                **({} if became["voided"] else word),
            )
            for source in (OutcomeSource.SCHOOL, OutcomeSource.AGENCY)
        ),
    ]  # fmt: skip
