"""What the play says of itself, in French."""

from datetime import date

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def count(number: int, one: str, several: str) -> str:
    """« 1 place proposée », « 3 places proposées »; nothing is singular too in French."""
    return f"{number} {several if number > 1 else one}"


def month_of(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"
