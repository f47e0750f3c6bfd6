"""Agencies refer young people, and take some referrals back."""

from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.observations import Referral
from deploy.simulation.people import COUNSELLORS, PlannedReferral, again
from deploy.simulation.state import OPEN, Simulation, gather
from shared.events.applications import ApplicationLeft, ApplicationWithdrawn
from shared.kernel.calendar import month_of
from shared.web.pages.french import several


async def refer(simulation: Simulation, entry: int, wave: int) -> str | None:
    """A wave of referrals. It has come in when enrolment has answered all their wishes."""
    planned = [referral for referral in simulation.planned[entry] if referral.wave == wave]
    planned += _second_attempts(simulation, entry) if wave == 1 else []
    referrals = await gather(_refer(simulation, referral) for referral in planned)
    await simulation.listener.until_wishes_answered(referral.id for referral in referrals)
    for referral in referrals:
        referral.opened = simulation.listener.wishes[referral.id].opened
    await simulation.look(entry)
    people = len({referral.young_id for referral in referrals})
    return f"{simulation.month} : {several(people, 'jeune orienté', 'jeunes orientés')}" if people else None


async def withdraw(simulation: Simulation, entry: int) -> str | None:
    """Some agencies ask for their referral back; the applications that nobody else asks for are withdrawn, the others left."""
    withdrawn = [
        referral for referral in simulation.observations.referrals.values()
        if referral.planned.campaign == entry and referral.planned.profile.withdrawn and referral.planned.attempt in (1, 11)
    ]  # fmt: skip
    open_ones = [
        simulation.observations.applications[intake, referral.young_id]
        for referral in withdrawn
        for intake in referral.opened
        if simulation.observations.applications[intake, referral.young_id].status in OPEN
    ]
    alone = [(referral.intake_id, referral.young_id) for referral in open_ones if len(referral.asking) == 1]
    joined = [(referral.intake_id, referral.young_id) for referral in open_ones if len(referral.asking) > 1]
    await gather(
        simulation.api.decide(f"agency:{referral.planned.agency}", "referral", f"/referrals/{referral.id}/withdrawal")
        for referral in withdrawn
    )
    await simulation.listener.until_each(alone, ApplicationWithdrawn)
    await simulation.listener.until_each(joined, ApplicationLeft)
    await simulation.look(entry)
    return f"juin {entry} : {several(len(withdrawn), 'orientation retirée', 'orientations retirées')}" if withdrawn else None


async def _refer(simulation: Simulation, planned: PlannedReferral) -> Referral:
    body = {
        "external_id": planned.external_id, "identity": planned.person.identity(planned.on), "situation": planned.situation,
        "counsellor": {"name": planned.counsellor, "phone": COUNSELLORS[planned.counsellor]},
        "wishes": list(planned.wishes), "on": planned.on.isoformat(), "informed_on": planned.on.isoformat(),
    }  # fmt: skip
    if planned.out_of_school_since:
        body["out_of_school_since"] = month_of(planned.out_of_school_since)
    key = planned.external_id
    view = await simulation.api.create(f"agency:{planned.agency}", "referral", "/referrals", body, key=key)
    young_id = UUID(view["young_id"])
    if simulation.young_ids.setdefault(planned.person.number, young_id) != young_id:
        raise CannotRun(f"Le jeune n° {planned.person.number}, orienté deux fois, n’a pas été reconnu.")
    simulation.journeys.setdefault((young_id, planned.campaign), planned)
    referral = Referral(UUID(view["referral_id"]), young_id, planned, received_on=simulation.today)
    simulation.observations.referrals[referral.id] = referral
    return referral


def _second_attempts(simulation: Simulation, entry: int) -> list[PlannedReferral]:
    """Those who left a school the year before and did not come back there."""
    gone = [one for one in simulation.pupils("interrupted") if one.entry == entry - 1]
    before = [simulation.journey(one.young_id, one.entry) for one in gone]
    return [again(simulation.region, one, seed=simulation.seed, year=entry) for one in before if one.profile.tries_another_school]
