"""What is known now of a small region: rows written and not announced, what is shown of them, and messages that change it."""

from datetime import timedelta

from deploy.bench.publisher import Published, Publisher, an_id
from deploy.bench.region import TODAY, a_region
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.perimeter import NETWORK, a_school
from services.reporting.readings import Readings
from shared.events.production import Hours, WorkLogged
from shared.events.referral import ReferralSubmitted, Situation, Wish
from shared.kernel.calendar import week_of
from shared.kernel.clock import Clock
from shared.projections.tables import Generations

REGION = a_region(cohorts=2, pupils=2, weeks=3, today=TODAY).messages


async def fold(generations: Generations, messages: list[Published], *, into: int | None = None) -> None:
    """Write rows, and announce nothing."""
    generation = generations.generation(into) if into else await generations.current()
    await generation.fold([change for event, message in messages for change in generation.changes(event, message)])


async def shown(readings: Readings) -> list[list[Figure]]:
    reading = await readings.read()
    return [reading.figures(where, None) for where in (NETWORK, a_school("dole"))]


async def referred(readings: Readings) -> int | None:
    return next(figure.denominator for figure in (await shown(readings))[0] if figure.indicator.name == "answer_rate")


async def anew(generations: Generations, clock: Clock) -> list[list[Figure]]:
    return await shown(Readings(generations, clock))


def a_referral(name: str) -> Published:
    publisher, id = Publisher(), an_id("referral", name)
    event = ReferralSubmitted(
        on=TODAY, referral_id=id, young_id=id, agency="cio-demo", birth_month="2009-05", situation=Situation.OUT_OF_SCHOOL,
        wishes=(Wish(school="dole", programme="dole-metier"),),
    )  # fmt: skip
    publisher.publish(f"/referral/referrals/{id}", event)
    return publisher.messages[0]


def a_week(minutes: int, rank: int = 0) -> Published:
    """A week of a pupil of Dole, stated again each time."""
    publisher, young = Publisher(first=100 + minutes), an_id("young", "dole", 2024, 0)
    event = WorkLogged(
        on=TODAY, young_id=young, enrolment_id=an_id("enrolment", "dole", 2024, 0), school="dole", programme="dole-metier",
        week=week_of(TODAY - timedelta(days=7 * rank)), minutes=Hours(production=minutes),
    )  # fmt: skip
    publisher.publish(f"/production/weeks/dole/{event.week}/{young}", event)
    return publisher.messages[0]
