"""French typography: numbers, shares, money, days, and the spaces that never break a line."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

NARROW, WIDE = "\u202f", "\u00a0"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
TAGS = re.compile(r"(<[^>]*>)")


def number(value: float, decimals: int = 0) -> str:
    """1 234,5 with narrow spaces."""
    return f"{value:,.{decimals}f}".replace(",", NARROW).replace(".", ",")


def percent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage: 0 and 100 only where it is exactly that."""
    rounded = round(share * 100)
    return f"{number(min(max(rounded, 1), 99) if 0 < share < 1 else rounded)}{NARROW}%"


def euros(amount: float) -> str:
    """Whole euros."""
    return f"{number(amount)}{WIDE}€"


def day(value: date) -> str:
    """4 octobre 2026, 1er octobre 2026."""
    return f"{'1er' if value.day == 1 else value.day}{WIDE}{MONTHS[value.month - 1]} {value.year}"


def month(value: str) -> str:
    """2021-02 as février 2021."""
    year, rank = value.split("-")
    return f"{MONTHS[int(rank) - 1]} {year}"


def several(count: float, one: str, many: str) -> str:
    """« 1 place », « 1,5 place », « 1 234 places »: French counts from two."""
    return f"{number(count, 0 if count == int(count) else 1)}{WIDE}{one if abs(count) < 2 else many}"


def spaced(text: str) -> str:
    """The same text with unbreakable spaces before : ; ! ? % € and inside guillemets, and real apostrophes."""
    text = re.sub(r" ([;!?%»€])", NARROW + r"\1", text)
    text = text.replace("« ", f"«{NARROW}").replace(" :", f"{WIDE}:").replace("'", "’")
    return re.sub(r"(?<=\d) (?=(sur|mois|h|ans?)\b)|(?<=\bsur) (?=\d)", WIDE, text)


def spaced_html(html: str) -> Markup:
    """The same page, its words spaced and its tags untouched."""
    parts = TAGS.split(str(html).replace("&#39;", "'"))
    return Markup("".join(part if part.startswith("<") else spaced(part) for part in parts))


def width(share: float) -> str:
    """A share as a length that SVG and CSS read."""
    return f"{share * 100:.2f}%"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number, "percent": percent, "euros": euros, "day": day, "month": month, "spaced": spaced_html, "width": width,
}  # fmt: skip
