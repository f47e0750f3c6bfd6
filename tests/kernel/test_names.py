"""Names: two spellings of one name meet, two names do not; what nobody sees is taken out of them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.names import PARTICLES, Name, keys

NAME: TypeAdapter[str] = TypeAdapter(Name)
APOSTROPHES = "'’ʼ‘`´ʿʾ′ʹʻꞌ＇׳՚ʽˈ‛‵"


def meet(one: str, other: str) -> bool:
    return bool(set(keys(one)) & set(keys(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lefèbvre-Quintard", "LEFEBVRE QUINTARD"), ("Jean - Noël", "jeannoel"), ("Jean\u2011Noël", "Jean\u2013Noël"),
        ("Œuvray", "oeuvray"), ("Lætitia", "LAETITIA"), ("Nin\u0303o", "Niño"), ("ﬁlipe", "Filipe"), ("Ｄｕｒａｎｄ", "Durand"),
        ("Le Goff", "Legoff"), ("Le Goff", "GOFF"), ("de La Tour", "Latour"), ("de La Tour", "Delatour"), ("De la Tour", "TOUR"),
        ("Dupont de Nemours", "Dupont Nemours"), ("Van der Berg", "Vanderberg"), ("Van der Berg", "berg"),
        ("von Weizsäcker", "Weizsaecker"), ("El Amrani", "ELAMRANI"), ("El Amrani", "Amrani"), ("Al-Hassan", "Alhassan"),
        ("Ben Ali", "Benali"), ("Ben Ali", "bin Ali"), ("Ould Ahmed", "Ahmed"), ("Dos Santos", "Santos"),
        ("N'Guessan", "Nguessan"), ("O’Brien", "OBRIEN"), ("D’Almeida", "Dalmeida"), ("D’Almeida", "Almeida"),
        ("Müller", "Muller"), ("Müller", "MUELLER"), ("Jörg", "Joerg"), ("Strauß", "Strauss"),
        ("Åse Sørensen", "Aase Soerensen"), ("Åse Sørensen", "ASE SORENSEN"), ("Łukasz Wałęsa", "Lukasz Walesa"),
        ("Đặng Văn Đức", "Dang Van Duc"), ("Þórdís", "Thordis"), ("Šárka Dvořáková", "Sarka Dvorakova"),
        ("İbrahim IŞIK", "Ibrahim Isik"), ("ıŞıl", "IŞIL"), ("Əliyev", "Eliyev"), ("Ştefan", "Ștefan"),
        ("Иванов", "Ivanov"), ("Щербаков", "SHCHERBAKOV"), ("Γιώργος", "Giorgos"), ("გიორგი ბერიძე", "Giorgi Beridze"),
        ("李小明", "Li Xiaoming"), ("さくら", "Sakura"), ("أحمد", "احمد"), ("مُحَمَّد", "محمد"), ("الحَسَن", "الحسن"),
        ("יוֹסֵף", "יוסף"), ("Zoe\u0301", "ZOÉ"), ("St-Pierre", "Saint Pierre"), ("Ste. Marie", "SAINTE-MARIE"),
        ("Đorđević", "Djordjevic"), ("Đorđević", "Dordevic"), ("فاطمة", "فاطمه"), ("علي", "على"), ("کاظم", "كاظم"),
        ("Παπαδόπουλος", "Papadopoulos"), ("Κουρής", "KOURIS"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert meet(one, other)
    assert meet(unicodedata.normalize("NFD", one), unicodedata.normalize("NFD", other.upper()))


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_every_apostrophe_is_one(apostrophe: str) -> None:
    assert keys(f"d{apostrophe}Arc") == keys("D’Arc")
    assert keys(f"N{apostrophe}Guessan") == keys("Nguessan")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Durand", "Durant"), ("Dupont", "Pont"), ("Legrand", "Grand"), ("Legoff", "Goff"), ("Vanderberg", "Berg"),
        ("Muller", "Mueller"), ("Jean", "Jean Pierre"), ("Zoé", "Zo"), ("Noé", "Noël"), ("Dupont-Martin", "Dupont"),
        ("Stéphan", "Saintéphan"), ("Augustin", "Augusaintin"), ("李", "王"), ("محمد", "محمود"), ("Дмитрий", "Дарья"),
        ("De La", "Du"), ("La", "Le"), ("Ben", "Al"),
    ],
)  # fmt: skip
def test_two_names_do_not_meet(one: str, other: str) -> None:
    assert not meet(one, other)


@pytest.mark.parametrize("name", ["De La", "Ben", "Lê", "Al", "d'", *sorted(PARTICLES)])
def test_a_name_of_particles_alone_is_compared_whole(name: str) -> None:
    assert len(keys(name)) == 1
    assert all(keys(name))


def test_a_script_that_the_library_does_not_know_is_compared_as_it_is() -> None:
    assert keys("𒀀𒀁") == ("𒀀𒀁",)
    assert not meet("𒀀𒀁", "𒀀𒀂")
    assert not meet("Durand 𒀀", "Durand 𒀁")


@given(st.text(min_size=1, max_size=100))
def test_a_name_has_a_key_and_few_whatever_it_is(name: str) -> None:
    assert 1 <= len(keys(name)) <= 9
    assert all(keys(name))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Durand\t", "Durand"),
        ("Du\u0000ra\u0007nd", "Durand"),
        ("\u202eDurand\u202c", "Durand"),
        ("\u2066Durand\u2069\u061c", "Durand"),
        ("\ufeffDu\u00adrand\u200b", "Durand"),
        ("Du\U000e0041rand\ue000", "Durand"),
        ("Jean\nPierre", "Jean Pierre"),
        ("Jean\u2028\u2029Pierre", "Jean Pierre"),
        ("Jean \u00a0 Pierre", "Jean Pierre"),
        ("Zoe\u0301", "Zoé"),
        ("Zoe\u200b\u0301", "Zoé"),
        ("Du\u200drand", "Durand"),
        ("علی\u200cرضا", "علی\u200cرضا"),  # Alireza: the joiner belongs to the name
        ("क्\u200dष", "क्\u200dष"),
        ("D’Arc", "D’Arc"),
        ("Lefèbvre-Quintard", "Lefèbvre-Quintard"),
    ],
)
def test_what_nobody_sees_is_taken_out_of_a_name(typed: str, kept: str) -> None:
    assert NAME.validate_python(typed) == kept


NO_LETTER = ("", " ", " - ", "\u202e\u200b", "\u200d", "\u3164", "\u115f\u1160", "\ufeff", "’", "ʼ", "ʿʾ", "12", "😀", "\u0301")


@pytest.mark.parametrize("typed", NO_LETTER)
def test_a_name_without_a_letter_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(typed)
