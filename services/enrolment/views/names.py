"""The names that enrolment's answers need, from its own schools and from what referral told of agencies."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.enrolment import labels
from services.enrolment.domain.school import School
from shared.events.catalogue import NETWORK
from shared.events.schools import ListedSchool
from shared.web.names import Names


def names(schools: Iterable[School], agencies: Mapping[str, str]) -> Names:
    """The names of these schools, of what they teach, and of these agencies."""
    return Names(
        [ListedSchool(school=NETWORK, name=labels.NETWORK), *(ListedSchool(**school.model_dump()) for school in schools)],
        agencies,
    )


def place_of(school: str, programme: str, names: Names) -> dict[str, Any]:
    """A school and one of its programmes, as an answer shows them."""
    return {"school": names.school(school), "programme": names.programme(school, programme)}
