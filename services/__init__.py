"""The services. They never import one another: they read one another's events.

Addresses, contracts, the embedded stack and the simulation follow from this one list.
"""

SERVICES: tuple[str, ...] = ("referral", "enrolment", "production", "reporting")
