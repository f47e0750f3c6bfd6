"""Referral's routes."""

from services.referral.api import agencies, identities, persons, referrals, rights, schools
from shared.web import tenant_stream
from shared.web.webhooks import routes as webhooks

ROUTERS = (
    agencies.router,
    schools.router,
    referrals.router,
    identities.router,
    rights.router,
    persons.router,
    tenant_stream.router,
    webhooks.router,
)
