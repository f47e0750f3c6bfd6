"""Pupils who come in otherwise than in September: with their school, in January, after a CAP."""

from dataclasses import replace
from datetime import date, timedelta

from deploy.simulation.cast import ENTRY, LATE_WAVE, MACHINING, METALWORK, STEADY, Role, journey_of
from deploy.simulation.dates import school_year
from deploy.simulation.observations import Enrolment, Intake
from deploy.simulation.scenario import answering, referring
from deploy.simulation.scenario.schooling import move
from deploy.simulation.state import Simulation, head
from shared.events.applications import Met
from shared.events.catalogue import Certification
from shared.events.students import OutcomeSituation
from shared.kernel.calendar import month_of
from shared.web.pages.french import several

TAKEN_OVER = (Role.GOES_ON, Role.TAKEN_OVER)
BEFORE = ENTRY - 1
"""The school year in which a school joins with its second years begins in September of it."""


async def take_over(simulation: Simulation) -> str:
    """A school brings the pupils whom it had before, with their past days."""
    school, programme = MACHINING
    opened = {
        "school": school, "programme": programme, "school_year": school_year(BEFORE), "year_of_study": 2,
        "seats": len(TAKEN_OVER), "starts_on": f"{BEFORE}-09-01", "closes_on": f"{BEFORE}-12-15",
    }  # fmt: skip
    simulation.observations.intake(await simulation.api.decide(head(school), "enrolment", "/intakes", opened))
    for role in TAKEN_OVER:
        journey = journey_of(role, BEFORE)
        body = {
            "school": school, "reference": f"DEMO-{role}", "birth_month": month_of(journey.person.birth_date),
            "programme": programme, "school_year": school_year(BEFORE), "year_of_study": 2,
            "enrolled_on": f"{BEFORE - 1}-06-15", "started_on": f"{BEFORE - 1}-09-01",
        }  # fmt: skip
        pupil = simulation.observations.pupil(await simulation.api.decide(head(school), "enrolment", "/pupils", body))
        simulation.young_ids[role] = pupil.young_id
        simulation.journeys[pupil.young_id, BEFORE] = journey
    return f"{simulation.month} : {several(len(TAKEN_OVER), 'élève repris', 'élèves repris')}, avec leurs dates passées"


async def refer_late(simulation: Simulation) -> str | None:
    """In January, to the intake of September, whose closing the school puts off; the day of entry is agreed on."""
    intake = simulation.intake(*METALWORK, ENTRY)
    dates = {"starts_on": f"{ENTRY}-09-01", "closes_on": f"{ENTRY + 1}-01-31"}
    await simulation.api.decide(head(intake.school), "enrolment", f"/intakes/{intake.id}/dates", dates)
    if await simulation.seats_left(intake) < 1:
        seats = {"seats": simulation.observations.intakes[intake.id].seats + 1}
        view = await simulation.api.decide(head(intake.school), "enrolment", f"/intakes/{intake.id}/seats", seats)
        simulation.observations.intake(view)
    said = await referring.refer(simulation, ENTRY, LATE_WAVE)
    application = simulation.observations.applications[intake.id, simulation.young_ids[Role.LATE]]
    entry_on = date(ENTRY + 1, 1, 16).isoformat()
    await answering.say(simulation, application, "plan-entry", contact=False, entry_on=entry_on)
    planned_on = (simulation.today + timedelta(days=2)).isoformat()
    await answering.say(simulation, application, "plan-interview", planned_on=planned_on)
    return said


async def admit_late(simulation: Simulation) -> None:
    """Met, and offered a place, which is confirmed."""
    intake = simulation.intake(*METALWORK, ENTRY)
    application = simulation.observations.applications[intake.id, simulation.young_ids[Role.LATE]]
    await answering.say(simulation, application, "admit", met=Met.INTERVIEW)
    await answering.say(simulation, application, "offer", until=(simulation.today + timedelta(days=5)).isoformat())
    await answering.answer(simulation, ENTRY)


async def go_on(simulation: Simulation, year: int) -> str | None:
    """After a CAP completed, those whose plans say so go on in the second year of their school's Bac pro."""
    moves = []
    for pupil in simulation.pupils("completed"):
        to = _bac_pro(simulation, pupil, year)
        if pupil.completed_on and pupil.completed_on.year == year and to and _studies(simulation, pupil):
            journey = simulation.journey(pupil.young_id, pupil.entry)
            profile = replace(STEADY, futures=journey.profile.futures)
            simulation.journeys[pupil.young_id, year] = replace(journey, campaign=year, profile=profile)
            moves.append((pupil, "continue", to))
    await move(simulation, moves)
    went = several(len(moves), "diplômé d’un CAP poursuit", "diplômés d’un CAP poursuivent")
    return f"{simulation.month} : {went} en Bac pro" if moves else None


def _studies(simulation: Simulation, pupil: Enrolment) -> bool:
    """Whether the first thing that will be said of them is that they study, and they have the diploma."""
    said = simulation.journey(pupil.young_id, pupil.entry).profile.futures[6]
    return bool(said) and said[0].situation is OutcomeSituation.FURTHER_STUDIES and "obtained" in pupil.exams.values()


def _bac_pro(simulation: Simulation, pupil: Enrolment, year: int) -> Intake | None:
    """The second year of the Bac pro of the school, for whom it comes after a CAP."""
    region = simulation.region
    if region.programme(pupil.now.programme).certification is not Certification.CAP:
        return None
    taught = next(school.programmes for school in region.schools if school.id == pupil.school)
    above = [one for one in taught if region.programme(one).certification is Certification.BAC_PRO]
    return simulation.intake(pupil.school, above[0], year, 2) if above else None
