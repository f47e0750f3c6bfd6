"""Whether the clocks of a stack agree: tokens, leases and the order of what happened rest on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from deploy.doctor.finding import Finding, act

APART = timedelta(seconds=5)
"""Clocks that are further apart than half a lease make two hold it at once."""


def of_clock(subject: str, theirs: datetime, *, asked: datetime, answered: datetime) -> Sequence[Finding]:
    """Whether what it said was the time when it was asked, or became so until it had answered, as ours has it."""
    apart = max(asked - theirs, theirs - answered)
    if apart < APART:
        return []
    what = f"son horloge et la nôtre diffèrent de {apart.total_seconds():.0f} secondes"
    return [act(subject, what, "mettez toutes les machines à l’heure (NTP)")]
