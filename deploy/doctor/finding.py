"""What an examination finds: of whom, how well, in one sentence, and what to type where it is not well."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    WELL = "well"
    LOOK = "look"
    """It works; somebody should look at it soon."""
    ACT = "act"
    """Something does not work, or will not for long."""


@dataclass(frozen=True)
class Finding:
    """One line of what is said. No secret and no person is ever in it."""

    subject: str
    verdict: Verdict
    what: str
    todo: str = ""


def well(subject: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Verdict.WELL, what)


def look(subject: str, what: str, todo: str) -> Finding:
    """To be looked at soon."""
    return Finding(subject, Verdict.LOOK, what, todo)


def act(subject: str, what: str, todo: str) -> Finding:
    """To be done now."""
    return Finding(subject, Verdict.ACT, what, todo)
