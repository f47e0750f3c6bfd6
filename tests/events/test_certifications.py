"""A programme under the title of a day: the one it opened with, and those that replaced it, in whatever order they are told."""

from datetime import date
from functools import reduce
from itertools import permutations

from shared.events.catalogue import Certification, CertificationReplaced, ProgrammeOpened, SchoolRegistered
from shared.events.schools import ListedSchool, SchoolTold, listed
from shared.web.names import Names

DAY = date(2021, 1, 5)
OPENED = ProgrammeOpened(
    on=DAY, school="dole", programme="cap", title="CAP Serrurerie-métallerie", certification=Certification.CAP, sector="metal",
    years=2, dangerous_machines=True,
)  # fmt: skip
REGISTERED = SchoolRegistered(on=DAY, school="dole", name="Eccofor", commune="39198", town="Dole", department="39")


def replaced(title: str, since: date) -> CertificationReplaced:
    return CertificationReplaced(on=DAY, school="dole", programme="cap", title=title, since=since)


LATER = replaced("CAP Métallier", date(2023, 9, 1)), replaced("CAP Métal", date(2026, 9, 1))
TITLES = {
    date(2021, 1, 5): "CAP Serrurerie-métallerie", date(2023, 8, 31): "CAP Serrurerie-métallerie",
    date(2023, 9, 1): "CAP Métallier", date(2026, 8, 31): "CAP Métallier", date(2026, 9, 1): "CAP Métal",
}  # fmt: skip


def told(*events: SchoolTold) -> ListedSchool:
    return reduce(listed, events, ListedSchool(school="dole"))


def titles_of(school: ListedSchool) -> dict[date, str | None]:
    names = Names([school])
    return {day: names.programme("dole", "cap", on=day).title for day in TITLES}


def test_each_day_has_its_title_in_whatever_order_replacements_are_told() -> None:
    for order in permutations(LATER):
        assert titles_of(told(REGISTERED, OPENED, *order)) == TITLES


def test_a_programme_opened_again_keeps_what_replaced_it() -> None:
    assert titles_of(told(OPENED, *LATER, OPENED, REGISTERED)) == TITLES


def test_of_two_words_for_one_day_the_later_stands() -> None:
    school = told(OPENED, replaced("CAP Metalier", date(2023, 9, 1)), *LATER)
    assert titles_of(school) == TITLES


def test_a_school_is_shown_with_the_titles_of_its_day() -> None:
    school = told(REGISTERED, OPENED, *LATER).model_copy(update={"shown_on": date(2024, 1, 1)})
    names = Names([school])
    assert names.programme("dole", "cap").title == "CAP Métallier"
    assert [one.title for one in names.every_school()[0].programmes] == ["CAP Métallier"]
