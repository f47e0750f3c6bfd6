"""The young people whom agencies refer: fictitious, drawn from a seed, the same for the same seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.simulation.dates import CAMPAIGNS, WAVES, wave_day
from deploy.simulation.profiles import Profile, draw
from deploy.simulation.region import Region
from shared.events.referral import Situation
from shared.kernel.calendar import months_after

FAMILY_NAMES = (
    "Aubertin", "Bazin", "Bouquerod", "Carrez", "Chapuis", "Courbet", "Darbois", "Faivre", "Gauthier", "Girardot", "Grandjean",
    "Guyot", "Humbert", "Jacquot", "Lamboley", "Maillard", "Marguet", "Monnin", "Nicolet", "Oudot", "Paget", "Petitjean",
    "Prost", "Renaud", "Roussel", "Sauget", "Tissot", "Vauchez", "Vernerey", "Vuillemin", "Benali", "Da Silva", "Diallo",
    "Kaya", "Nguyen", "Petrov", "Rossi", "Traoré",
)  # fmt: skip
GIVEN_NAMES = (
    "Adam", "Agathe", "Amina", "Anaïs", "Aylin", "Baptiste", "Camille", "Chloé", "Enzo", "Fatou", "Inès", "Jules",
    "Kévin", "Léa", "Lina", "Lucas", "Maël", "Manon", "Mathis", "Moussa", "Nathan", "Noé", "Océane", "Rayan", "Romane", "Sacha",
    "Théo", "Yanis", "Zoé",
)  # fmt: skip
COUNSELLORS = {
    "A. Bonnefoy": "0353010101", "C. Delacroix": "0353010102", "M. Lhomme": "0353010103", "N. Perrin": "0353010104",
    "S. Vasseur": "0353010105",
}  # fmt: skip
"""Under numbers that the Arcep keeps for fiction (03 53 01)."""
AGES = {13: 3, 14: 10, 15: 26, 16: 27, 17: 18, 18: 10, 19: 4, 20: 2}
YOUNG = {Situation.IN_TROISIEME: 5, Situation.IN_SCHOOL_AT_RISK: 3, Situation.OUT_OF_SCHOOL: 2}
OLDER = {Situation.OUT_OF_SCHOOL: 6, Situation.IN_SCHOOL_AT_RISK: 2, Situation.IN_TRAINING: 1, Situation.OTHER: 1}
WEIGHTS = dict(zip(CAMPAIGNS, (5, 5, 5, 5, 2), strict=True))
"""The last campaign has only begun when the simulation ends."""


@dataclass(frozen=True)
class Person:
    """Someone who does not exist. The number makes them one of a kind."""

    number: int
    family_name: str
    given_name: str
    birth_date: date
    commune: str
    represented: bool = True
    """Whether who answers for a minor is said."""

    def identity(self, on: date) -> dict[str, Any]:
        """As an agency sends it. Mobile numbers in 06 39 98 are kept for fiction by the Arcep, example.org by the IETF."""
        identity: dict[str, Any] = {
            "family_name": self.family_name,
            "given_name": self.given_name,
            "birth_date": self.birth_date.isoformat(),
            "commune": self.commune,
            "phone": f"063998{self.number % 10_000:04d}",
            "email": f"jeune-{self.number}@example.org",
        }
        if self.represented and months_after(self.birth_date, 12 * 18) > on:
            identity["representatives"] = [self.representative]
        return identity

    @property
    def representative(self) -> dict[str, Any]:
        """Who answers for them until they come of age."""
        if self.number % 9 == 0:
            return {"kind": "institution", "name": "Service des tutelles"}
        return {"kind": "person", "name": f"Dominique {self.family_name}", "kinship": "mother"}


@dataclass(frozen=True)
class PlannedReferral:
    """One referral to be made: who, by which agency, in which spring and wave, for what, and the profile that follows."""

    person: Person
    attempt: int
    agency: str
    campaign: int
    wave: int
    on: date
    situation: Situation
    out_of_school_since: date | None
    wishes: Sequence[Mapping[str, Any]]
    counsellor: str
    profile: Profile

    @property
    def external_id(self) -> str:
        return f"DEMO-{self.person.number:05d}-{self.attempt}"


def campaigns(region: Region, *, pupils: int, seed: int) -> dict[int, list[PlannedReferral]]:
    """So many young people over the springs, by year of entry; some are referred again by another agency, a wave later."""
    total = sum(WEIGHTS.values())
    ends = {year: round(pupils * sum(w for y, w in WEIGHTS.items() if y <= year) / total) for year in CAMPAIGNS}
    planned: dict[int, list[PlannedReferral]] = {year: [] for year in CAMPAIGNS}
    for number in range(1, pupils + 1):
        year = next(year for year in CAMPAIGNS if number <= ends[year])
        chance = Random(f"{seed}:{number}")
        first = _first(region, chance, number, year)
        planned[year].append(first)
        if chance.random() < 0.12 and first.wave < WAVES - 1:
            planned[year].append(_by_another(region, chance, first))
    return planned


def again(region: Region, before: PlannedReferral, *, seed: int, year: int) -> PlannedReferral:
    """The referral of someone who left a school and tries another, the spring after."""
    chance = Random(f"{seed}:{before.person.number}:{before.attempt}:{year}")
    on = wave_day(year, 1) - timedelta(days=chance.randint(0, 10))
    return PlannedReferral(
        person=before.person, attempt=before.attempt + 10, agency=chance.choice(region.agencies).id, campaign=year, wave=1, on=on,
        situation=Situation.OUT_OF_SCHOOL, out_of_school_since=on - timedelta(days=60), wishes=_wishes(region, chance),
        counsellor=chance.choice(list(COUNSELLORS)), profile=draw(chance, len(region.workshops)),
    )  # fmt: skip


def _first(region: Region, chance: Random, number: int, year: int) -> PlannedReferral:
    age = chance.choices(list(AGES), list(AGES.values()))[0]
    days = chance.randint(230, 360) if age == 13 else chance.randint(0, 360)
    birth_date = date(year - age, 9, 1) - timedelta(days=days)
    person = Person(
        number, chance.choice(FAMILY_NAMES), chance.choice(GIVEN_NAMES), birth_date, chance.choice(region.schools).commune
    )
    wave = chance.choices(range(4), (3, 4, 3, 2))[0]
    on = wave_day(year, wave) - timedelta(days=chance.randint(0, 15))
    by_situation = YOUNG if age <= 15 else OLDER
    situation = chance.choices(list(by_situation), list(by_situation.values()))[0]
    since = on - timedelta(days=chance.randint(30, 400))
    return PlannedReferral(
        person=person, attempt=1, agency=chance.choice(region.agencies).id, campaign=year, wave=wave, on=on, situation=situation,
        out_of_school_since=since if situation is Situation.OUT_OF_SCHOOL else None, wishes=_wishes(region, chance),
        counsellor=chance.choice(list(COUNSELLORS)), profile=draw(chance, len(region.workshops)),
    )  # fmt: skip


def _by_another(region: Region, chance: Random, first: PlannedReferral) -> PlannedReferral:
    """Another agency refers the same person a wave later: the first wish again, and perhaps others."""
    agency = chance.choice([one.id for one in region.agencies if one.id != first.agency])
    wave = first.wave + 1
    more = [wish for wish in _wishes(region, chance) if wish != first.wishes[0]]
    return PlannedReferral(
        person=first.person, attempt=2, agency=agency, campaign=first.campaign, wave=wave,
        on=wave_day(first.campaign, wave) - timedelta(days=chance.randint(0, 10)), situation=first.situation,
        out_of_school_since=first.out_of_school_since, wishes=[first.wishes[0], *more[:1]],
        counsellor=chance.choice(list(COUNSELLORS)), profile=first.profile,
    )  # fmt: skip


def _wishes(region: Region, chance: Random) -> list[Mapping[str, Any]]:
    """One to three workshops, or a sector in one or two departments."""
    workshop = chance.choices(region.workshops, [one.share for one in region.workshops])[0]
    if chance.random() < 0.15:
        near = next(school.department for school in region.schools if school.id == workshop.school)
        far = chance.choice(region.schools).department
        return [{"sector": workshop.sector, "departments": sorted({near, far})}]
    others = chance.sample(region.workshops, 3)
    number = chance.choices((1, 2, 3), (6, 3, 1))[0]
    chosen = dict.fromkeys((one.school, one.programme) for one in (workshop, *others))
    return [{"school": school, "programme": programme} for school, programme in list(chosen)[:number]]
