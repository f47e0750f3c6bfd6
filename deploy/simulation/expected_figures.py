"""Every indicator, counted from the tally by docs/indicators.md: numerator, denominator, unknown and parts.

The second writing of the formulas of services/reporting/indicators. They share no code, on purpose: a mistake of both would
compare equal. A formula changes in its page, here and there.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import TypeAlias

from holidays import country_holidays

from deploy.simulation.expected import CONTINUING, Person, Tally, came_back, present
from deploy.simulation.expected_corrections import corrected_on
from shared.events.production import Hours
from shared.kernel.calendar import months_after, school_year_of

FRANCE = country_holidays("FR")
"""The public holidays of metropolitan France."""
Part: TypeAlias = int | float | str | Mapping[str, int] | None


@dataclass(frozen=True)
class Figure:
    numerator: int
    denominator: int
    unknown: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)
    corrected_on: date | None = None


def answer_rate(tally: Tally) -> Figure:
    """Referrals to which a person of a school answered / referrals received, but those withdrawn."""
    delays, firsts, endings, by = [], [], Counter[str](), Counter[str | None]()
    withdrawn = [one for one in tally.referrals if one.answer == "withdrawn" and one.answered_by != "school"]
    received = [one for one in tally.referrals if one not in withdrawn]
    for one in received:
        since = one.received_on or one.planned.on
        contacts = [day for application in tally.applications_of(one) for day in application.contacts if day >= since]
        by[one.answered_by] += 1
        if one.answer:
            endings[f"closed_{one.answer}"] += 1
        if contacts:
            firsts.append(_open_days(since, min(contacts)))
            delays += [_open_days(since, one.closed_on)] if one.closed_on else []
    silent = [  # of those that their school let expire, none is reopened here
        one for one in tally.applications if (one.status == "expired" or one.because == "intake_closed") and not one.contacts
    ]
    medians = {"median_open_days": _median(delays), "median_open_days_to_contact": _median(firsts)}
    counts = {"closed_by_rule": by["rule"], "closed_unanswered": by["nobody"], "withdrawn": len(withdrawn), "silent": len(silent)}
    return Figure(len(firsts), len(received), parts={**medians, **counts, **endings})


def raccrochage(tally: Tally) -> Figure:
    """Out of school at referral, started within 12 months and still there 3 months after / those of 15 months ago or more."""
    first: dict[object, tuple[date, str, str | None]] = {}
    for one in tally.referrals:
        if one.situation == "out_of_school":
            mine = (one.planned.on, str(one.id), one.code)
            first[one.young_id] = min(first.get(one.young_id, mine), mine, key=lambda row: row[:2])
    back = due = other = 0
    for young_id, (referred, _, code) in first.items():
        if months_after(referred, 15) > tally.day:
            continue
        due += 1
        mine_there = [one for one in tally.enrolments if one.young_id == young_id]
        if any(came_back(one, referred) for one in mine_there):
            back += 1
        elif code == "chose_other_path":
            other += 1
    return Figure(back, due, parts={"other_path": other})


def occupancy(tally: Tally) -> Figure:
    """People who hold a seat this school year / seats."""
    year = school_year_of(tally.day)
    active = {
        one.young_id
        for one in tally.enrolments
        if one.status in ("due", "present") and any(of.school_year == year for of in one.years)
    }
    return Figure(len(active), sum(one.seats for one in tally.intakes if one.school_year == year), parts={"school_year": year})


def interruption(tally: Tally) -> Figure:
    """Interrupted / entrants."""
    statuses = [{each.status for each in one.enrolments} for one in tally.people]
    parts = {
        "did_not_start": sum("did_not_start" in found and found <= {"did_not_start", "gave_up"} for found in statuses),
        "gave_up": statuses.count({"gave_up"}),
    }
    return Figure(sum(one.interrupted for one in tally.entrants), len(tally.entrants), parts=parts)


def hours(tally: Tally, *kinds: str) -> Figure:
    """Hours of these kinds / hours of production, practice and teaching. The share is of the minutes."""
    minutes = {kind: sum(one.minutes[kind] for one in tally.weeks) for kind in Hours.model_fields}
    worked = minutes["production"] + minutes["practice"] + minutes["teaching"]
    parts = {kind: _hours(one) for kind, one in minutes.items()}
    return Figure(sum(minutes[kind] for kind in kinds), worked, parts=parts)


def orders(tally: Tally) -> Figure:
    """Orders completed in time / completed."""
    done = [one for one in tally.orders if one.completed_on]
    in_time = [one for one in done if one.due_on and one.completed_on and one.completed_on <= one.due_on]
    parts = {
        "received": len(tally.orders),
        "cancelled": sum(one.cancelled for one in tally.orders),
        "production_hours": _hours(sum(one.minutes["production"] for one in tally.weeks)),
        "turnover_cents": sum(one.invoiced_cents - one.credited_cents for one in tally.orders),
    }
    return Figure(len(in_time), len(done), parts=parts)


def diploma_success(tally: Tally) -> Figure:
    """Obtained / presented."""
    presented = [one for one in tally.entrants if one.results]
    obtained = [one for one in presented if "obtained" in one.results]
    waiting = [one for one in presented if "obtained" not in one.results and None in one.results]
    finishers = [one for one in tally.entrants if one.finisher]
    parts: dict[str, Part] = {
        "presented_of_last_year": _share(sum(bool(one.results) for one in finishers), len(finishers)),
        "obtained_of_entrants": _share(len(obtained), len(tally.entrants)),
    }
    return Figure(len(obtained), len(presented), len(waiting), parts)


def further_studies(tally: Tally) -> Figure:
    """Continuing at 6 months / leavers."""
    situations = [one.situation(6) for one in tally.leavers]
    not_due = sum(not one.due(6, tally.day) for one in tally.leavers)
    parts = {"apprenticeship": situations.count("apprenticeship"), "not_due": not_due}
    return Figure(_continuing(situations), len(situations), situations.count(None), parts)


def employment(tally: Tally, horizon: int) -> Figure:
    """Employed / leavers due, but those who continue their studies."""
    due = [one for one in tally.leavers if one.due(horizon, tally.day)]
    situations = [one.situation(horizon) for one in due]
    continuing, employed = _continuing(situations), [one for one in due if one.situation(horizon) == "employed"]
    proved = sum((retained := one.retained(horizon)) is not None and retained.proof != "none" for one in employed)
    parts: dict[str, Part] = {"due": len(due), "continuing": continuing, "with_proof": _share(proved, len(employed))}
    return Figure(len(employed), len(due) - continuing, situations.count(None), parts)


def insertion(tally: Tally, *, among: Callable[[Person], bool]) -> Figure:
    """Continuing or employed at 6 months / leavers due."""
    situations = [one.situation(6) for one in tally.leavers if one.due(6, tally.day) and among(one)]
    employed, continuing = situations.count("employed"), _continuing(situations)
    parts = {"employed": employed, "continuing": continuing}
    return Figure(employed + continuing, len(situations), situations.count(None), parts)


def cost(tally: Tally) -> Figure:
    """Operating cents that the Région (the demo's one funder) paid in a civil year / pupil-months of that year."""
    years = {one.on.year for one in tally.payments if one.purpose == "operating"}
    over = [year for year in years if tally.day >= date(year, 12, 31)]
    year = max(over, default=tally.day.year)
    paid = Counter[str]()
    for one in tally.payments:
        if one.on.year == year:
            paid[one.purpose] += one.amount_cents
    middles = [day for month in range(1, 13) if (day := date(year, month, 15)) <= tally.day]
    months = {(one.young_id, day) for one in tally.enrolments for day in middles if present(one, day)}
    parts = {"civil_year": year, "complete": bool(over), "investment_cents": paid["investment"]}
    return Figure(paid["operating"], len(months), parts=parts)


EVERYWHERE = ("network", "school", "programme", "agency_kind")


@dataclass(frozen=True)
class Indicator:
    count: Callable[[Tally], Figure]
    scopes: tuple[str, ...] = EVERYWHERE
    by_cohort: bool = True


INDICATORS: Mapping[str, Indicator] = {
    "answer_rate": Indicator(answer_rate),
    "raccrochage": Indicator(raccrochage),
    "occupancy": Indicator(occupancy, ("network", "school", "programme"), by_cohort=False),
    "interruption": Indicator(interruption),
    "production_share": Indicator(lambda tally: hours(tally, "production")),
    "practice_share": Indicator(lambda tally: hours(tally, "production", "practice")),
    "orders": Indicator(orders, ("network", "school"), by_cohort=False),
    "diploma_success": Indicator(diploma_success),
    "further_studies": Indicator(further_studies),
    "employment_6": Indicator(partial(employment, horizon=6)),
    "employment_12": Indicator(partial(employment, horizon=12)),
    "employment_18": Indicator(partial(employment, horizon=18)),
    "employment_24": Indicator(partial(employment, horizon=24)),
    "insertion_finishers": Indicator(partial(insertion, among=lambda one: one.finisher)),
    "insertion_entrants": Indicator(partial(insertion, among=lambda one: True)),
    "cost": Indicator(cost, ("network", "school"), by_cohort=False),
}


def figures(tally: Tally) -> dict[str, Figure]:
    """Every indicator that means something in this scope."""
    return {
        name: replace(one.count(tally), corrected_on=corrected_on(tally, name))
        for name, one in INDICATORS.items()
        if tally.kind in one.scopes and (one.by_cohort or tally.cohort is None)
    }


def value(name: str, numerator: int, denominator: int) -> float | None:
    """A ratio, or for `cost` euros for twelve pupil-months. None where it means nothing."""
    if name == "cost":
        return round(numerator / 100 * 12 / denominator, 2) if numerator and denominator else None
    return round(numerator / denominator, 6) if denominator else None


def shown(name: str, counted: int) -> float:
    """What a numerator or a denominator reads: minutes, in hours."""
    return _hours(counted) if name in ("production_share", "practice_share") else counted


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _open_days(since: date, until: date) -> int:
    days = (since + timedelta(days=extra) for extra in range(1, (until - since).days + 1))
    return sum(FRANCE.is_working_day(day) for day in days)


def _median(delays: list[int]) -> float | None:
    return float(median(delays)) if delays else None


def _share(numerator: int, denominator: int) -> dict[str, int]:
    return {"numerator": numerator, "denominator": denominator}


def _continuing(situations: list[str | None]) -> int:
    return sum(situation in CONTINUING for situation in situations)
