"""Referral's routes."""

from services.referral.api import agencies, identities, persons, referrals, rights, schools
from shared.web.notices.routes import router as notices
from shared.web.tenant_stream import router as stream

ROUTERS = (agencies.router, schools.router, referrals.router, identities.router, rights.router, persons.router, stream, notices)
