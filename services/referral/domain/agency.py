"""Partner agencies: the organisations that may refer."""

from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.referral.domain.visibility import everyone
from shared.events.referral import AgencyKind, AgencyRegistered
from shared.events.schools import ListedSchool
from shared.kernel.aggregate import Aggregate
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from shared.kernel.identifiers import DepartmentCode, Slug


class Agency(BaseModel):
    """An organisation under its public name."""

    model_config = ConfigDict(frozen=True)
    agency: Slug
    kind: AgencyKind
    name: str
    department: DepartmentCode


class Sender(BaseModel):
    """A school that sends what a family says: no agency, in no figure of agencies."""

    model_config = ConfigDict(frozen=True)
    agency: Slug
    name: str | None
    kind: None = None


def sender_of(caller: Caller, schools: Iterable[ListedSchool]) -> Sender | None:
    """The school for which somebody records a family's own application; None of who speaks for none."""
    if caller.kind != "school":
        return None
    name = next((one.name for one in schools if one.school == caller.tenant), None)
    return Sender(agency=caller.tenant, name=name)


def register(
    agency: Agency | None, *, id: Slug, kind: AgencyKind, name: str, department: DepartmentCode, on: date, is_school: bool = False
) -> Sequence[AgencyRegistered]:
    """The agency may refer from now on, under these facts. Registering the same again changes nothing.

    Refused under the id of a school: each would be told what is the other's, on one topic.
    """
    if agency is None and is_school:
        raise Refused("id_taken", "Cet identifiant est déjà celui d’une école : choisissez-en un autre.")
    if agency == Agency(agency=id, kind=kind, name=name, department=department):
        return []
    return [AgencyRegistered(agency=id, kind=kind, name=name, department=department, on=on)]


def tell_again(agency: Agency, *, on: date) -> Sequence[AgencyRegistered]:
    """Say what it is once more, to whoever kept less of it in an earlier build."""
    return [AgencyRegistered(agency=agency.agency, kind=agency.kind, name=agency.name, department=agency.department, on=on)]


def evolve(_agency: Agency | None, event: AgencyRegistered) -> Agency:
    """The agency after an event: its latest facts."""
    return Agency(agency=event.agency, kind=event.kind, name=event.name, department=event.department)


AGENCIES = Aggregate("agencies", Agency, evolve, visible_to=everyone)
