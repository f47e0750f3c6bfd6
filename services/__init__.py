"""The services. They never import one another: they read one another's events.

Addresses, contracts, the embedded stack and the simulation follow from this one list.
"""

SERVICES: tuple[str, ...] = ("referral", "enrolment", "production", "reporting")
INBOUND_GROUP = "referral-inbound"
"""The consumer group in which referral's replicas share agencies' topics out."""
GROUPS = (*SERVICES, INBOUND_GROUP)
"""Every consumer group: a service's own is called as it is."""
