"""What is read of a figure."""

from pathlib import Path

import pytest

from services.reporting.api.schemas import programme_of
from services.reporting.dashboard.figures import figure_view
from services.reporting.dashboard.filters import perimeters
from services.reporting.dashboard.labels import conclusion, funnel_title, heading
from services.reporting.disclosure import Masking
from services.reporting.indicators.funnel import Step
from services.reporting.indicators.perimeter import Perimeter, PerimeterKind
from services.reporting.projections.schools import ProgrammeRow
from services.reporting.settings import Settings
from shared.web.pages.french import percent
from tests.reporting.builders import (
    DOLE,
    SERRURERIE,
    a_finisher,
    a_grant,
    a_payment,
    a_referral,
    an_application,
    an_enrolment,
    an_exam,
    an_intake,
    an_outcome,
    at,
    figure_of,
    known,
)

GRANTS = [a_grant("operating", funder="region"), a_grant("investment", funder="region")]
PAYMENTS = [a_payment("operating", 4_000_000, "2024-10-01"), a_payment("investment", 700_000, "2024-10-01")]
SETTINGS = Settings(jwks_file=Path(), secret_file=Path())


def test_when_all_who_left_continue_the_page_says_so_not_that_nobody_left() -> None:
    leavers = [a_finisher(young) for young in "abcdef"]
    outcomes = [an_outcome(young, "further_studies") for young in "abcdef"]
    shown = figure_of("employment_6", known("2027-01-15", enrolments=leavers, outcomes=outcomes))
    assert figure_view(shown, SETTINGS).detail == "tous poursuivent leurs études"
    nobody = figure_of("employment_6", known("2027-01-15"))
    assert figure_view(nobody, SETTINGS).detail == "personne n’est sorti depuis assez longtemps"


@pytest.mark.parametrize(("day", "year"), [("2025-06-30", "en 2024"), ("2024-12-20", "en 2024, année en cours, à ce jour")])
def test_the_cost_is_the_region_s_part_of_a_year_with_the_investment_beside(day: str, year: str) -> None:
    now = known(day, grants=GRANTS, payments=PAYMENTS, enrolments=[an_enrolment()])
    shown = figure_view(figure_of("cost", now), SETTINGS)
    assert shown.label == "Coût par élève et par an, part Région"
    assert plain(shown.detail) == f"40 000 € versés {year} ; investissement à part : 7 000 €"


def test_the_diploma_is_never_alone_even_when_a_result_is_awaited() -> None:
    enrolments = [a_finisher("a"), a_finisher("b"), a_finisher("c"), an_enrolment("d")]
    now = known("2026-07-01", enrolments=enrolments, exams=[an_exam("a", "obtained"), an_exam("b")])
    shown = figure_view(figure_of("diploma_success", now), SETTINGS)
    assert (plain(shown.main), shown.unknown) == ("1 sur 2", "1\u00a0résultat attendu")
    assert plain(shown.detail) == "1 résultat attendu ; 2 présentés sur 3 en dernière année ; 1 diplômé sur 4 entrants"


def test_apprenticeship_is_apart_and_proofs_are_counted() -> None:
    outcomes = [an_outcome("a", "apprenticeship"), an_outcome("b", "employed"), an_outcome("c", "employed", proof="none")]
    now = known("2027-01-15", enrolments=[a_finisher(young) for young in "abcd"], outcomes=outcomes)
    studies, employment = (figure_view(figure_of(name, now), SETTINGS).detail for name in ("further_studies", "employment_6"))
    assert plain(studies) == "1 sans nouvelles ; 1 en apprentissage"
    assert plain(employment) == "1 sans nouvelles ; 1 avec preuve"


def test_answers_tell_their_delays_and_what_stayed_silent() -> None:
    referrals = [a_referral("a", closed_at=at("2024-03-08"), answer="enrolled", code=None), a_referral("b")]
    applications = [an_application("a", contacted_at=[at("2024-03-06")]), an_application("b", moved_to="expired")]
    now = known("2024-12-02", intakes=[an_intake()], referrals=referrals, applications=applications)
    assert plain(figure_view(figure_of("answer_rate", now), SETTINGS).detail) == (
        "réponse en 4 jours ouvrés (médiane) ; premier contact en 2 jours ouvrés ; 1 candidature sans réponse"
    )


