"""Schools examine, meet and answer; young people say yes, no or nothing to the places offered."""

from datetime import date, timedelta
from uuid import UUID

from deploy.simulation.observations import Application, Intake
from deploy.simulation.state import OPEN, Simulation, gather, head, refused
from shared.events.applications import ApplicationObsolete, Met
from shared.events.catalogue import Promotion
from shared.events.referral import RefusalCode
from shared.web.pages.french import several

MOTIVE = "Projet solide, quatorze ans à Noël."
MORNING = ("07:10", "07:30", "07:50")
TAKEN_BACK = (RefusalCode.NO_PLACE, RefusalCode.DID_NOT_COME)


async def say(
    simulation: Simulation, application: Application, verb: str, *, scope: str = "", contact: bool = True, **body: str | bool
) -> None:
    """One decision on an application. A contact is a day on which its school met or answered."""
    intake = simulation.observations.intakes[application.intake_id]
    path = f"/intakes/{intake.id}/applications/{application.young_id}"
    view = await simulation.api.decide(scope or head(intake.school), "enrolment", f"{path}/{verb}", body, shown_at=path)
    if not scope:
        simulation.observations.application(view)
    if contact:
        application.contacts.append(simulation.today)


async def review(simulation: Simulation, entry: int) -> None:
    """New applications: set ineligibility aside or not, say no at once, agree on a meeting, or say nothing."""

    async def of(intake: Intake) -> None:
        for application in simulation.applications(intake):
            reply = simulation.reply(application)
            if application.status == "ineligible" and reply.dispensed and not application.contacts:
                await say(simulation, application, "review", contact=False, overridden=True, motive=MOTIVE)
            if application.status != "under_review" or reply.answer == "silence":
                continue
            if reply.answer == "refused":
                if reply.code is RefusalCode.UNREACHABLE:
                    await _try_for(simulation, application)
                await say(simulation, application, "refuse", code=reply.code)
            elif reply.met is Met.INTERVIEW:
                await say(simulation, application, "plan-interview", planned_on=_in_days(simulation.today, 8))
            else:
                await say(
                    simulation,
                    application,
                    "plan-immersion",
                    planned_from=_in_days(simulation.today, 5),
                    planned_until=_in_days(simulation.today, 9),
                )

    await gather(of(intake) for intake in simulation.entries(entry))


async def _try_for(simulation: Simulation, application: Application) -> None:
    """The school tries to reach the applicant, in vain: as often as it takes to say so."""
    for at in MORNING:
        await say(simulation, application, "contacts", contact=False, means="phone", reached=False, at=at)


async def meet(simulation: Simulation, entry: int) -> None:
    """After the interview or the immersion: admissible, or no."""

    async def of(intake: Intake) -> None:
        for application in simulation.applications(intake):
            if application.status not in ("interview_planned", "immersion_planned"):
                continue
            reply = simulation.reply(application)
            if application.status == "immersion_planned" and reply.code is not RefusalCode.DID_NOT_COME:
                await say(simulation, application, "end-immersion")
            if reply.answer == "refused_once_met":
                await say(simulation, application, "refuse", code=reply.code)
            else:
                await say(simulation, application, "admit", met=reply.met)

    await gather(of(intake) for intake in simulation.entries(entry))


async def offer(simulation: Simulation, entry: int, until: date) -> str:
    """The places, to the first admissible; then the waiting list, then a no.

    Within a priority and a wave the order of arrival is chance's: only one of each waits, so that the list is the same
    whenever the same seed is run.
    """

    async def of(intake: Intake) -> None:
        left = await simulation.seats_left(intake)
        waiting = {(one.priority, simulation.wave(one)) for one in simulation.applications(intake) if one.status == "waitlisted"}
        for application in simulation.applications(intake):
            if application.status != "admissible":
                continue
            place = (application.priority, simulation.wave(application))
            if left > 0:
                await say(simulation, application, "offer", until=until.isoformat())
                left -= 1
            elif place not in waiting:
                waiting.add(place)
                await say(simulation, application, "waitlist")
            else:
                await say(simulation, application, "refuse", code=RefusalCode.NO_PLACE)

    await gather(of(intake) for intake in simulation.entries(entry))
    await simulation.look(entry)
    statuses = [one.status for intake in simulation.entries(entry) for one in simulation.applications(intake)]
    offered = several(statuses.count("offered"), "place proposée", "places proposées")
    return f"juin {entry} : {offered}, {statuses.count('waitlisted')} en liste d’attente"


