"""Enrolment over HTTP: request in, one decision."""

from services.enrolment.api.answers import router as applications
from services.enrolment.api.arrangements import router as arrangements
from services.enrolment.api.calendars import router as calendars
from services.enrolment.api.catalogue import router as catalogue
from services.enrolment.api.conflicts import router as conflicts
from services.enrolment.api.corrections import router as corrections
from services.enrolment.api.grants import router as grants
from services.enrolment.api.hand_backs import router as hand_backs
from services.enrolment.api.late import router as late
from services.enrolment.api.meetings import router as meetings
from services.enrolment.api.outcomes import router as outcomes
from services.enrolment.api.pupils import router as pupils
from services.enrolment.api.rights import router as rights
from services.enrolment.api.snapshot import router as snapshot
from services.enrolment.api.taken_over import router as taken_over
from services.enrolment.api.transfers import router as transfers
from shared.web.notices.routes import router as notices
from shared.web.tenant_stream import router as stream
from shared.web.webhooks.routes import router as webhooks

ROUTERS = (
    catalogue, calendars, late, applications, arrangements, meetings, transfers, pupils, hand_backs, taken_over, outcomes,
    corrections, conflicts, grants, rights, snapshot, stream, webhooks, notices,
)  # fmt: skip
