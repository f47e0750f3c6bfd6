"""Pupils' lives, drawn: what enrolment's own decisions declare and mend, day after day, with what each leaves standing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.bench.publisher import Publisher, an_id
from services.enrolment.domain import diplomas, pupils
from services.enrolment.domain.corrected_results import correct_exam, correct_outcome, correct_result
from services.enrolment.domain.corrections import Mending, correct_presence, correct_year
from services.enrolment.domain.enrolment import Enrolment, Outcome
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil, PupilEvent, evolve
from shared.events.corrections import CorrectionCode
from shared.events.students import EnrolmentStatus, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource, Result
from shared.kernel.calendar import following, months_after
from shared.kernel.errors import Problem
from tests.enrolment.builders import START, a_programme, an_intake

PROGRAMMES = [a_programme(), a_programme(programme="soudure")]
INTAKES = [
    an_intake(programme=programme, school_year=f"{year}-{year + 1}", year_of_study=of_study)
    for programme in PROGRAMMES
    for year in range(2025, 2035)
    for of_study in (1, 2)
]
DECLARED = ("start", "no_show", "interrupt", "resume", "move", "move", "complete", "register", "result", "result", "outcome")


@dataclass
class Life:
    """One young person, told by their own document, day after day."""

    young_id: UUID
    draw: Random
    publisher: Publisher
    day: date = field(default=START)
    pupil: Pupil | None = None

    @property
    def enrolment(self) -> Enrolment:
        assert self.pupil is not None
        return self.pupil.last()

    def lives(self, steps: int) -> None:
        """Enrols, and goes through so many days on which something is declared or mended."""
        fields: dict[str, Any] = {"birth_month": "2009-03", "intake": INTAKES[0], "programme": PROGRAMMES[0]}
        self._tell(lambda: pupils.enrol(None, young_id=self.young_id, on=date(2025, 6, 2), **fields))
        for _ in range(steps):
            self._tell(self.draw.choice((self._what_comes_next, self._declaration, self._correction, self._correction)))

    def _tell(self, decision: Callable[[], list[PupilEvent]]) -> None:
        try:
            decided = decision()
        except Problem:
            return
        for event in decided:
            self.pupil = evolve(self.pupil, event)
            self.publisher.place(self.young_id, event, at=max(event.on, self.day))

    def _what_comes_next(self) -> list[PupilEvent]:
        """On the day for it: what usually follows, so that lives get somewhere."""
        assert self.pupil is not None
        of, year = self.enrolment, self.enrolment.now
        ends = int(year.school_year[5:])
        match of.status:
            case EnrolmentStatus.DUE:
                return pupils.start(self.pupil, school=None, on=self._at(of.starts_on))
            case EnrolmentStatus.PRESENT if self.draw.random() < 0.2:
                code = self.draw.choice(list(InterruptionCode))
                return pupils.interrupt(self.pupil, school=None, code=code, on=self._at(self.day + timedelta(days=40)))
            case EnrolmentStatus.INTERRUPTED if self.draw.random() < 0.6:
                return pupils.resume(self.pupil, school=None, on=self._at(self.day + timedelta(days=30)))
            case EnrolmentStatus.PRESENT if not year.last_year:
                wanted = (year.programme, following(year.school_year), 2)
                to = next(one for one in INTAKES if (one.programme, one.school_year, one.year_of_study) == wanted)
                return pupils.move_up(self.pupil, school=None, to=to, programme=_taught(to), on=self._at(date(ends, 9, 1)))
            case EnrolmentStatus.PRESENT if not of.exams:
                return diplomas.register_exam(self.pupil, school=None, session=f"{ends}-06", on=self._at(date(ends - 1, 11, 9)))
            case EnrolmentStatus.PRESENT:
                return pupils.complete(self.pupil, school=None, on=self._at(date(ends, 7, 1)))
            case _ if of.left_on:
                word = self._word(6, self._at(months_after(of.left_on, 6)))
                return diplomas.declare_outcome(self.pupil, school=None, outcome=word)
        return []

    def _at(self, day: date) -> date:
        self.day = max(self.day, day)
        return self.day

    def _declaration(self) -> list[PupilEvent]:
        assert self.pupil is not None
        self.day += timedelta(days=self.draw.choice((0, 1, 9, 40)))
        of: dict[str, Any] = {"school": None, "on": self.day}
        name = self.draw.choice(DECLARED)
        match name:
            case "move":
                decision = self.draw.choice((pupils.move_up, pupils.move_up, pupils.repeat, pupils.change_programme))
                to = self.draw.choice(INTAKES)
                return decision(self.pupil, to=to, programme=_taught(to), **of)
            case "interrupt":
                return pupils.interrupt(self.pupil, code=self.draw.choice(list(InterruptionCode)), **of)
            case "register":
                return diplomas.register_exam(self.pupil, session=self._session(), **of)
            case "result":
                exam = self.draw.choice(self.enrolment.exams or (None,))
                given = self.draw.choice(list(Result))
                return diplomas.give_result(self.pupil, exam_id=exam.exam_id, result=given, **of) if exam else []
            case "outcome":
                return diplomas.declare_outcome(self.pupil, school=None, outcome=self._word(self.draw.choice((6, 12)), self.day))
        simple = {"start": pupils.start, "no_show": pupils.record_no_show, "resume": pupils.resume, "complete": pupils.complete}
        return simple[name](self.pupil, **of)

    def _correction(self) -> list[PupilEvent]:
        """Of any fact that stands, or of none: another day, another value, or it did not happen."""
        assert self.pupil is not None
        fact, of = self.draw.choice(list(Fact)), self.enrolment
        more: dict[str, Any] = {"school": None, "titles": ()}
        match fact:
            case Fact.YEAR:
                to = self.draw.choice((None, *INTAKES))
                mending = self._mending([year.since for year in of.years[1:]])
                programme = _taught(to) if to else None
                return correct_year(self.pupil, mending=mending, to=to, programme=programme, **more)
            case Fact.EXAM | Fact.RESULT:
                exam = self.draw.choice(of.exams or (None,))
                if exam is None:
                    return []
                if fact is Fact.EXAM:
                    mending = self._mending([exam.registered_on])
                    return correct_exam(self.pupil, mending=mending, exam_id=exam.exam_id, session=self._session(), **more)
                given = self.draw.choice(list(Result))
                mending = self._mending([exam.result_on])
                return correct_result(self.pupil, mending=mending, exam_id=exam.exam_id, result=given, **more)
            case Fact.OUTCOME:
                said = self.draw.choice(of.outcomes or (None,))
                if said is None:
                    return []
                mending = self._mending([said.on])
                word = self._word(said.horizon, mending.happened_on, said.source) if mending.happened_on else None
                of_one: dict[str, Any] = {"horizon": said.horizon, "source": said.source, "word": word}
                return correct_outcome(self.pupil, mending=mending, **of_one, **more)
        mending = self._mending([step.on for step in of.presence if step.fact is fact])
        return correct_presence(self.pupil, fact=fact, mending=mending, interruption=InterruptionCode.MOVED, **more)

    def _mending(self, days: list[date | None]) -> Mending:
        was = self.draw.choice([day for day in days if day] or [self.day])
        new = was + timedelta(days=self.draw.choice((-30, -3, 0, 3, 30)))
        voided = self.draw.random() < 0.4
        code = self.draw.choice(list(CorrectionCode))
        return Mending(code=code, replaces_on=was, happened_on=None if voided else min(new, self.day), on=self.day)

    def _word(self, horizon: int, on: date, source: OutcomeSource | None = None) -> Outcome:
        return Outcome(
            horizon=horizon, situation=self.draw.choice(list(OutcomeSituation)), proof=self.draw.choice(list(OutcomeProof)),
            source=source or self.draw.choice(list(OutcomeSource)), on=on,
        )  # fmt: skip

    def _session(self) -> str:
        return f"{self.draw.choice(range(2026, 2030))}-{self.draw.choice(('05', '06', '09'))}"


def _taught(intake: Intake) -> Any:
    return next(one for one in PROGRAMMES if one.programme == intake.programme)


def some_lives(draw: Random, people: int, steps: int) -> tuple[Publisher, list[Life]]:
    """So many lives, told through one publisher."""
    publisher = Publisher()
    lives = [Life(an_id("life", number), draw, publisher) for number in range(people)]
    for life in lives:
        life.lives(steps)
    return publisher, lives
