"""When each figure of the tally was last corrected: by what it rests on, in its scope and cohort."""

from datetime import date
from uuid import uuid4

from deploy.simulation.expected_corrections import RESTS_ON, corrected_on
from deploy.simulation.expected_figures import INDICATORS, figures
from tests.simulation.builders import Scenario

FIRST, LATER = date(2023, 2, 2), date(2024, 3, 3)
OF_ENROLMENTS = {
    "raccrochage", "occupancy", "interruption", "diploma_success", "cost", "further_studies", "employment_6", "employment_12",
    "employment_18", "employment_24", "insertion_finishers", "insertion_entrants",
}  # fmt: skip


def corrected(scenario: Scenario, scope: str = "network", cohort: str | None = None) -> dict[str, date]:
    found = figures(scenario.seen(scope, cohort))
    return {name: figure.corrected_on for name, figure in found.items() if figure.corrected_on}


def test_what_was_not_corrected_says_no_day() -> None:
    scenario = Scenario()
    scenario.enrolment()
    assert corrected(scenario) == {}


def test_a_corrected_enrolment_is_under_every_figure_of_people_and_money() -> None:
    scenario = Scenario()
    scenario.observations.corrected[scenario.enrolment().id] = FIRST
    assert corrected(scenario) == dict.fromkeys(OF_ENROLMENTS, FIRST)
    assert corrected(scenario, "school:besancon") == {}
    of_another_cohort = corrected(scenario, cohort="2022-2023")
    assert of_another_cohort == {"raccrochage": FIRST}


def test_a_corrected_result_is_under_the_diplomas_alone() -> None:
    scenario, exam = Scenario(), uuid4()
    scenario.enrolment(exams={exam: "obtained"})
    scenario.observations.corrected[exam] = FIRST
    assert corrected(scenario) == {"diploma_success": FIRST}


def test_a_corrected_word_is_under_the_figures_of_its_horizon_and_of_the_last_enrolment() -> None:
    scenario, young_id = Scenario(), uuid4()
    before = scenario.enrolment(young_id)
    last = scenario.enrolment(young_id, started_on=date(2022, 9, 1))
    scenario.observations.corrected |= {(before.id, 12): LATER, (last.id, 6): FIRST}
    at_six = ("further_studies", "employment_6", "insertion_finishers", "insertion_entrants")
    assert corrected(scenario) == dict.fromkeys(at_six, FIRST)


def test_a_corrected_referral_is_under_raccrochage() -> None:
    scenario = Scenario()
    scenario.observations.corrected[scenario.referral(uuid4()).id] = FIRST
    assert corrected(scenario) == {"raccrochage": FIRST}


def test_a_corrected_order_and_a_corrected_grant_are_under_their_own_figures() -> None:
    scenario, grant = Scenario(), uuid4()
    scenario.observations.holders[grant] = "dole"
    scenario.observations.corrected |= {scenario.order().id: FIRST, grant: LATER}
    assert corrected(scenario) == corrected(scenario, "school:dole") == {"orders": FIRST, "cost": LATER}
    assert corrected(scenario, "school:chalon") == {}


def test_the_last_of_several_corrections_is_said() -> None:
    scenario = Scenario()
    scenario.observations.corrected |= {scenario.enrolment().id: LATER, scenario.enrolment().id: FIRST}
    assert corrected_on(scenario.seen(), "interruption") == LATER


def test_what_rests_on_nothing_that_is_corrected_is_not_listed() -> None:
    assert INDICATORS.keys() - RESTS_ON.keys() == {"answer_rate", "production_share", "practice_share"}
    assert RESTS_ON.keys() <= INDICATORS.keys()
