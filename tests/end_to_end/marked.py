"""What tells who somebody is, made so that it can be found again wherever it was written, in whatever case."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

WORD = "Quxvolt"
PATTERN = r"quxvolt|(?:33|0)6473829[0-9][0-9]|70615243[0-9][0-9]k"


def _wide(pattern: str, before: str, after: str) -> str:
    """The same pattern, of characters of two bytes."""
    return re.sub(r"\[0-9\]|[a-z0-9]", lambda sign: f"{before}{sign[0]}{after}", pattern)


SEARCH = re.compile("|".join([PATTERN, _wide(PATTERN, "", r"\x00"), _wide(PATTERN, r"\x00", "")]).encode())
ROOTS = [root.encode(encoding) for root in ("quxvolt", "6473829", "70615243") for encoding in ("utf-8", "utf-16-le")]
"""What each mark holds: looked for first, as a search for these is quick and that of a pattern is not."""
OFFSETS = (".index", ".timeindex")
"""Kafka's, made long beforehand: positions and nothing else."""


def word(field: str, number: int) -> str:
    """A text that nobody else writes, of letters alone: for a name, a contact, a motive, a title."""
    return f"{WORD}{field}{chr(97 + number // 26)}{chr(97 + number % 26)}"


def marked(said: Any, number: int, field: str = "") -> Any:
    """What an agency sends, with a mark for each text that tells who somebody is, whatever its shape."""
    match said:
        case dict():
            return {name: marked(inner, number, name) for name, inner in said.items()}
        case list() | tuple():
            return [marked(inner, number, field) for inner in said]
        case str():
            return _mark(said, number, field)
        case _:
            return said


def _mark(said: str, number: int, field: str) -> str:
    match field:
        case "family_name" | "given_name" | "name" | "counsellor" | "external_id":
            return word(field.replace("_", ""), number)
        case "phone":
            return f"06 47 38 29 {number:02}"
        case "email":
            return f"{word('mail', number)}@exemple.test"
        case "ine":
            return f"70615243{number:02}K"
        case _:
            return said


def found_in(texts: Iterable[bytes]) -> set[bytes]:
    """The marks that stand in these."""
    lowered = (text.lower() for text in texts)
    return {mark for text in lowered if any(root in text for root in ROOTS) for mark in SEARCH.findall(text)}


def files(*folders: Path) -> Iterator[Path]:
    """Every file under these that holds more than positions."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and path.suffix not in OFFSETS)
