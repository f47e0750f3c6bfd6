"""A text file's bytes read: UTF-8 with its mark or without, UTF-16 as Excel's « texte Unicode » writes it, else Windows-1252."""

import codecs
import re

from shared.kernel.errors import Invalid

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""What a file begins with that says its encoding."""
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Signs that no text holds: what has them is another kind of file."""


def unreadable(sentence: str) -> Invalid:
    """Why a file cannot be read, in a sentence for who sends it, without a word of what it holds."""
    return Invalid("unreadable_file", sentence)


def decoded(raw: bytes) -> tuple[str, str]:
    """A file's text, and the encoding in which it can be written again. Raises Invalid where it is no text."""
    marked = next((encoding for mark, encoding in MARKS.items() if raw.startswith(mark)), None)
    if not marked:
        _ensure_text(raw.decode("latin-1"))  # before its accents are blamed
    text, encoding = (_read(raw, marked), marked) if marked else _unmarked(raw)
    _ensure_text(text)
    return text, encoding


def _ensure_text(text: str) -> None:
    if _NO_TEXT.search(text):
        raise unreadable("Ce fichier n’est ni un CSV ni un classeur .xlsx : enregistrez-le sous l’un de ces formats.")


def _unmarked(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return _read(raw, "cp1252"), "cp1252"


def _read(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        sentence = "Les accents de ce fichier ne peuvent être lus : enregistrez-le en « CSV UTF-8 » ou en .xlsx."
        raise unreadable(sentence) from None
