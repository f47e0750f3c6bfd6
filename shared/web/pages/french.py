"""French typography: numbers, shares, money, days, and the spaces that never break a line."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

LOCALE = Locale("fr", "FR")
NARROW, WIDE = "\u202f", "\u00a0"
TAGS = re.compile(r"(<[^>]*>)")


def number(value: float, decimals: int = 0) -> str:
    """1 234,5 with narrow spaces."""
    return format_decimal(value, "#,##0" + ("." + "0" * decimals) * bool(decimals), LOCALE)


def percent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage: 0 and 100 only where it is exactly that."""
    return format_percent(min(max(share, 0.01), 0.99) if 0 < share < 1 else share, "#,##0\u00a0%", LOCALE)


def euros(amount: float) -> str:
    """Whole euros."""
    return format_currency(amount, "EUR", "#,##0\u00a0¤", LOCALE, currency_digits=False)


def day(value: date) -> str:
    """4 octobre 2026, 1er octobre 2026."""
    return format_date(value, "d'er'\u00a0MMMM y" if value.day == 1 else "d\u00a0MMMM y", LOCALE)


def month(value: str) -> str:
    """2021-02 as février 2021."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMMM y", LOCALE)


def several(count: float, one: str, many: str) -> str:
    """« 1 place », « 1,5 place », « 1 234 places »: French counts from two."""
    return f"{number(count, 0 if count == int(count) else 1)}{WIDE}{one if LOCALE.plural_form(count) == 'one' else many}"


def spaced(text: str) -> str:
    """The same text with unbreakable spaces before : ; ! ? % € and inside guillemets, and real apostrophes."""
    text = re.sub(r" ([:%€])", WIDE + r"\1", re.sub(r" ([;!?»])", NARROW + r"\1", text))
    text = text.replace("« ", f"«{NARROW}").replace("'", "’")
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
