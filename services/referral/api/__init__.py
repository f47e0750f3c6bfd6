"""Referral's routes."""

from services.referral.api import agencies, identities, persons, referrals, schools

ROUTERS = (agencies.router, schools.router, referrals.router, identities.router, persons.router)
