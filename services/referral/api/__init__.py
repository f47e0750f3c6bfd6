"""Referral's routes."""

from services.referral.api import agencies, batches, identities, persons, referrals, rights, schools

ROUTERS = (agencies.router, schools.router, batches.router, referrals.router, identities.router, rights.router, persons.router)
