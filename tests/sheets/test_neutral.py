"""Texts that a spreadsheet would run: neutralised, and read back as they were."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sheets.neutral import neutralised, restored

SIGNS = "=+-@＝＋－＠"


@given(st.text("'=+-@＝＋\t\r\n ;,|aé\ufeff\u200b\xa0", max_size=12) | st.text(max_size=40))
def test_whatever_is_neutralised_comes_back_as_it_was(text: str) -> None:
    assert restored(neutralised(text)) == text


@given(st.text("'=+-@＝＋\t\r\n ;,|aé\ufeff\u200b\xa0", max_size=12))
def test_no_cell_begins_a_formula_whatever_separates_cells(text: str) -> None:
    for part in re.split(r"[;,|\t\r\n]", neutralised(text)):
        assert not part.lstrip(" \xa0\ufeff\u200b").startswith(tuple(SIGNS)), (text, part)
    assert not neutralised(text).startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["Zélie", "d’Arc", "2010-03-14", "06 12 34 56 78", "zelie@exemple.test", "a-b", "", "'"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert neutralised(text) == text == restored(text)


@pytest.mark.parametrize("text", ["\t" * 100_000, "; " * 50_000, ";" + " " * 100_000, "'" * 100_000, "\t'" * 50_000])
def test_a_long_text_takes_no_longer_than_another(text: str) -> None:
    began = time.process_time()
    assert restored(neutralised(text)) == text
    assert time.process_time() - began < 1
