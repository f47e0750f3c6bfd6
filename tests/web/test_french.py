"""French typography: what CLDR says of numbers, days and plurals, and what it does not."""

from datetime import date

import pytest

from shared.web.pages.french import day, euros, month, number, percent, several, spaced, spaced_html

NARROW, WIDE = "\u202f", "\u00a0"


def test_thousands_are_parted_by_narrow_spaces_and_units_by_wide_ones() -> None:
    assert [number(1_234_567), number(1234.5, 1), number(12, 1)] == [f"1{NARROW}234{NARROW}567", f"1{NARROW}234,5", "12,0"]
    assert euros(12_345) == f"12{NARROW}345{WIDE}€"
    assert percent(0.71) == f"71{WIDE}%"


@pytest.mark.parametrize(("share", "shown"), [(0, "0"), (0.001, "1"), (0.999, "99"), (1, "100"), (0.145, "14"), (1.5, "150")])
def test_none_and_all_are_said_only_where_it_is_exactly_that(share: float, shown: str) -> None:
    assert percent(share) == f"{shown}{WIDE}%"


def test_the_first_day_of_a_month_is_an_ordinal() -> None:
    assert day(date(2026, 10, 1)) == f"1er{WIDE}octobre 2026"
    assert [day(date(2026, 10, 4)), day(date(2026, 8, 21))] == [f"4{WIDE}octobre 2026", f"21{WIDE}août 2026"]
    assert [month("2021-02"), month("2025-12")] == ["février 2021", "décembre 2025"]


def test_french_counts_from_two() -> None:
    counted = [several(count, "place", "places") for count in (0, 1, 1.5, 2, 1_000_000)]
    assert counted == [f"{count}{WIDE}{word}" for count, word in [
        ("0", "place"), ("1", "place"), ("1,5", "place"), ("2", "places"), (f"1{NARROW}000{NARROW}000", "places"),
    ]]  # fmt: skip


def test_a_line_never_breaks_before_a_sign_nor_inside_guillemets() -> None:
    assert spaced("« Vu » : l’avis ; 93 % ?") == f"«{NARROW}Vu{NARROW}»{WIDE}: l’avis{NARROW}; 93{WIDE}%{NARROW}?"
    assert spaced("2 sur 3 en 6 mois") == f"2{WIDE}sur{WIDE}3 en 6{WIDE}mois"
    assert spaced_html('<a title="a : b">a : b</a>') == f'<a title="a : b">a{WIDE}: b</a>'
