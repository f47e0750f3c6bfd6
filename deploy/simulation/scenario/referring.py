"""Agencies refer young people, and take some referrals back."""

from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.observations import Referral
from deploy.simulation.people import Asked, again
from deploy.simulation.state import OPEN, Stage, together
from shared.events import ApplicationLeft, ApplicationWithdrawn
from shared.web.pages.french import several


async def refer(stage: Stage, entry: int, wave: int) -> str | None:
    """A wave of referrals. It has come in when enrolment has answered all their wishes."""
    asked = [one for one in stage.asked[entry] if one.wave == wave]
    asked += _who_try_again(stage, entry) if wave == 1 else []
    referrals = await together(_refer(stage, one) for one in asked)
    await stage.ears.wishes_of(one.id for one in referrals)
    for one in referrals:
        one.opened = stage.ears.wishes[one.id].opened
    await stage.look(entry)
    people = len({one.young_id for one in referrals})
    return f"{stage.month} : {several(people, 'jeune orienté', 'jeunes orientés')}" if people else None


async def withdraw(stage: Stage, entry: int) -> str | None:
    """Some agencies ask for their referral back; the applications that nobody else asks for are withdrawn, the others left."""
    asked_back = [
        one for one in stage.record.referrals.values()
        if one.asked.campaign == entry and one.asked.fate.withdrawn and one.asked.attempt in (1, 11)
    ]  # fmt: skip
    open_ones = [
        stage.record.applications[intake, one.young_id]
        for one in asked_back
        for intake in one.opened
        if stage.record.applications[intake, one.young_id].status in OPEN
    ]
    alone = [(one.intake_id, one.young_id) for one in open_ones if len(one.asking) == 1]
    joined = [(one.intake_id, one.young_id) for one in open_ones if len(one.asking) > 1]
    await together(
        stage.speaker.decide(f"agency:{one.asked.agency}", "referral", f"/referrals/{one.id}/withdrawal") for one in asked_back
    )
    await stage.ears.each(alone, ApplicationWithdrawn)
    await stage.ears.each(joined, ApplicationLeft)
    await stage.look(entry)
    return f"juin {entry} : {several(len(asked_back), 'orientation retirée', 'orientations retirées')}" if asked_back else None


async def _refer(stage: Stage, asked: Asked) -> Referral:
    body = {
        "external_id": asked.external_id, "identity": asked.person.identity(asked.on), "informed_on": asked.on.isoformat(),
        "counsellor": asked.counsellor, "situation": asked.situation, "department": stage.region.department_of(asked.agency),
        "wishes": list(asked.wishes), "on": asked.on.isoformat(),
    }  # fmt: skip
    if asked.out_of_school_since:
        body["out_of_school_since"] = asked.out_of_school_since.isoformat()
    key = asked.external_id
    view = await stage.speaker.create(f"agency:{asked.agency}", "referral", "/referrals", body, key=key)
    young_id = UUID(view["young_id"])
    if stage.young_ids.setdefault(asked.person.number, young_id) != young_id:
        raise CannotRun(f"Le jeune n° {asked.person.number}, orienté deux fois, n'a pas été reconnu.")
    stage.journeys.setdefault((young_id, asked.campaign), asked)
    referral = Referral(UUID(view["referral_id"]), young_id, asked)
    stage.record.referrals[referral.id] = referral
    return referral


def _who_try_again(stage: Stage, entry: int) -> list[Asked]:
    """Those who left a school the year before and did not come back there."""
    gone = [one for one in stage.pupils("interrupted") if one.entry == entry - 1]
    before = [stage.journey(one.young_id, one.entry) for one in gone]
    return [again(stage.region, one, seed=stage.seed, year=entry) for one in before if one.fate.tries_another_school]
