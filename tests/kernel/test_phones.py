"""Phone numbers: one number however it is written, in France, overseas and abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.phones import Phone, _code_of_block, _lent_overseas, to_phone

PHONE: TypeAdapter[str] = TypeAdapter(Phone)


@pytest.mark.parametrize(
    ("normalized", "ways"),
    [
        ("+33612345678", ["06 12 34 56 78", "+33 6.12.34.56.78", "0033612345678", "+33 (0)6 12 34 56 78", "06/12/34/56/78"]),
        ("+33612345678", ["0033 (0)6 12 34 56 78", "06-12-34-56-78", "(06) 12 34 56 78", "+330612345678", " 0612345678 "]),
        ("+33612345678", ["０６１２３４５６７８", "＋33612345678", "06\u00a012\u202f34\u200956\u00a078", "06\t12\n34 56 78"]),
        ("+33612345678", ["\u202a06 12 34 56 78\u202c", "\u200e+33612345678", "06\u201112\u201334 56 78"]),
        ("+262692123456", ["0692 12 34 56", "00262692123456", "+262692123456", "+33 692 12 34 56", "+33692123456"]),
        ("+262692123456", ["+262 0692 12 34 56", "+262 (0)692 12 34 56", "0033692123456", "+33 (0)692 12 34 56"]),
        ("+262693123456", ["0693 12 34 56", "0033693123456"]),
        ("+262262123456", ["0262 12 34 56", "+262 262 12 34 56"]),
        ("+262639601234", ["0639 60 12 34", "+262 639 60 12 34", "00262639601234", "+33639601234"]),
        ("+262639012345", ["0639 01 23 45"]),
        ("+262269601234", ["0269 60 12 34", "+262269601234"]),
        ("+590690123456", ["0690 12 34 56", "+590 690 12 34 56", "00590690123456", "+33690123456"]),
        ("+590691123456", ["0691 12 34 56", "+590691123456"]),
        ("+590590271234", ["0590 27 12 34", "+590590271234"]),
        ("+596696123456", ["0696 12 34 56", "+596696123456"]),
        ("+596697123456", ["0697 12 34 56"]),
        ("+596596123456", ["0596 12 34 56", "+33596123456"]),
        ("+594694123456", ["0694 12 34 56", "00594694123456"]),
        ("+594594123456", ["0594 12 34 56"]),
        ("+508411234", ["0508 41 12 34", "+508 41 12 34", "00508411234", "+33508411234"]),
        ("+508708401234", ["0708 40 12 34", "+508 708 40 12 34"]),
        ("+262709201234", ["0709 20 12 34", "+262 709 20 12 34"]),
        ("+590976121234", ["0976 12 12 34", "+590 976 12 12 34"]),
        ("+687751234", ["+687 75 12 34", "00687751234", "00 687 75.12.34"]),
        ("+68987123456", ["+689 87 12 34 56", "0068987123456"]),
        ("+681821234", ["+681 82 12 34", "00681821234"]),
        ("+33800123456", ["0 800 123 456", "0800123456"]),
        ("+33806123456", ["0 806 123 456"]),
        ("+33892123456", ["0892 12 34 56"]),
        ("+33700000000", ["07 00 00 00 00"]),
        ("+33695123456", ["0695 12 34 56"]),
        ("+41791234567", ["+41 79 123 45 67", "0041 79 123 45 67", "0041791234567", "+41 (0)79 123 45 67"]),
        ("+352621123456", ["+352 621 123 456", "00352621123456"]),
        ("+390669812345", ["+39 06 698 12345", "00390669812345"]),
        ("+4915123456789", ["+49 1512 3456789", "+49 (0)1512 3456789"]),
        ("+3222345678", ["+32 2 234 56 78", "0032 (0)2 234 56 78"]),
        ("+37793150000", ["+377 93 15 00 00"]),
    ],
)
def test_a_phone_is_one_number_however_it_is_written(normalized: str, ways: list[str]) -> None:
    assert {way: PHONE.validate_python(way) for way in ways} == dict.fromkeys(ways, normalized)


@pytest.mark.parametrize("number", ["+262692123456", "+508411234", "+33612345678", "+41791234567", "+68987123456"])
def test_what_is_kept_is_read_again_as_it_is(number: str) -> None:
    assert PHONE.validate_python(number) == number


@pytest.mark.parametrize(
    "given",
    [
        "12", "112", "3639", "118218", "+33 0 12", "06 12 34 56 7x", "O6 12 34 56 78", "0800 FRANCE", "0612345678 #3", "+",
        "06 12 34 56 78 poste 3", "06 12 34 56 78 ext. 3", "06 12 34 56 78;ext=3", "tel:+33612345678", "00 00 00 00 00", "",
        "06 12 34 56 78 / 07 11 22 33 44", "06 12 34 56", "06 12 34 56 78 9", "+999 12 34 56 78",
    ],
)  # fmt: skip
def test_what_nobody_can_dial_is_no_phone(given: str) -> None:
    with pytest.raises(ValidationError, match="numéro de téléphone n’est pas valable"):
        PHONE.validate_python(given)


@pytest.mark.parametrize("given", [612345678, 33612345678, 6.1e8, True, None])
def test_a_number_is_no_phone(given: object) -> None:
    with pytest.raises(ValidationError):
        PHONE.validate_python(given)


@given(st.from_regex(r"(26|59|63|69|70|9|[1-9])[0-9]{8}", fullmatch=True).map(lambda digits: digits[:9]))
def test_a_plain_number_is_read_as_the_library_reads_it(national: str) -> None:
    """Which overseas department has it is remembered by its first five digits: the last four never count."""
    plain, otherwise = f"0{national}", f"(0{national[0]}) {national[1:]}"
    assert to_phone(plain) == to_phone(f"+33 {national}") == to_phone(otherwise)
    code = _code_of_block(national[:5])
    assert _lent_overseas(national) == (f"{code}{national}" if code else None)
