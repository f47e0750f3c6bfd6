"""Referral's routes."""

from services.referral.api import agencies, identities, referrals

routers = [agencies.router, referrals.router, identities.router]
