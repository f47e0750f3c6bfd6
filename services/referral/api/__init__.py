"""Referral's routes."""

from services.referral.api import agencies, identities, persons, referrals, rejections, rights, schools

ROUTERS = (agencies.router, schools.router, referrals.router, rejections.router, identities.router, rights.router, persons.router)
