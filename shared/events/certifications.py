"""The dated certifications of a programme: the one that it opened with, and those that replace it, each from a day on."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from shared.events.catalogue import CertificationReplaced
from shared.kernel.identifiers import RncpCode


class Replacement(BaseModel):
    """The title, and its code where it has one, to which a programme leads from a day on."""

    model_config = ConfigDict(frozen=True)
    title: str
    rncp: RncpCode | None = None
    since: date

    @classmethod
    def of(cls, event: CertificationReplaced) -> Self:
        return cls(title=event.title, rncp=event.rncp, since=event.since)


def with_replacement(replaced: Iterable[Replacement], one: Replacement) -> tuple[Replacement, ...]:
    """These and one more, by day; said again for the same day it is the later word that stands."""
    by_day = {**{known.since: known for known in replaced}, one.since: one}
    return tuple(by_day[day] for day in sorted(by_day))


def in_force(replaced: Iterable[Replacement], day: date) -> Replacement | None:
    """The last that had begun by a day; None while the programme leads to what it opened with."""
    begun = [one for one in replaced if one.since <= day]
    return max(enumerate(begun), key=lambda ranked: (ranked[1].since, ranked[0]))[1] if begun else None
