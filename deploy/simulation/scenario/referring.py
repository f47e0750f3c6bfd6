"""Agencies refer young people, and take some referrals back."""

from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.observations import Referral
from deploy.simulation.people import PlannedReferral, again
from deploy.simulation.state import OPEN, Simulation, gather
from shared.events.applications import ApplicationLeft, ApplicationWithdrawn
from shared.web.pages.french import several


async def refer(simulation: Simulation, entry: int, wave: int) -> str | None:
    """A wave of referrals. It has come in when enrolment has answered all their wishes."""
    planned = [one for one in simulation.planned[entry] if one.wave == wave]
    planned += _who_try_again(simulation, entry) if wave == 1 else []
    referrals = await gather(_refer(simulation, one) for one in planned)
    await simulation.listener.until_wishes_answered(one.id for one in referrals)
    for one in referrals:
        one.opened = simulation.listener.wishes[one.id].opened
    await simulation.look(entry)
    people = len({one.young_id for one in referrals})
    return f"{simulation.month} : {several(people, 'jeune orienté', 'jeunes orientés')}" if people else None


async def withdraw(simulation: Simulation, entry: int) -> str | None:
    """Some agencies ask for their referral back; the applications that nobody else asks for are withdrawn, the others left."""
    withdrawn = [
        one for one in simulation.observations.referrals.values()
        if one.planned.campaign == entry and one.planned.profile.withdrawn and one.planned.attempt in (1, 11)
    ]  # fmt: skip
    open_ones = [
        simulation.observations.applications[intake, one.young_id]
        for one in withdrawn
        for intake in one.opened
        if simulation.observations.applications[intake, one.young_id].status in OPEN
    ]
    alone = [(one.intake_id, one.young_id) for one in open_ones if len(one.asking) == 1]
    joined = [(one.intake_id, one.young_id) for one in open_ones if len(one.asking) > 1]
    await gather(
        simulation.api.decide(f"agency:{one.planned.agency}", "referral", f"/referrals/{one.id}/withdrawal") for one in withdrawn
    )
    await simulation.listener.until_each(alone, ApplicationWithdrawn)
    await simulation.listener.until_each(joined, ApplicationLeft)
    await simulation.look(entry)
    return f"juin {entry} : {several(len(withdrawn), 'orientation retirée', 'orientations retirées')}" if withdrawn else None


async def _refer(simulation: Simulation, planned: PlannedReferral) -> Referral:
    body = {
        "external_id": planned.external_id, "identity": planned.person.identity(planned.on), "counsellor": planned.counsellor,
        "situation": planned.situation, "department": simulation.region.department_of(planned.agency),
        "wishes": list(planned.wishes), "on": planned.on.isoformat(), "informed_on": planned.on.isoformat(),
    }  # fmt: skip
    if planned.out_of_school_since:
        body["out_of_school_since"] = planned.out_of_school_since.isoformat()
    key = planned.external_id
    view = await simulation.api.create(f"agency:{planned.agency}", "referral", "/referrals", body, key=key)
    young_id = UUID(view["young_id"])
    if simulation.young_ids.setdefault(planned.person.number, young_id) != young_id:
        raise CannotRun(f"Le jeune n° {planned.person.number}, orienté deux fois, n’a pas été reconnu.")
    simulation.journeys.setdefault((young_id, planned.campaign), planned)
    referral = Referral(UUID(view["referral_id"]), young_id, planned)
    simulation.observations.referrals[referral.id] = referral
    return referral


def _who_try_again(simulation: Simulation, entry: int) -> list[PlannedReferral]:
    """Those who left a school the year before and did not come back there."""
    gone = [one for one in simulation.pupils("interrupted") if one.entry == entry - 1]
    before = [simulation.journey(one.young_id, one.entry) for one in gone]
    return [again(simulation.region, one, seed=simulation.seed, year=entry) for one in before if one.profile.tries_another_school]
