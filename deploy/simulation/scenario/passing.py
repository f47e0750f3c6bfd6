"""Examinations in June, and what became of those who left, 6, 12, 18 and 24 months after."""

from datetime import date, timedelta
from uuid import UUID

from deploy.simulation.dates import LAST
from deploy.simulation.observations import Declared, Enrolment
from deploy.simulation.profiles import Word
from deploy.simulation.scenario.schooling import of_year
from deploy.simulation.state import Stage, head, together
from shared.events.students import HORIZONS, OutcomeSource
from shared.kernel.calendar import months_after
from shared.web.pages.french import several

AROUND = timedelta(days=30)


async def register(stage: Stage, year: int) -> str | None:
    """Every pupil of a last year is presented."""
    presented = [one for one in of_year(stage, year) if one.now.last_year]
    await together(_register(stage, one, year) for one in presented)
    return f"mai {year} : {several(len(presented), 'élève présenté', 'élèves présentés')} à l'examen" if presented else None


async def publish(stage: Stage, year: int) -> str | None:
    """The results; in the last June of the play, those of every second school only are out."""
    schools = [school.id for school in stage.region.schools]
    out = schools[::2] if year == LAST else schools
    waiting = [
        (one, exam) for one in of_year(stage, year) for exam, result in one.exams.items() if result is None and one.school in out
    ]
    await together(_publish(stage, one, exam) for one, exam in waiting)
    obtained = sum(one.exams[exam] == "obtained" for one, exam in waiting)
    return f"juin {year} : {several(obtained, 'diplôme', 'diplômes')} pour {len(waiting)} résultats" if waiting else None


async def declare(stage: Stage) -> str | None:
    """Schools, agencies, employers and young people say what became of whoever left so many months ago."""
    last: dict[UUID, Enrolment] = {}
    for one in sorted(stage.record.enrolments.values(), key=lambda one: one.entry):
        last[one.young_id] = one
    gone = [one for one in last.values() if one.status in ("completed", "interrupted")]
    said = sum(await together(_declare(stage, one) for one in gone))
    return f"devenir connu de {several(said, 'ancien', 'anciens')}" if said else None


async def _register(stage: Stage, pupil: Enrolment, year: int) -> None:
    path = f"/pupils/{pupil.young_id}/exams"
    stage.record.pupil(await stage.speaker.decide(head(pupil.school), "enrolment", path, {"session": f"{year}-06"}))


async def _publish(stage: Stage, pupil: Enrolment, exam: UUID) -> None:
    fate = stage.journey(pupil.young_id, pupil.entry).fate
    result = fate.results[list(pupil.exams).index(exam)]
    path = f"/pupils/{pupil.young_id}/exams/{exam}/result"
    stage.record.pupil(await stage.speaker.decide(head(pupil.school), "enrolment", path, {"result": result}))


async def _declare(stage: Stage, pupil: Enrolment) -> bool:
    """The words whose time it is; one after the other, as they are told of one person."""
    journey = stage.journey(pupil.young_id, pupil.entry)
    referred_by = stage.record.applications[pupil.years[0].intake_id, pupil.young_id].asking[0]
    said = False
    for horizon in HORIZONS:
        assert pupil.left_on is not None
        due = months_after(pupil.left_on, horizon)
        for word in journey.fate.futures[horizon]:
            if _is_time(word, due, stage.today) and (horizon, word) not in stage.words[pupil.id]:
                stage.words[pupil.id].add((horizon, word))
                await _tell(stage, pupil, referred_by, horizon, word)
                said = True
    return said


def _is_time(word: Word, due: date, today: date) -> bool:
    return due - AROUND <= today < due if word.early else due <= today <= due + AROUND


async def _tell(stage: Stage, pupil: Enrolment, agency: str, horizon: int, word: Word) -> None:
    body = {
        "horizon": horizon, "situation": word.situation, "contract": word.contract, "by_client": word.by_client,
        "source": word.source, "proof": word.proof,
    }  # fmt: skip
    path = f"/pupils/{pupil.young_id}/outcomes"
    if word.source is OutcomeSource.AGENCY:
        await stage.speaker.decide(f"agency:{agency}", "enrolment", path, body)
        pupil.outcomes[horizon, word.source] = Declared(word.situation, word.proof, stage.today)
    else:
        stage.record.pupil(await stage.speaker.decide(head(pupil.school), "enrolment", path, body))
