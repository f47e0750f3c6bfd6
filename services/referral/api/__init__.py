"""Referral's routes."""

from services.referral.api import agencies, batches, identities, imports, persons, referrals, rights, schools

ROUTERS = (
    agencies.router, schools.router, batches.router, imports.router, referrals.router, identities.router, rights.router,
    persons.router,
)  # fmt: skip
