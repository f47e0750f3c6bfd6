"""Referral's routes."""

from services.referral.api import agencies, identities, making, persons, referrals, rights, schools

ROUTERS = (agencies.router, schools.router, making.router, referrals.router, identities.router, rights.router, persons.router)
