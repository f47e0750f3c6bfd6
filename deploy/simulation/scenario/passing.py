"""Examinations, registered in November and sat in June; and what became of those who left, 6, 12, 18 and 24 months after."""

from datetime import date, timedelta
from uuid import UUID

from deploy.simulation.dates import LAST
from deploy.simulation.observations import Declared, Enrolment
from deploy.simulation.profiles import Declaration
from deploy.simulation.scenario.schooling import of_year
from deploy.simulation.state import Simulation, gather, head
from shared.events.students import HORIZONS, OutcomeSource
from shared.kernel.calendar import months_after
from shared.web.pages.french import several

AROUND = timedelta(days=30)


async def register(simulation: Simulation, year: int) -> str | None:
    """Every pupil of a last year is registered for June."""
    presented = [pupil for pupil in of_year(simulation, year) if pupil.now.last_year]
    await gather(_register(simulation, pupil, year) for pupil in presented)
    return (
        f"novembre {year - 1} : {several(len(presented), 'élève présenté', 'élèves présentés')} à l’examen" if presented else None
    )


async def publish(simulation: Simulation, year: int) -> str | None:
    """The results; in the last June of the simulation, those of every second school only are out. Who left since is absent."""
    schools = [school.id for school in simulation.region.schools]
    out = schools[::2] if year == LAST else schools
    waiting = [
        (pupil, exam)
        for pupil in [*of_year(simulation, year), *of_year(simulation, year, "interrupted")]
        for exam, result in pupil.exams.items()
        if result is None and pupil.school in out
    ]
    await gather(_publish(simulation, pupil, exam) for pupil, exam in waiting)
    obtained = sum(pupil.exams[exam] == "obtained" for pupil, exam in waiting)
    return f"juin {year} : {several(obtained, 'diplôme', 'diplômes')} pour {len(waiting)} résultats" if waiting else None


async def declare(simulation: Simulation) -> str | None:
    """Schools, agencies, employers and young people say what became of whoever left so many months ago."""
    last: dict[UUID, Enrolment] = {}
    went_on: list[Enrolment] = []
    for pupil in sorted(simulation.observations.enrolments.values(), key=lambda pupil: pupil.entry):
        before = last.get(pupil.young_id)
        went_on += [before] if before and before.status == "completed" and before.school == pupil.school else []
        last[pupil.young_id] = pupil
    gone = [*went_on, *(pupil for pupil in last.values() if pupil.status in ("completed", "interrupted"))]
    declared = sum(await gather(_declare(simulation, pupil) for pupil in gone))
    return f"devenir connu de {several(declared, 'ancien', 'anciens')}" if declared else None


async def _register(simulation: Simulation, pupil: Enrolment, year: int) -> None:
    path = f"/pupils/{pupil.young_id}/exams"
    simulation.observations.pupil(await simulation.api.decide(head(pupil.school), "enrolment", path, {"session": f"{year}-06"}))


async def _publish(simulation: Simulation, pupil: Enrolment, exam: UUID) -> None:
    profile = simulation.journey(pupil.young_id, pupil.entry).profile
    result = "absent" if pupil.status == "interrupted" else profile.results[list(pupil.exams).index(exam)]
    path = f"/pupils/{pupil.young_id}/exams/{exam}/result"
    simulation.observations.pupil(await simulation.api.decide(head(pupil.school), "enrolment", path, {"result": result}))


async def _declare(simulation: Simulation, pupil: Enrolment) -> bool:
    """The words whose time it is; one after the other, as they are told of one person."""
    journey = simulation.journey(pupil.young_id, pupil.entry)
    application = simulation.observations.applications.get((pupil.years[0].intake_id, pupil.young_id))
    referred_by = application.asking[0] if application else None
    declared = False
    for horizon in HORIZONS:
        assert pupil.left_on is not None
        due = months_after(pupil.left_on, horizon)
        for declaration in journey.profile.futures[horizon]:
            known = (horizon, declaration) in simulation.declared[pupil.id]
            nobody = declaration.source is OutcomeSource.AGENCY and referred_by is None
            if _is_time(declaration, due, simulation.today) and not known and not nobody:
                simulation.declared[pupil.id].add((horizon, declaration))
                await _submit(simulation, pupil, referred_by, horizon, declaration)
                declared = True
    return declared


def _is_time(declaration: Declaration, due: date, today: date) -> bool:
    return due - AROUND <= today < due if declaration.early else due <= today <= due + AROUND


async def _submit(simulation: Simulation, pupil: Enrolment, agency: str | None, horizon: int, declaration: Declaration) -> None:
    body = {
        "horizon": horizon, "situation": declaration.situation, "contract": declaration.contract,
        "by_client": declaration.by_client, "source": declaration.source, "proof": declaration.proof,
    }  # fmt: skip
    path = f"/pupils/{pupil.young_id}/outcomes"
    if declaration.source is OutcomeSource.AGENCY:
        await simulation.api.decide(f"agency:{agency}", "enrolment", path, body)
        pupil.outcomes[horizon, declaration.source] = Declared(declaration.situation, declaration.proof, simulation.today)
    else:
        simulation.observations.pupil(await simulation.api.decide(head(pupil.school), "enrolment", path, body))
