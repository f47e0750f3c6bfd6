"""Enrolment over HTTP: request in, one decision."""

from services.enrolment.api.applications import router as applications
from services.enrolment.api.catalogue import router as catalogue
from services.enrolment.api.corrections import router as corrections
from services.enrolment.api.grants import router as grants
from services.enrolment.api.outcomes import router as outcomes
from services.enrolment.api.pupils import router as pupils
from services.enrolment.api.rights import router as rights
from services.enrolment.api.taken_over import router as taken_over

ROUTERS = (catalogue, applications, pupils, taken_over, outcomes, corrections, grants, rights)
