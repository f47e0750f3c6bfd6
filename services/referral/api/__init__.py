"""Referral's routes."""

from services.referral.api import agencies, batches, identities, persons, referrals, rights, schools
from services.referral.api.snapshot import router as snapshot
from shared.web.tenant_stream import router as stream

ROUTERS = (
    agencies.router,
    schools.router,
    batches.router,
    referrals.router,
    identities.router,
    rights.router,
    persons.router,
    snapshot,
    stream,
)
