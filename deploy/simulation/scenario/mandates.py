"""Files and places that are nobody else's: a mistyped situation, a minor's representative, a place given up."""

from deploy.simulation.cast import ENTRY, Role
from deploy.simulation.client import Unexpected
from deploy.simulation.observations import Application, Referral
from deploy.simulation.polling import until_heard
from deploy.simulation.scenario import answering, schooling
from deploy.simulation.state import Simulation, head, refused
from shared.events.applications import PlaceDeclined
from shared.events.referral import Situation
from shared.kernel.calendar import month_of

INCOMPLETE = "referral_incomplete"


async def amend(simulation: Simulation) -> str:
    """The agency had typed that they were in school."""
    referral = _referral(simulation, Role.MISTYPED)
    since = month_of(referral.planned.on)
    body = {"code": "typing", "situation": Situation.OUT_OF_SCHOOL, "out_of_school_since": since}
    await simulation.api.decide(f"agency:{referral.planned.agency}", "referral", f"/referrals/{referral.id}/amendment", body)
    referral.amended = Situation.OUT_OF_SCHOOL
    simulation.observations.corrected[referral.id] = simulation.today
    return f"{simulation.month} : une situation corrigée par son organisme"


async def make_room(simulation: Simulation) -> None:
    """Before the offers: a seat for each of the cast, but one too few where a place will be given up."""
    for role in (Role.TWO_AGENCIES, Role.GIVES_UP, Role.MINOR, Role.MISTYPED):
        intake = simulation.observations.intakes[_application(simulation, role).intake_id]
        left = await simulation.seats_left(intake)
        admissible = [one.status for one in simulation.applications(intake)].count("admissible")
        wanted = max(1, admissible - 1) if role is Role.GIVES_UP else max(admissible, left)
        if wanted != left:  # others may be there already: who does the year again
            body, path = {"seats": intake.seats + wanted - left}, f"/intakes/{intake.id}/seats"
            simulation.observations.intake(await simulation.api.decide(head(intake.school), "enrolment", path, body))


async def complete_file(simulation: Simulation) -> str:
    """No place is confirmed to a minor for whom nobody answers; once somebody does, it is."""
    referral, application = _referral(simulation, Role.MINOR), _application(simulation, Role.MINOR)
    await refused(_confirm(simulation, application), INCOMPLETE)
    body = {"representatives": [referral.planned.person.representative], "informed_on": simulation.today.isoformat()}
    await simulation.api.decide(f"agency:{referral.planned.agency}", "referral", f"/referrals/{referral.id}/completion", body)

    async def confirmed() -> bool:
        try:
            await _confirm(simulation, application)
        except Unexpected as refusal:
            if refusal.code != INCOMPLETE:
                raise
            return False
        return True

    await until_heard(confirmed, "un dossier complété, par enrolment")
    return f"{simulation.month} : un dossier complété par son organisme, la place est confirmée"


async def give_up(simulation: Simulation) -> str:
    """A place given up before the start is offered to who waits."""
    await simulation.look_at_pupils(ENTRY)
    pupil = simulation.latest(Role.GIVES_UP)
    key = pupil.now.intake_id, pupil.young_id
    before = simulation.listener.times(key, PlaceDeclined)
    await schooling.say(simulation, pupil, "give-up")
    await simulation.listener.until_each([key], PlaceDeclined, times=before + 1)
    await answering.promote(simulation, ENTRY, simulation.today.replace(day=31))
    return f"{simulation.month} : un désistement, la place est proposée au suivant"


async def _confirm(simulation: Simulation, application: Application) -> None:
    await answering.say(simulation, application, "confirm", contact=False, heard_by="phone", said_by="representative")


def _referral(simulation: Simulation, role: Role) -> Referral:
    return next(one for one in simulation.observations.referrals.values() if one.planned.person.number == role)


def _application(simulation: Simulation, role: Role) -> Application:
    """The one that someone of the cast has."""
    young_id = simulation.young_ids[role]
    return next(one for one in simulation.observations.applications.values() if one.young_id == young_id)
