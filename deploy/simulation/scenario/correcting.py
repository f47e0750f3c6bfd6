"""What schools mend of what they said of pupils, each fact named by the day that it had."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from deploy.simulation.cast import Role
from deploy.simulation.observations import Enrolment, Fact
from deploy.simulation.scenario.schooling import leave, say
from deploy.simulation.scenario.working import look_at_week
from deploy.simulation.state import Simulation, head
from shared.events.students import ContractKind, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource
from shared.kernel.calendar import week_of

HOURS = {"production": 20, "teaching": 15}


async def correct_start(simulation: Simulation) -> str:
    """Came three days later than was said."""
    pupil = simulation.latest(Role.TWO_AGENCIES)
    assert pupil.started_on
    later = pupil.started_on + timedelta(days=3)
    await _correct(simulation, pupil, "start", pupil.id, pupil.started_on, happened_on=later.isoformat())
    return f"{simulation.month} : le jour d’une rentrée corrigé"


async def interrupt_by_mistake(simulation: Simulation) -> None:
    """The school says that somebody left."""
    pupil = simulation.latest(Role.MINOR)
    await leave(simulation, [pupil], [say(simulation, pupil, "interrupt", code=InterruptionCode.MOVED)])


async def void_interruption(simulation: Simulation) -> str:
    """It was somebody else: this one never left."""
    pupil = simulation.latest(Role.MINOR)
    since, _ = pupil.absences[-1]
    await _correct(simulation, pupil, "interruption", pupil.id, since, code="wrong_person", voided=True)
    return f"{simulation.month} : une interruption annulée, c’était quelqu’un d’autre"


async def restate_weeks(simulation: Simulation) -> str:
    """A week typed wrong is stated again, and one that nobody had typed is, late."""
    pupil = simulation.latest(Role.MINOR)
    for week in (week_of(date(simulation.today.year, 10, 8)), week_of(date(simulation.today.year, 11, 3))):
        path = f"/weeks/{week}/{pupil.young_id}"
        await simulation.api.put(head(pupil.school), "production", path, {"hours": HOURS})
        await look_at_week(simulation, pupil.school, week)
    return f"{simulation.month} : une semaine corrigée, une autre saisie en retard"


async def correct_result(simulation: Simulation) -> str:
    """Failed, the school typed; obtained, says the academy."""
    pupil = simulation.latest(Role.GOES_ON)
    (exam,) = pupil.exams
    given_on = date(simulation.today.year, 6, 28)
    await _correct(simulation, pupil, "result", exam, given_on, exam_id=str(exam), result="obtained")
    return f"{simulation.month} : un résultat corrigé"


async def correct_completion(simulation: Simulation) -> str:
    """Left the day before."""
    pupil = simulation.latest(Role.TAKEN_OVER)
    assert pupil.completed_on
    before = pupil.completed_on - timedelta(days=1)
    await _correct(simulation, pupil, "completion", pupil.id, pupil.completed_on, happened_on=before.isoformat())
    return f"{simulation.month} : le jour d’une fin de formation corrigé"


async def correct_outcome(simulation: Simulation) -> str:
    """Said to look for a job six months after, had one already."""
    pupil = simulation.latest(Role.TAKEN_OVER)
    said = pupil.outcomes[6, OutcomeSource.SCHOOL]
    word = {
        "horizon": 6, "source": OutcomeSource.SCHOOL, "situation": OutcomeSituation.EMPLOYED, "contract": ContractKind.PERMANENT,
        "by_client": True, "proof": OutcomeProof.CONTRACT,
    }  # fmt: skip
    await _correct(simulation, pupil, "outcome", (pupil.id, 6), said.on, code="late_news", **word)
    return f"{simulation.month} : un devenir corrigé"


async def _correct(
    simulation: Simulation, pupil: Enrolment, fact: str, key: Fact, replaces_on: date, *, code: str = "typing", **new: Any
) -> None:
    body: Mapping[str, Any] = {
        "code": code, "enrolment_id": str(pupil.id), "replaces_on": replaces_on.isoformat(), **new,
    }  # fmt: skip
    path = f"/pupils/{pupil.young_id}/corrections/{fact}"
    simulation.observations.pupil(await simulation.api.decide(head(pupil.school), "enrolment", path, body))
    simulation.observations.corrected[key] = simulation.today
