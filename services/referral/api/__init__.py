"""Referral's routes."""

from services.referral.api import agencies, identities, imports, making, persons, referrals, rejections, rights, schools
from services.referral.api.snapshot import router as snapshot
from shared.web.notices.routes import router as notices
from shared.web.tenant_stream import router as stream
from shared.web.webhooks.routes import router as webhooks

ROUTERS = (
    agencies.router,
    schools.router,
    making.router,
    imports.router,
    referrals.router,
    rejections.router,
    identities.router,
    rights.router,
    persons.router,
    snapshot,
    stream,
    webhooks,
    notices,
)
