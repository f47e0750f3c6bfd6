"""Whatever is declared and mended, in whatever order it comes: the same rows, those that enrolment has; and no past day moves."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from deploy.bench.publisher import Published, Publisher, an_id
from services.enrolment.domain.enrolment import Enrolment
from services.enrolment.domain.presence import Fact
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.exams import ExamRow
from services.reporting.projections.outcomes import OutcomeRow
from shared.events.corrections import CorrectionEvent, OutcomeCorrected
from shared.events.students import OutcomeDeclared, OutcomeProof, OutcomeSituation, OutcomeSource
from tests.enrolment.builders import START
from tests.reporting.drivers import rows_of
from tests.reporting.lives import Life, some_lives

ROWS = (EnrolmentRow, ExamRow, OutcomeRow)


def delivered(draw: Random, told: Sequence[Published]) -> list[Published]:
    """In order within a source, in any order between sources, some of it again, late."""
    by_source: dict[str, list[Published]] = defaultdict(list)
    for published in told:
        by_source[published[1].source].append(published)
    turns = [source for source, of_source in by_source.items() for _ in of_source]
    draw.shuffle(turns)
    come: Counter[str] = Counter()
    messages: list[Published] = []
    for source in turns:
        messages.append(by_source[source][come[source]])
        come[source] += 1
        if draw.random() < 0.2:
            messages += by_source[source][draw.randrange(come[source]) : come[source]]
    return messages


def known(stored: dict[str, dict[str, Any]], instant: datetime | None = None) -> dict[str, Any]:
    """Every row that can be read, as known at an instant."""
    read = ((of, id, of.as_known(one, instant)) for of in ROWS for id, one in stored[of.projection.name].items())
    return {f"{of.projection.name} {id}": row for of, id, row in read if row}


def said(rows: dict[str, Any]) -> dict[str, Any]:
    """Rows but for whether they were corrected since, which is read of any day."""
    return {id: row.model_copy(update={"corrected_on": None}) for id, row in rows.items()}


@settings(max_examples=100, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.integers(0, 2**64))
def test_any_history_ends_in_the_same_rows_and_no_earlier_day_moves(seed: int) -> None:
    draw = Random(seed)
    publisher, lives = some_lives(draw, people=2, steps=30)
    told = publisher.messages
    whole = rows_of(told)
    assert rows_of(delivered(draw, told)) == whole
    for instant in sorted({message.time for _, message in told}):
        by_then = [published for published in told if published[1].time <= instant]
        assert said(known(whole, instant)) == said(known(rows_of(by_then)))
    for life in lives:
        assert row_of(whole, life) == as_enrolment_has_it(life.enrolment)


def row_of(stored: dict[str, dict[str, Any]], life: Life) -> dict[str, Any]:
    """What reporting reads of one enrolment."""
    id = life.enrolment.enrolment_id
    rows = [row for row in known(stored).values() if id in (row.id, getattr(row, "enrolment_id", None))]
    (enrolment,) = (row for row in rows if isinstance(row, EnrolmentRow))
    return {
        "started_on": enrolment.started_on,
        "missed_on": enrolment.did_not_start_on,
        "completed_on": enrolment.completed_on,
        "absences": [(one.on, one.away, one.code) for one in enrolment.absences],
        "years": [(one.programme, one.school_year, one.last_year) for one in enrolment.years],
        "exams": {row.id: (row.session, row.result) for row in rows if isinstance(row, ExamRow) and row.session},
        "outcomes": {
            (row.horizon, row.source): (row.situation, row.proof, row.declared_on)
            for row in rows
            if isinstance(row, OutcomeRow) and row.situation
        },
        "corrected_on": max((row.corrected_on for row in rows if row.corrected_on), default=None),
    }


def as_enrolment_has_it(enrolment: Enrolment) -> dict[str, Any]:
    """What stands of it where it was decided."""
    days = {step.fact: step.on for step in enrolment.presence}
    return {
        "started_on": days.get(Fact.START),
        "missed_on": days.get(Fact.NO_SHOW),
        "completed_on": days.get(Fact.COMPLETION),
        "absences": list(_absences(enrolment)),
        "years": [(one.programme, one.school_year, one.last_year) for one in enrolment.years],
        "exams": {one.exam_id: (one.session, one.result) for one in enrolment.exams},
        "outcomes": {(one.horizon, one.source): (one.situation, one.proof, one.on) for one in enrolment.outcomes},
        "corrected_on": max((one.on for one in enrolment.corrections), default=None),
    }


def _absences(enrolment: Enrolment) -> Iterator[tuple[Any, bool, Any]]:
    for step in enrolment.presence:
        if step.fact in (Fact.INTERRUPTION, Fact.RETURN):
            yield step.on, step.fact is Fact.INTERRUPTION, step.code


def test_two_agencies_that_follow_a_pupil_each_have_their_word() -> None:
    publisher = Publisher()
    of: dict[str, Any] = {"enrolment_id": an_id("e"), "young_id": an_id("y"), "school": "dole", "programme": "cap"}
    word: dict[str, Any] = {**of, "horizon": 6, "source": OutcomeSource.AGENCY}
    said: dict[str, Any] = {"situation": OutcomeSituation.EMPLOYED, "proof": OutcomeProof.PHONE}
    gone: dict[str, Any] = {
        "code": "typing",
        "replaces_on": START,
        "replaces_situation": OutcomeSituation.EMPLOYED,
        "voided": True,
    }
    for agency in ("cio-dole", "ml-dole"):
        publisher.place(an_id("y"), OutcomeDeclared(**word, **said, agency=agency, on=START))
    publisher.place(an_id("y"), OutcomeCorrected(**word, **gone, agency="cio-dole", on=START))
    rows = [row for row in known(rows_of(publisher.messages)).values() if isinstance(row, OutcomeRow)]
    assert sorted((row.situation for row in rows), key=str) == [None, OutcomeSituation.EMPLOYED]


def test_the_lives_that_are_drawn_hold_corrections_of_every_kind() -> None:
    publisher, _ = some_lives(Random(7), people=150, steps=40)
    corrections = Counter((type(event), event.voided) for event, _ in publisher.messages if isinstance(event, CorrectionEvent))
    assert set(corrections) == {(kind, voided) for kind in CorrectionEvent.__subclasses__() for voided in (True, False)}
