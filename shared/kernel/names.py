"""Names of persons: as they are kept, and the keys by which two offices' spellings of one name meet."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from anyascii import anyascii
from pydantic import AfterValidator, StringConstraints

from shared.kernel.identifiers import checked, shown_as
from shared.kernel.texts import on_one_line

LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
"""Unicode's categories of letters; a modifier letter (Lm) may be an apostrophe."""
_PARTICLES = """
de du des d la le les l von vom van den der zu zum zur ter te ten di da do dos das del della dello delle degli dei e y
el al ul ben bin bint ibn ould mint
"""
PARTICLES = frozenset(_PARTICLES.split())
"""What one office writes of a name and another leaves out."""
ON_PASSPORTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
"""As machine-readable documents spell them (ICAO 9303); others write the plain letter."""
AS_TYPED = str.maketrans({"đ": "dj", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك"})
"""Letters that one keyboard or habit writes for another: the Serbian đ, the ends of فاطمة and of علي, Persian's own."""

OPTIONAL_MARKS = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
"""Points and signs that Hebrew and Arabic are written with or without."""
_ARABIC = re.compile("[\u0620-\u064a]")


def is_a_name(value: str) -> bool:
    """It holds a letter."""
    return any(unicodedata.category(sign) in LETTERS for sign in value)


def keys(name: str) -> tuple[str, ...]:
    """The ways in which a name is written, each in small Latin letters, one word: two names are one where they share a key.

    Scripts are transliterated as far as the library knows them. Particles count in one key and not in another: « Le Goff »
    meets « Legoff » and « Goff », which do not meet each other; so does « Müller » with « Muller » and « Mueller », and
    « St-Pierre » with « Saint-Pierre ».
    """
    composed = _without_marks(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()))
    spelled = {composed, composed.translate(ON_PASSPORTS), _written_out(composed)}
    found = {key for one in spelled for key in _with_and_without_particles(_words(one))}
    return tuple(sorted(found)) or (composed,)


def _written_out(composed: str) -> str:
    """St-Pierre as Saint-Pierre, the Greek ου as ou, and what keyboards part as one."""
    return re.sub(r"\bst(e?)\b", r"saint\1", re.sub("ο[υύ]", "ou", composed.translate(AS_TYPED)))


def _with_and_without_particles(words: list[str]) -> Iterator[str]:
    if not words:
        return
    yield "".join(words)
    if names := [word for word in words if word not in PARTICLES]:
        yield "".join(names)
        yield "".join(words[words[0] in PARTICLES :])  # « de La Tour » is « Latour » too


def _without_marks(text: str) -> str:
    """Arabic and Hebrew without what is often left out: vowels, points, the hamza over a letter."""
    return OPTIONAL_MARKS.sub("", _ARABIC.sub(lambda letter: unicodedata.normalize("NFD", letter[0]), text))


def _words(text: str) -> list[str]:
    """Its words in Latin letters; an apostrophe or a hyphen, of whatever kind, ends one."""
    return "".join(map(_latin, text)).split()


@lru_cache(maxsize=4_096)
def _latin(sign: str) -> str:
    """A letter or the mark of one in small Latin letters, as it is where the library knows none; a space for the rest."""
    category = unicodedata.category(sign)
    if category[0] not in "LMN":
        return " "
    spelled = anyascii(sign).lower()
    if bare := re.sub(r"[^a-z0-9]", "", spelled):
        return bare
    if spelled and (category == "Lm" or sign in "Ꞌꞌ"):
        return " "  # an apostrophe that Unicode counts among the letters
    return sign if not spelled and category[0] == "L" else ""


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    AfterValidator(on_one_line),
    checked(is_a_name, "Un nom contient au moins une lettre."),
    shown_as("Durand", format="person-name"),
]
KeptName = Annotated[str, AfterValidator(on_one_line), shown_as("Durand", format="person-name")]
"""A name that was accepted once, perhaps by a build that took « ㅤ » for a letter: it stays readable."""
