"""School years: coming on the first day or not, leaving, coming back, moving up, staying down, changing programme."""

from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import date, timedelta
from uuid import UUID

from deploy.simulation.dates import school_year
from deploy.simulation.observations import Enrolment, Intake
from deploy.simulation.state import Stage, head, together
from shared.events import ApplicationObsolete, PlaceReleased
from shared.kernel.calendar import months_after
from shared.web.pages.french import several


async def say(stage: Stage, pupil: Enrolment, verb: str, **body: str) -> None:
    """One decision on a pupil, by the head of the school."""
    one = f"/pupils/{pupil.young_id}"
    stage.record.pupil(await stage.speaker.decide(head(pupil.school), "enrolment", f"{one}/{verb}", body, shown_at=one))


async def start(stage: Stage, entry: int) -> str | None:
    """Those whose place is confirmed come."""
    await stage.look_at_pupils(entry)
    due = [one for one in stage.pupils("due") if stage.journey(one.young_id, one.entry).fate.comes]
    await together(say(stage, one, "start") for one in due)
    return f"{stage.month} : {several(len(due), 'jeune commence', 'jeunes commencent')}" if due else None


async def miss(stage: Stage, entry: int) -> str | None:
    """Those who did not come give their place back."""
    await stage.look_at_pupils(entry)
    absent = stage.pupils("due")
    await _leave(stage, absent, [say(stage, one, "did-not-start") for one in absent])
    return f"{stage.month} : {several(len(absent), 'jeune n’est pas venu', 'jeunes ne sont pas venus')}" if absent else None


async def interrupt(stage: Stage) -> str | None:
    """Some leave before the end."""
    leaving = [(one, day) for one in stage.pupils("present") if (day := _leaves_on(stage, one)) and day <= stage.today]
    departures = []
    for one, day in leaving:
        departure = stage.journey(one.young_id, one.entry).fate.departure
        assert departure is not None
        departures.append(say(stage, one, "interrupt", code=departure.code, on=day.isoformat()))
    await _leave(stage, [one for one, _ in leaving], departures)
    return several(len(leaving), "parcours interrompu", "parcours interrompus") if leaving else None


async def resume(stage: Stage) -> None:
    """A few come back before the summer, where a seat is free; what they asked for elsewhere meanwhile is closed."""
    for one in stage.pupils("interrupted"):  # one after the other: two may want the same seat
        day = _back_on(stage, one)
        if day is None or day > stage.today:
            continue
        if await stage.seats_left(stage.record.intakes[one.now.intake_id]) > 0:
            entry = int(one.now.school_year[5:])
            await stage.look(entry)
            closing = {key: stage.ears.times(key, ApplicationObsolete) for key in stage.open_applications(one.young_id)}
            await say(stage, one, "resume", on=day.isoformat())
            one.absences.append((day, False))
            for key, before in closing.items():
                await stage.ears.each([key], ApplicationObsolete, times=before + 1)
            await stage.look(entry)


async def councils(stage: Stage, year: int) -> None:
    """In June, some first years are to do it again, or to go on in another programme of their school."""
    moves = []
    for one in of_year(stage, year):
        fate = stage.journey(one.young_id, one.entry).fate
        others = [w.programme for w in stage.region.workshops if w.school == one.school and w.programme != one.now.programme]
        if one.now.year_of_study > 1 or one.now.last_year:
            continue
        if fate.repeats:
            moves.append((one, "repeat", stage.intake(one.school, one.now.programme, year)))
        elif fate.changes and others:
            moves.append((one, "change-programme", stage.intake(one.school, others[0], year)))
    await _move(stage, moves)


async def turn_the_year(stage: Stage, year: int) -> str | None:
    """In July the others move up; those who failed and try again stay in their last year."""
    moves = []
    for one in of_year(stage, year):
        verb, further = ("repeat", 0) if one.now.last_year else ("move-up", 1)
        moves.append((one, verb, stage.intake(one.school, one.now.programme, year, one.now.year_of_study + further)))
    await _move(stage, moves)
    moved = several(len(moves), "élève passe", "élèves passent")
    return f"juillet {year} : {moved} en année suivante ou la refont" if moves else None


async def complete(stage: Stage, year: int) -> str | None:
    """The last day of the last year, with or without the diploma, unless they will try again."""
    done = []
    for one in of_year(stage, year):
        fate = stage.journey(one.young_id, one.entry).fate
        failed = "obtained" not in one.exams.values()
        if one.now.last_year and not (failed and fate.tries_again and len(one.exams) < len(fate.results)):
            done.append(one)
    await together(say(stage, one, "complete") for one in done)
    return f"juin {year} : {several(len(done), 'élève va', 'élèves vont')} au bout de la formation" if done else None


def of_year(stage: Stage, year: int) -> list[Enrolment]:
    """Pupils present in the school year that ends in the summer of `year`."""
    return [one for one in stage.pupils("present") if one.now.school_year == school_year(year - 1)]


async def _move(stage: Stage, moves: list[tuple[Enrolment, str, Intake]]) -> None:
    """Make room where seats are missing, then move; those who go to the same intake one after the other."""
    for id, wanted in Counter(intake.id for _, _, intake in moves).items():
        intake = stage.record.intakes[id]
        missing = wanted - await stage.seats_left(intake)
        if missing > 0:
            body = {"seats": stage.record.intakes[id].seats + missing}
            view = await stage.speaker.decide(head(intake.school), "enrolment", f"/intakes/{id}/seats", body)
            stage.record.intake(view)

    async def into(id: UUID) -> None:
        for one, verb, intake in moves:
            if intake.id == id:
                await say(stage, one, verb, intake_id=str(id))

    await together(into(id) for id in {intake.id for _, _, intake in moves})


async def _leave(stage: Stage, pupils: list[Enrolment], decisions: Iterable[Awaitable[None]]) -> None:
    keys = [(one.now.intake_id, one.young_id) for one in pupils]
    told = {key: stage.ears.times(key, PlaceReleased) for key in keys}
    await together(decisions)
    for key, before in told.items():
        await stage.ears.each([key], PlaceReleased, times=before + 1)


def _leaves_on(stage: Stage, pupil: Enrolment) -> date | None:
    departure = stage.journey(pupil.young_id, pupil.entry).fate.departure
    if departure is None or pupil.absences or pupil.started_on is None:
        return None
    return months_after(pupil.started_on, departure.after) + timedelta(days=departure.day)


def _back_on(stage: Stage, pupil: Enrolment) -> date | None:
    """The day of the return, if it is before the summer of the same school year."""
    departure = stage.journey(pupil.young_id, pupil.entry).fate.departure
    if departure is None or departure.back_after is None or pupil.left_on is None:
        return None
    day = months_after(pupil.left_on, departure.back_after)
    return day if day < date(int(pupil.now.school_year[5:]), 6, 1) else None
