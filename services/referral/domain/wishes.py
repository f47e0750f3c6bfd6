"""What may be wished for: a programme that a school of the catalogue teaches, or a sector that is taught in some departments."""

from collections.abc import Iterable, Iterator, Sequence

from shared.events.referral import Wish
from shared.events.schools import ListedSchool
from shared.kernel.errors import Invalid

Fault = tuple[str, str]
"""A field of a wish, and what is wrong with it."""


def ensure_possible(wishes: Sequence[Wish], catalogue: Iterable[ListedSchool]) -> None:
    """Raise Invalid (`unknown_wish`), with every field that names what nobody teaches."""
    schools = {school.school: school for school in catalogue if school.name is not None}
    faults = {
        f"wishes.{rank}.{field}": sentence
        for rank, wish in enumerate(wishes)
        for field, sentence in (_of_a_programme(wish, schools) if wish.school else _of_a_sector(wish, schools.values()))
    }
    if faults:
        raise Invalid("unknown_wish", " ".join(f"{field} : {sentence}" for field, sentence in faults.items()), fields=faults)


def ensure_own(wishes: Sequence[Wish], school: str) -> None:
    """Raise Invalid (`another_school`) where a family's own application is for another school than the one that records it."""
    sentence = "Une candidature directe se fait pour une formation de votre école."
    faults = {f"wishes.{rank}.school": sentence for rank, wish in enumerate(wishes) if wish.school != school}
    if faults:
        raise Invalid("another_school", sentence, fields=faults)


def _of_a_programme(wish: Wish, schools: dict[str, ListedSchool]) -> Iterator[Fault]:
    assert wish.school
    assert wish.programme
    school = schools.get(wish.school)
    if school is None:
        yield "school", "Cette école n’est pas dans le réseau."
    elif (programme := school.programme(wish.programme)) is None:
        yield "programme", "Cette école n’a pas cette formation."
    elif programme.years < wish.year_of_study:
        yield "year_of_study", f"Cette formation se fait en {programme.years} an{'s' * (programme.years > 1)}."


def _of_a_sector(wish: Wish, schools: Iterable[ListedSchool]) -> Iterator[Fault]:
    schools = list(schools)
    departments = {school.department for school in schools if any(one.sector == wish.sector for one in school.programmes)}
    if not departments:
        yield "sector", "Aucune école du réseau n’a de formation dans ce secteur."
    elif departments.isdisjoint(wish.departments):
        yield "departments", "Aucune école de ces départements n’a de formation dans ce secteur."
    elif all(
        one.years < wish.year_of_study
        for school in schools
        if school.department in wish.departments
        for one in school.programmes
        if one.sector == wish.sector
    ):
        yield "year_of_study", "Aucune de ces formations ne dure autant d’années."
