"""What enrolment shows: applications and pupils as their reader may see them, intakes without persons, grants."""

from services.enrolment.views.applications import ApplicationResponse, SeatsResponse, application, seats
from services.enrolment.views.grants import GrantResponse, grant
from services.enrolment.views.late import AwaitedResponse, LateResponse, awaited, late
from services.enrolment.views.names import names
from services.enrolment.views.pupils import EnrolmentResponse, OutcomesResponse, PupilResponse, pupil

__all__ = [
    "ApplicationResponse",
    "AwaitedResponse",
    "EnrolmentResponse",
    "GrantResponse",
    "LateResponse",
    "OutcomesResponse",
    "PupilResponse",
    "SeatsResponse",
    "application",
    "awaited",
    "grant",
    "late",
    "names",
    "pupil",
    "seats",
]
