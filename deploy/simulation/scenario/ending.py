"""The last reading: what each agency is shown of its referrals."""

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
        if referral.id in simulation.listener.closed:
            closed, referral.closed_on = simulation.listener.closed[referral.id]
            referral.answer, referral.code, referral.answered_by = closed.answer, closed.code, closed.answered_by
        if ending := shown["answer"]:
            referral.answer, referral.code, referral.answered_by = ending["answer"], ending["code"], ending["answered_by"]
