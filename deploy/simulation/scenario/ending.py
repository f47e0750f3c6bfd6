"""The last reading: what each agency is shown of its referrals."""

from datetime import date
from uuid import UUID

from deploy.simulation.state import Simulation, gather


async def read_answers(simulation: Simulation) -> None:
    """Every agency reads its referrals: those that are closed, by which answer, on which day.

    One that a school took up again (an ineligible applicant whom it lets in) shows none; the answer told before stands.
    """
    await gather(_read(simulation, agency.id) for agency in simulation.region.agencies)


async def _read(simulation: Simulation, agency: str) -> None:
    for shown in await simulation.api.every(f"agency:{agency}", "referral", "/referrals"):
        referral = simulation.observations.referrals[UUID(shown["referral_id"])]
        closed = simulation.listener.closed.get(referral.id)
        if ending := shown["answer"]:
            referral.closed_on = date.fromisoformat(ending["on"])
            referral.answer, referral.code = ending["answer"], ending["code"]
        elif closed:
            referral.closed_on, referral.answer, referral.code = closed.on, closed.answer, closed.code
