"""Schools, programmes and sectors by the names that people write for them, as the catalogue has them today."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.referral.imports.words import plain
from shared.events.schools import ListedSchool

NO_SCHOOL = "Aucune école du réseau ne porte ce nom : le modèle donne ceux qui peuvent l’être."
NO_PROGRAMME = "Cette école n’a pas de formation de ce nom : le modèle donne ceux qui peuvent l’être."
SEVERAL = "Plusieurs écoles portent ce nom : écrivez celui que donne le modèle."
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Named:
    """What a name stands for; the name itself, and why, where it stands for nothing or for several."""

    id: str
    fault: str | None = None


class Choices:
    """What a wish may name."""

    def __init__(self, schools: Iterable[ListedSchool]) -> None:
        self.schools = [school for school in schools if school.name is not None]

    def school(self, written: str) -> Named:
        """A school by its id, its name or its town. What is written as an id is left to the rules."""
        name = plain(written)
        for of in (_ids, _names, _towns):
            found = {school.school for school in self.schools if name in map(plain, of(school))}
            if len(found) == 1:
                return Named(found.pop())
            if found:
                return Named(written, SEVERAL)
        return Named(written) if ID.fullmatch(written) else Named(written, NO_SCHOOL)

    def programme(self, school_id: str | None, written: str) -> Named:
        """A programme of a school, by its id or its title; the whole « titre (école) » of the template too."""
        school = next((one for one in self.schools if one.school == school_id), None)
        if school is None:
            return Named(plain(written).replace(" ", "-") or written)  # the school is what is wrong
        name = plain(re.sub(r"\s*\[.*\]$", "", written))
        found = [one.programme for one in school.programmes if name in map(plain, (one.programme, one.title, *_titles(one)))]
        if len(set(found)) == 1:
            return Named(found[0])
        return Named(written) if ID.fullmatch(written) else Named(written, NO_PROGRAMME)

    def sector(self, written: str) -> Named:
        """A sector as its id is written: « Bâtiment, bois » is batiment-bois."""
        return Named(plain(written).replace(" ", "-"))

    @property
    def sectors(self) -> list[str]:
        """Those that are taught."""
        return sorted({one.sector for school in self.schools for one in school.programmes})


def _ids(school: ListedSchool) -> Iterator[str]:
    yield school.school


def _names(school: ListedSchool) -> Iterator[str]:
    yield school.name or school.school


def _towns(school: ListedSchool) -> Iterator[str]:
    if school.town:
        yield school.town


def _titles(programme: object) -> Iterator[str]:
    """Those that replaced the first."""
    yield from (one.title for one in getattr(programme, "replaced", ()))
