"""Referral's routes."""

from services.referral.api import agencies, identities, persons, referrals, rights, schools

ROUTERS = (agencies.router, schools.router, referrals.router, identities.router, rights.router, persons.router)
