"""Texts that people write, on one line or several."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.texts import SOMETHING, Line, Words, in_lines, on_one_line

LINE: TypeAdapter[str] = TypeAdapter(Line)
WORDS: TypeAdapter[str] = TypeAdapter(Words)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
HIDDEN = "\x00\x07\x1b\x7f\x9b\u00ad\u200b\u2060\ufeff\ufff9\ue000\U000e0041\U000f0000\ufe0f\ufdd0"


@pytest.mark.parametrize("sign", [*BIDI, *HIDDEN, "\u200c", "\u200d"])
def test_a_sign_that_nobody_sees_is_taken_out(sign: str) -> None:
    assert LINE.validate_python(f"Por{sign}tail{sign}") == "Portail"
    assert WORDS.validate_python(f"{sign}Por{sign}tail") == "Portail"
    for text in (LINE, WORDS):
        with pytest.raises(ValidationError):
            text.validate_python(sign * 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_a_line_end_is_a_space_on_one_line_and_a_line_end_in_lines(end: str) -> None:
    assert LINE.validate_python(f"deux{end}lignes{end}") == "deux lignes"
    assert WORDS.validate_python(f"deux {end}lignes{end}") == "deux\nlignes"


def test_an_empty_line_between_two_stays() -> None:
    assert in_lines("\tUn.\r\n\r\n  Deux. ") == "Un.\n\n  Deux."


@given(st.text(max_size=50))
def test_a_text_that_was_read_once_is_read_the_same_again(text: str) -> None:
    assert on_one_line(on_one_line(text)) == on_one_line(text)
    assert in_lines(in_lines(text)) == in_lines(text)


@given(st.text(min_size=1, max_size=60))
def test_what_the_schema_allows_is_accepted_and_what_it_does_not_is_refused(text: str) -> None:
    for adapter, least in ((LINE, 1), (WORDS, 3)):
        allowed = len(text) >= least and bool(re.search(str(adapter.json_schema()["pattern"]), text))
        try:
            adapter.validate_python(text)
        except ValidationError:
            assert not allowed
        else:
            assert allowed


def test_a_zero_width_sign_shows_nothing() -> None:
    assert not re.search(SOMETHING, BIDI + HIDDEN + " \t\n\u200c\u200d")


@pytest.mark.parametrize("given", [12, 1.5, True, None, ["a"], "x" * 201])
def test_a_line_is_a_text_of_200_signs_at_most(given: object) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(given)
