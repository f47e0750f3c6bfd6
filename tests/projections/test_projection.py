"""Facts folded into rows: the same whatever the order between sources and the repetitions, and read as known on a date."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.projections.projection import Fact, as_of, fold
from tests.conftest import A_MORNING


def fact(source: str, sequence: int, **facts: Any) -> Fact:
    return Fact(source, sequence, A_MORNING + timedelta(hours=sequence), facts)


@given(st.integers())
def test_a_row_is_the_same_under_any_order_between_sources_and_any_duplication(seed: int) -> None:
    chance = random.Random(seed)
    one = [fact("a", n, seats=n // 2) for n in range(6)]
    two = [fact("b", n, status=f"s{n}") for n in range(6)]
    expected = None
    for f in (*one, *two):
        expected = fold(expected, "row", f)
    delivered = {"a": 0, "b": 0}
    row = None
    while delivered != {"a": 6, "b": 6}:
        source, facts = chance.choice([("a", one), ("b", two)])
        again = chance.randint(0, delivered[source])  # a redelivery starts at any earlier message
        until = chance.randint(delivered[source], 6)
        for f in facts[again:until]:
            row = fold(row, "row", f)
        delivered[source] = until
    assert row == expected


def test_a_row_is_read_as_known_on_a_date() -> None:
    row = fold(fold(None, "row", fact("a", 0, seats=12)), "row", fact("a", 5, seats=10))
    assert as_of(row, None) == {"id": "row", "seats": 10}
    assert as_of(row, A_MORNING + timedelta(hours=4)) == {"id": "row", "seats": 12}
    assert as_of(row, A_MORNING - timedelta(hours=1)) == {}


@pytest.mark.parametrize("sequence", [0, 5])
def test_a_message_of_a_source_heard_this_far_changes_nothing(sequence: int) -> None:
    row = fold(None, "row", fact("a", 5, seats=10))
    assert fold(row, "row", fact("a", sequence, seats=99)) == row
