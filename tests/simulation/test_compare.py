"""Any difference is found: a number, a part, an indicator that only one of the two knows."""

from typing import Any

from deploy.simulation.compare import Difference, differences
from deploy.simulation.expected_figures import Figure

OURS = {"interruption": Figure(1, 4, parts={"did_not_start": 2})}


def shown(**differences: Any) -> dict[str, Any]:
    usual = {
        "numerator": 1, "denominator": 4, "unknown": 0, "masked": False, "corrected_on": None, "value": 0.25, "low": 0.25,
        "high": 0.25, "parts": {"did_not_start": 2},
    }  # fmt: skip
    return {**usual, **differences}


def test_the_same_figures_do_not_differ() -> None:
    assert list(differences("network", OURS, {"interruption": shown()})) == []


def test_each_field_that_differs_is_told() -> None:
    found = list(differences("network", OURS, {"interruption": shown(numerator=2, parts={"did_not_start": 3})}))
    assert found == [
        Difference("network", "interruption", "numerator", 1, 2),
        Difference("network", "interruption", "parts.did_not_start", 2, 3),
    ]


def test_a_part_that_only_one_of_the_two_gives_is_a_difference() -> None:
    found = list(differences("network", OURS, {"interruption": shown(parts={"did_not_start": 2, "more": 1})}))
    assert found == [Difference("network", "interruption", "parts.more", None, 1)]


def test_a_masked_figure_is_a_difference() -> None:
    assert list(differences("network", OURS, {"interruption": shown(masked=True)}))


def test_an_indicator_that_only_one_of_the_two_knows_is_a_difference() -> None:
    found = list(differences("network", OURS, {"interruption": shown(), "new_one": shown()}))
    assert found == [Difference("network", "new_one", "", "inconnu", "connu")]
    assert list(differences("network", OURS, {})) == [Difference("network", "interruption", "", "connu", "inconnu")]
