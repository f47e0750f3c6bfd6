"""Those whom the story is about, the same whatever the seed: they come beside those who are drawn, and do as it says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import IntEnum
from random import Random

from deploy.simulation.dates import WAVES, wave_day
from deploy.simulation.people import Person, PlannedReferral
from deploy.simulation.profiles import Declaration, Profile, Reply, draw
from shared.events.applications import Met
from shared.events.referral import RefusalCode, Situation
from shared.events.students import HORIZONS, OutcomeProof, OutcomeSituation, OutcomeSource

ENTRY = 2022
"""The campaign in which they are referred."""
LATE_WAVE = WAVES
"""After the last: who comes in January is referred by a step of its own."""
WORKSHOPS = 7
RESTAURANT = ("chamblanc", "cap-production-service-restauration")
METALWORK = ("dole", "cap-serrurerie-metallerie")
BUILDINGS = ("clux-villeneuve", "cap-maintenance-batiments")
MACHINING = ("besancon", "cap-conducteur-installations")


class Role(IntEnum):
    """Who is who, by the number of the person."""

    TWO_AGENCIES = 90_001
    """Referred by two; the first asks for its referral back, the second answers the offer."""
    GIVES_UP = 90_002
    """Confirms, and gives the place up before the start."""
    WAITS = 90_003
    """Gets the place that was given up."""
    MINOR = 90_004
    """Referred without a representative, who is told later."""
    MISTYPED = 90_005
    """Out of school, and said to be in school."""
    LATE = 90_006
    """Comes in January."""
    GOES_ON = 90_007
    """There before the school joined; goes on to a Bac pro after a CAP."""
    TAKEN_OVER = 90_008
    """There before the school joined; leaves with the CAP."""


FAMILY = dict(zip(Role, ("Vautrin", "Ligier", "Coulon", "Poncet", "Bride", "Mairot", "Cuenot", "Jacquemin"), strict=True))
GIVEN = dict(zip(Role, ("Élise", "Hugo", "Nora", "Tom", "Jade", "Sofiane", "Maya", "Paul"), strict=True))


def person(role: Role) -> Person:
    """One of the cast, 16 in September of the entry; who was there before is 17."""
    born = date(2004, 11, 3) if role in (Role.GOES_ON, Role.TAKEN_OVER) else date(2006, 3, 9)
    return Person(role, FAMILY[role], GIVEN[role], born, "39198", represented=role is not Role.MINOR)


def with_cast(planned: Mapping[int, list[PlannedReferral]]) -> dict[int, list[PlannedReferral]]:
    """The referrals that are drawn, and those of the cast."""
    return {**planned, ENTRY: [*planned.get(ENTRY, ()), *referrals()]}


def referrals() -> list[PlannedReferral]:
    """Those of the cast."""
    return [
        _referral(Role.TWO_AGENCIES, BUILDINGS, 0, "cio-du-canal", profile=replace(STEADY, withdrawn=True)),
        _referral(Role.TWO_AGENCIES, BUILDINGS, 1, "mission-locale-des-deux-rives", attempt=2),
        _referral(Role.GIVES_UP, METALWORK, 0, "mlds-du-belvedere"),
        _referral(Role.WAITS, METALWORK, 1, "psad-des-remparts"),
        _referral(Role.MINOR, RESTAURANT, 0, "college-de-la-source", profile=replace(STEADY, agency_answers=False)),
        _referral(Role.MISTYPED, MACHINING, 1, "mission-locale-de-la-combe", situation=Situation.IN_SCHOOL_AT_RISK),
        _referral(Role.LATE, METALWORK, LATE_WAVE, "mlds-des-etangs", on=date(ENTRY + 1, 1, 3)),
    ]


def journey_of(role: Role, entry: int) -> PlannedReferral:
    """That of someone whom no agency referred: what they do from a school year on."""
    profile = FAILS_FIRST if role is Role.GOES_ON and entry < ENTRY else STEADY
    return _referral(role, MACHINING, 0, "", profile=replace(profile, futures=FUTURES.get(role, {})), campaign=entry)


def _referral(
    role: Role, wish: tuple[str, str], wave: int, agency: str, *, attempt: int = 1, situation: Situation | None = None,
    profile: Profile | None = None, campaign: int = ENTRY, on: date | None = None,
) -> PlannedReferral:  # fmt: skip
    day = on or wave_day(campaign, wave) - timedelta(days=3)
    situation = situation or Situation.OUT_OF_SCHOOL
    return PlannedReferral(
        person=person(role), attempt=attempt, agency=agency, campaign=campaign, wave=wave, on=day, situation=situation,
        out_of_school_since=day - timedelta(days=90) if situation is Situation.OUT_OF_SCHOOL else None,
        wishes=[{"school": wish[0], "programme": wish[1]}], counsellor="S. Vasseur", profile=profile or STEADY,
    )  # fmt: skip


ADMITTED = Reply("admitted", RefusalCode.OTHER, Met.INTERVIEW, dispensed=False, reconsidered=False)
STEADY = replace(
    draw(Random(0), WORKSHOPS),
    withdrawn=False, replies=(ADMITTED,) * WORKSHOPS, answers=("confirm",), agency_answers=True, comes=True, departure=None,
    repeats=False, changes=False, results=("obtained",), tries_again=False, futures=dict.fromkeys(HORIZONS, ()),
    tries_another_school=False,
)  # fmt: skip
"""Met, admitted, says yes, comes and stays to the diploma."""
FAILS_FIRST = replace(STEADY, results=("failed",))
"""So the school types."""
ON_THE_PHONE = Declaration(OutcomeSource.SCHOOL, OutcomeSituation.FURTHER_STUDIES, None, None, OutcomeProof.PHONE, early=False)
FUTURES: Mapping[Role, Mapping[int, tuple[Declaration, ...]]] = {
    role: dict.fromkeys(HORIZONS, (word,))
    for role, word in (
        (Role.GOES_ON, ON_THE_PHONE),
        (Role.TAKEN_OVER, replace(ON_THE_PHONE, situation=OutcomeSituation.JOB_SEEKING)),
    )
}