async def answer(simulation: Simulation, entry: int) -> None:
    """Whoever was offered a place says yes to the one they prefer, no, or nothing. A yes ends their other applications."""
    await simulation.look(entry)
    offered: dict[UUID, list[Application]] = {}
    for intake in simulation.entries(entry):
        for application in simulation.applications(intake):
            if application.status == "offered":
                offered.setdefault(application.young_id, []).append(application)
    await gather(_not_by_another(simulation, one) for mine in offered.values() for one in mine)
    ended = [key for mine in await gather(_answer(simulation, entry, mine) for mine in offered.values()) for key in mine]
    await simulation.listener.until_each(ended, ApplicationObsolete)
    await simulation.look(entry)


async def promote(simulation: Simulation, entry: int, until: date) -> None:
    """The head offers each free seat to the first who waits, where the intake does not do so by itself."""
    await simulation.look(entry)
    by_hand = {(one.school, one.programme) for one in simulation.region.workshops if one.promotion is Promotion.CONFIRMED}

    async def of(intake: Intake) -> None:
        for _ in range(await simulation.seats_left(intake)):
            waiting = [one for one in simulation.applications(intake) if one.status == "waitlisted"]
            if not waiting:
                return
            body, listed = {"until": until.isoformat()}, f"/intakes/{intake.id}/applications"
            path = f"/intakes/{intake.id}/promote"
            for view in await simulation.api.decide(head(intake.school), "enrolment", path, body, shown_at=listed):
                simulation.observations.application(view)
            for application in waiting:
                if application.status == "offered":
                    application.contacts.append(simulation.today)

    await gather(of(one) for one in simulation.entries(entry) if (one.school, one.programme) in by_hand)


async def reconsider(simulation: Simulation, entry: int, until: date) -> None:
    """Schools with places left take back some noes, to those for whom there was no place or who had not come."""

    async def of(intake: Intake) -> None:
        left = await simulation.seats_left(intake)
        for application in simulation.applications(intake):
            taken_back = application.code in TAKEN_BACK and simulation.reply(application).reconsidered
            if left > 0 and taken_back and _free(simulation, entry, application.young_id):
                await say(simulation, application, "reopen", contact=False)
                if application.status != "admissible":
                    await say(simulation, application, "admit", met=Met.INTERVIEW)
                await say(simulation, application, "offer", until=until.isoformat())
                left -= 1

    for intake in simulation.entries(entry):  # one after the other: someone refused twice is taken back once
        await of(intake)


async def close(simulation: Simulation, entry: int) -> str:
    """The intakes have closed: nothing stays open."""
    await simulation.look(entry)
    statuses = [one.status for intake in simulation.entries(entry) for one in simulation.applications(intake)]
    assert not OPEN & set(statuses)
    return f"rentrée {entry} : {several(statuses.count('enrolled'), 'inscrit', 'inscrits')} en première année"


async def _answer(simulation: Simulation, entry: int, offered: list[Application]) -> list[tuple[UUID, UUID]]:
    """One young person’s answer, to the school or through the agency that it was offered through. Which applications it ends."""
    young_id = offered[0].young_id
    profile = simulation.journey(young_id, entry).profile
    round = simulation.answered[young_id, entry]
    simulation.answered[young_id, entry] += 1
    word = profile.answers[min(round, len(profile.answers) - 1)]
    if word == "silence":
        return []
    for application in sorted(offered, key=lambda one: simulation.rank(simulation.observations.intakes[one.intake_id])):
        if profile.agency_answers and application.offered_to:
            await say(simulation, application, word, scope=f"agency:{application.offered_to}", contact=False)
        else:
            await say(simulation, application, word, contact=False, heard_by="phone", said_by="representative")
        if word == "confirm":
            return [key for key in simulation.open_applications(young_id) if key != (application.intake_id, young_id)]
    return []


async def _not_by_another(simulation: Simulation, application: Application) -> None:
    """No other agency answers an offer than the one in whose referral's name it was made, nor one told « non éligible »."""
    path = f"/intakes/{application.intake_id}/applications/{application.young_id}/confirm"
    for agency in {*application.asking} - {application.offered_to}:
        await refused(simulation.api.decide(f"agency:{agency}", "enrolment", path), "answered_at_school", "not_allowed")


def _free(simulation: Simulation, entry: int, young_id: UUID) -> bool:
    """Whether nothing else of this campaign is under way for the young person."""
    mine = [one for intake in simulation.entries(entry) for one in simulation.applications(intake) if one.young_id == young_id]
    return not any(one.status in OPEN or one.status == "enrolled" for one in mine)


def _in_days(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()