def test_a_companion_about_few_people_is_left_out() -> None:
    outcomes = [an_outcome("a", "employed")]
    now = known("2027-01-15", enrolments=[a_finisher(young) for young in "abcdef"], outcomes=outcomes)
    seen = Masking(masked_below=5, shares_from=20).figure(figure_of("employment_6", now))
    assert plain(figure_view(seen, SETTINGS).detail) == "5 sans nouvelles"


@pytest.mark.parametrize(("absent", "expected"), [(1, "1 jamais venu, à part"), (2, "2 jamais venus, à part")])
def test_who_never_came_is_written_in_the_singular_and_the_plural(absent: int, expected: str) -> None:
    missing = [an_enrolment(str(n), started_on=None, did_not_start_on="2024-09-09") for n in range(absent)]
    now = known("2025-01-15", enrolments=[an_enrolment("a"), *missing])
    assert plain(figure_view(figure_of("interruption", now), SETTINGS).detail) == expected


def test_of_a_cohort_the_way_begins_with_those_who_applied() -> None:
    steps = [Step("applied", "", 12), Step("started", "", 9)]
    assert plain(funnel_title(steps)) == "Sur 12 candidats, 9 sont entrés à l’atelier"
    figures = {name: figure_of(name, known("2025-01-15")) for name in ("insertion_entrants", "diploma_success")}
    assert plain(conclusion(figures, [Step("applied", "", 12), Step("started", "", 0)], "")) == "12 jeunes ont une candidature."


@pytest.mark.parametrize(
    ("of", "total", "expected"),
    [(299, 300, "99 %"), (300, 300, "100 %"), (1, 300, "1 %"), (0, 300, "0 %"), (199, 200, "99 %"), (71, 100, "71 %")],
)
def test_a_percentage_is_all_or_nothing_only_when_it_is(of: int, total: int, expected: str) -> None:
    assert plain(percent(of / total)) == expected


def test_a_range_that_rounds_to_one_number_is_written_once() -> None:
    finishers = [a_finisher(str(n)) for n in range(300)]
    cases = {
        "71 %": ["obtained"] * 213 + ["failed"] * 86 + [None],
        "entre 71 % et 99 %": ["obtained"] * 213 + ["failed"] + [None] * 86,
    }
    for shown, results in cases.items():
        exams = [an_exam(str(n), result) for n, result in enumerate(results)]
        now = known("2026-07-01", enrolments=finishers, exams=exams)
        assert plain(figure_view(figure_of("diploma_success", now), SETTINGS).main) == shown


def plain(text: str) -> str:
    """The same with plain spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_no_school_renames_another_s_programme() -> None:
    """The Région chooses among programmes by id, which schools may share."""
    other = ProgrammeRow(id="besancon/serrurerie", school="besancon", programme="serrurerie", title="Pâtisserie")
    same = ProgrammeRow(id="chalon/serrurerie", school="chalon", programme="serrurerie", title="CAP")
    alone, agreed, not_agreed = (
        known("2025-01-01", schools=[DOLE], programmes=[SERRURERIE, *more]) for more in ((), (same,), (other, same))
    )
    perimeter = Perimeter(PerimeterKind.PROGRAMME, "serrurerie")
    shown = [(heading(tables, perimeter), dict(perimeters(tables))["Formations"][0][1]) for tables in (alone, agreed, not_agreed)]
    each_its_own = f"CAP ({DOLE.name}, chalon) ; Pâtisserie (besancon)"
    assert shown == [("CAP", "CAP"), ("CAP", "CAP"), (each_its_own, each_its_own)]
    answered = programme_of(perimeter, not_agreed)
    assert answered is not None
    assert answered.title == each_its_own


def test_a_figure_that_was_corrected_says_so_and_one_of_before_says_since() -> None:
    figure = figure_of("diploma_success", known("2026-07-01", enrolments=[a_finisher("a", corrected_on="2026-07-01")]))
    assert plain(figure_view(figure, SETTINGS).detail).endswith("corrigé le 1er juillet 2026")
    before = figure_of("diploma_success", known("2026-06-30", enrolments=[a_finisher("a", corrected_on="2026-07-01")]))
    assert plain(figure_view(before, SETTINGS).detail).endswith("corrigé depuis, le 1er juillet 2026")
    assert "corrigé" not in figure_view(figure_of("orders", known("2026-07-01")), SETTINGS).detail
