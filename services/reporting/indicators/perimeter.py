"""For whom a figure is counted: the network, a school, a programme, or the young people whom a kind of agency referred."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.reporting.tables import Tables
from shared.events.referral import AgencyKind
from shared.kernel.errors import NotFound


class PerimeterKind(StrEnum):
    NETWORK = "network"
    SCHOOL = "school"
    PROGRAMME = "programme"
    AGENCY_KIND = "agency_kind"


@dataclass(frozen=True)
class Perimeter:
    """The network, a school, a programme (wherever it is taught), or the young people whom agencies of a kind referred."""

    kind: PerimeterKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind

    def takes_place(self, school: str, programme: str) -> bool:
        """Whether what is told of a programme of a school is told of a place in it. Of a kind of agency no place is."""
        match self.kind:
            case PerimeterKind.NETWORK:
                return True
            case PerimeterKind.SCHOOL:
                return school == self.id
            case PerimeterKind.PROGRAMME:
                return programme == self.id
            case PerimeterKind.AGENCY_KIND:
                return False


NETWORK = Perimeter(PerimeterKind.NETWORK)


def a_school(id: str) -> Perimeter:
    return Perimeter(PerimeterKind.SCHOOL, id)


def perimeter_of(text: str, tables: Tables) -> Perimeter:
    """The perimeter `network`, `school:dole`, `programme:...` or `agency_kind:cio`. Raises NotFound when there is none."""
    kind, _, id = text.partition(":")
    exists: Mapping[str, Callable[[], bool]] = {
        PerimeterKind.NETWORK: lambda: not id,
        PerimeterKind.SCHOOL: lambda: any(row.id == id for row in tables.schools),
        PerimeterKind.PROGRAMME: lambda: any(row.programme == id for row in tables.programmes),
        PerimeterKind.AGENCY_KIND: lambda: id in list(AgencyKind),
    }
    if kind not in exists or not exists[kind]():
        raise NotFound("Ce périmètre")
    return Perimeter(PerimeterKind(kind), id)
