"""Referral's routes."""

from services.referral.api import agencies, identities, referrals

ROUTERS = (agencies.router, referrals.router, identities.router)
