"""Referral's routes."""

from services.referral.api import agencies, identities, imports, persons, referrals, rights, schools

ROUTERS = (
    agencies.router, schools.router, imports.router, referrals.router, identities.router, rights.router, persons.router,
)  # fmt: skip
