"""School years: coming on the first day or not, leaving, coming back, moving up, staying down, changing programme."""

from collections import Counter
from collections.abc import Coroutine, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from deploy.simulation.dates import school_year
from deploy.simulation.observations import Enrolment, Intake
from deploy.simulation.state import Simulation, gather, head
from shared.events.applications import ApplicationObsolete, PlaceReleased
from shared.kernel.calendar import months_after
from shared.web.pages.french import several


async def say(simulation: Simulation, pupil: Enrolment, verb: str, **body: str) -> None:
    """One decision on a pupil, by the head of the school."""
    path = f"/pupils/{pupil.young_id}"
    simulation.observations.pupil(
        await simulation.api.decide(head(pupil.school), "enrolment", f"{path}/{verb}", body, shown_at=path)
    )


async def start(simulation: Simulation, entry: int) -> str | None:
    """Those whose place is confirmed come."""
    await simulation.look_at_pupils(entry)
    due = [pupil for pupil in simulation.pupils("due") if simulation.journey(pupil.young_id, pupil.entry).profile.comes]
    await gather(say(simulation, pupil, "start") for pupil in due)
    return f"{simulation.month} : {several(len(due), 'jeune commence', 'jeunes commencent')}" if due else None


async def miss(simulation: Simulation, entry: int) -> str | None:
    """Those who did not come give their place back."""
    await simulation.look_at_pupils(entry)
    absent = simulation.pupils("due")
    await leave(simulation, absent, [say(simulation, pupil, "did-not-start") for pupil in absent])
    return f"{simulation.month} : {several(len(absent), 'jeune n’est pas venu', 'jeunes ne sont pas venus')}" if absent else None


async def interrupt(simulation: Simulation) -> str | None:
    """Some leave before the end."""
    leaving = [
        (pupil, day)
        for pupil in simulation.pupils("present")
        if (day := _leaves_on(simulation, pupil)) and day <= simulation.today
    ]
    departures = []
    for pupil, day in leaving:
        departure = simulation.journey(pupil.young_id, pupil.entry).profile.departure
        assert departure is not None
        departures.append(say(simulation, pupil, "interrupt", code=departure.code, on=day.isoformat()))
    await leave(simulation, [pupil for pupil, _ in leaving], departures)
    return several(len(leaving), "parcours interrompu", "parcours interrompus") if leaving else None


async def resume(simulation: Simulation) -> None:
    """A few come back before the summer, where a seat is free; what they asked for elsewhere meanwhile is closed."""
    for pupil in simulation.pupils("interrupted"):  # one after the other: two may want the same seat
        day = _back_on(simulation, pupil)
        if day is None or day > simulation.today:
            continue
        if await simulation.seats_left(simulation.observations.intakes[pupil.now.intake_id]) > 0:
            entry = int(pupil.now.school_year[5:])
            await simulation.look(entry)
            closing = {
                key: simulation.listener.times(key, ApplicationObsolete) for key in simulation.open_applications(pupil.young_id)
            }
            await say(simulation, pupil, "resume", on=day.isoformat())
            for key, before in closing.items():
                await simulation.listener.until_each([key], ApplicationObsolete, times=before + 1)
            await simulation.look(entry)


async def councils(simulation: Simulation, year: int) -> None:
    """In June, some first years are to do it again, or to go on in another programme of their school."""
    moves = []
    for pupil in of_year(simulation, year):
        profile = simulation.journey(pupil.young_id, pupil.entry).profile
        others = [
            w.programme for w in simulation.region.workshops if w.school == pupil.school and w.programme != pupil.now.programme
        ]
        if pupil.now.year_of_study > 1 or pupil.now.last_year:
            continue
        if profile.repeats:
            moves.append((pupil, "repeat", simulation.intake(pupil.school, pupil.now.programme, year)))
        elif profile.changes and others:
            moves.append((pupil, "change-programme", simulation.intake(pupil.school, others[0], year)))
    await move(simulation, moves)


async def turn_the_year(simulation: Simulation, year: int) -> str | None:
    """In July the others move up; those who failed and try again stay in their last year."""
    moves = []
    for pupil in of_year(simulation, year):
        verb, further = ("repeat", 0) if pupil.now.last_year else ("move-up", 1)
        moves.append((pupil, verb, simulation.intake(pupil.school, pupil.now.programme, year, pupil.now.year_of_study + further)))
    await move(simulation, moves)
    moved = several(len(moves), "élève passe", "élèves passent")
    return f"juillet {year} : {moved} en année suivante ou la refont" if moves else None


async def complete(simulation: Simulation, year: int) -> str | None:
    """The last day of the last year, with or without the diploma, unless they will try again."""
    done = []
    for pupil in of_year(simulation, year):
        profile = simulation.journey(pupil.young_id, pupil.entry).profile
        failed = "obtained" not in pupil.exams.values()
        if pupil.now.last_year and not (failed and profile.tries_again and len(pupil.exams) < len(profile.results)):
            done.append(pupil)
    await gather(say(simulation, pupil, "complete") for pupil in done)
    return f"juin {year} : {several(len(done), 'élève va', 'élèves vont')} au bout de la formation" if done else None


def of_year(simulation: Simulation, year: int, status: str = "present") -> list[Enrolment]:
    """Pupils, present ones unless said otherwise, of the school year that ends in the summer of `year`."""
    return [pupil for pupil in simulation.pupils(status) if pupil.now.school_year == school_year(year - 1)]


async def move(simulation: Simulation, moves: list[tuple[Enrolment, str, Intake]]) -> None:
    """Make room where seats are missing, then move; those who go to the same intake one after the other."""
    for id, wanted in Counter(intake.id for _, _, intake in moves).items():
        intake = simulation.observations.intakes[id]
        missing = wanted - await simulation.seats_left(intake)
        if missing > 0:
            body = {"seats": simulation.observations.intakes[id].seats + missing}
            view = await simulation.api.decide(head(intake.school), "enrolment", f"/intakes/{id}/seats", body)
            simulation.observations.intake(view)

    async def into(id: UUID) -> None:
        for pupil, verb, intake in moves:
            if intake.id == id:
                await say(simulation, pupil, verb, intake_id=str(id))

    await gather(into(id) for id in {intake.id for _, _, intake in moves})


async def leave(simulation: Simulation, pupils: list[Enrolment], decisions: Iterable[Coroutine[Any, Any, None]]) -> None:
    """They go, and their seats are free."""
    keys = [(pupil.now.intake_id, pupil.young_id) for pupil in pupils]
    released = {key: simulation.listener.times(key, PlaceReleased) for key in keys}
    await gather(decisions)
    for key, before in released.items():
        await simulation.listener.until_each([key], PlaceReleased, times=before + 1)


def _leaves_on(simulation: Simulation, pupil: Enrolment) -> date | None:
    departure = simulation.journey(pupil.young_id, pupil.entry).profile.departure
    if departure is None or pupil.absences or pupil.started_on is None:
        return None
    return months_after(pupil.started_on, departure.after) + timedelta(days=departure.day)


def _back_on(simulation: Simulation, pupil: Enrolment) -> date | None:
    """The day of the return, if it is before the summer of the same school year."""
    departure = simulation.journey(pupil.young_id, pupil.entry).profile.departure
    if departure is None or departure.back_after is None or pupil.left_on is None:
        return None
    day = months_after(pupil.left_on, departure.back_after)
    return day if day < date(int(pupil.now.school_year[5:]), 6, 1) else None
