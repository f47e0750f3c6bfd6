"""The names that enrolment's answers need, from its own schools and from what referral told of agencies."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.enrolment import labels
from services.enrolment.domain.school import School
from shared.events.catalogue import NETWORK
from shared.events.schools import ListedSchool
from shared.web.names import Names


def names(schools: Iterable[School], agencies: Mapping[str, str], *, on: date) -> Names:
    """The names of these schools, of what they teach, as on a day, and of these agencies."""
    listed = (ListedSchool(**school.model_dump(), shown_on=on) for school in schools)
    return Names([ListedSchool(school=NETWORK, name=labels.NETWORK), *listed], agencies)


def place_of(school: str, programme: str, names: Names) -> dict[str, Any]:
    """A school and one of its programmes, as an answer shows them."""
    return {"school": names.school(school), "programme": names.programme(school, programme)}
