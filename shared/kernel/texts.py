"""Texts that people write: on one line or on several, without the signs that nobody sees and that turn what is read around.

Composed (NFC), so that one text has one form. Taken out: control characters, overrides of direction, zero-width signs, byte
order marks, soft hyphens, tags, variation selectors, private use. The two joiners stay where a script needs them: between two
letters of Arabic, Persian, the Indian scripts and their neighbours.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

UNSEEN = (
    "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f"
    "\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
"""Characters that show nothing, as the inside of a regular expression's class."""
_UNSEEN = re.compile(f"[{UNSEEN}]")
_JOINING = "[\u0600-\u1aff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc]"
_STRAY_JOINER = re.compile(f"(?<!{_JOINING})[\u200c\u200d]|[\u200c\u200d](?!{_JOINING})")
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
SOMETHING = f"[^\\s\\x85\\u200c\\u200d{UNSEEN}]"
"""A character that shows something: as JSON Schema's patterns say it, whose `\\s` knows no \\x85."""
_SOMETHING = re.compile(SOMETHING)


def seen(text: str) -> str:
    """A text without what nobody sees, composed."""
    return _STRAY_JOINER.sub("", unicodedata.normalize("NFC", _UNSEEN.sub("", text)))


def on_one_line(text: str) -> str:
    """The same on one line: line ends, tabs and spaces of every width are one space each, however many."""
    return " ".join(seen(_LINE_END.sub(" ", text)).split())


def in_lines(text: str) -> str:
    """The same with its lines, none of which ends with a space."""
    lines = (line.replace("\t", " ").rstrip() for line in _LINE_END.split(text))
    return "\n".join(map(seen, lines)).strip()


def _shows(at_least: int) -> AfterValidator:
    """Refused where fewer characters than that show something."""

    def check(text: str) -> str:
        if len(_SOMETHING.findall(text)) < at_least:
            raise PydanticCustomError("string_too_short", "not enough that shows")
        return text

    return AfterValidator(check)


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(on_one_line),
    _shows(1),
    Field(json_schema_extra={"pattern": SOMETHING}),
]
"""A short text that people write, with something in it to see."""
Words = Annotated[
    str,
    StringConstraints(min_length=3, max_length=2000),
    AfterValidator(in_lines),
    _shows(3),
    Field(json_schema_extra={"pattern": r"[\s\S]*".join([SOMETHING] * 3)}),
]
"""A longer text, which keeps its lines: a motive."""
