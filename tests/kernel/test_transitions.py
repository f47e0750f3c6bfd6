"""A transition table: what it allows, what its no says, and what it does not accept to be built from."""

from datetime import date
from enum import StrEnum

import pytest

from shared.kernel.errors import Refused
from shared.kernel.transitions import Labels, Transitions, not_before


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


class Act(StrEnum):
    SHUT = "shut_it"
    WALL = "wall_it"
    OPEN = "open_it"


LABELS = Labels(
    "cette porte",
    statuses={"open": "ouverte", "shut": "fermée", "walled": "murée"},
    actions={"shut_it": "fermer", "wall_it": "murer", "open_it": "ouvrir"},
)
ROWS = {Door.OPEN: {Act.SHUT}, Door.SHUT: {Act.WALL, Act.OPEN}, Door.WALLED: set[Act]()}
DOOR = Transitions(Door, Act, labels=LABELS, rows=ROWS)
MONDAY, TUESDAY = date(2025, 5, 12), date(2025, 5, 13)


@pytest.mark.parametrize(
    ("status", "action", "sentence"),
    [
        (Door.SHUT, Act.SHUT, "Cette porte est « fermée » ; seuls sont possibles : murer, ouvrir."),
        (Door.OPEN, Act.WALL, "Cette porte est « ouverte » ; seul est possible : fermer."),
        (Door.WALLED, Act.OPEN, "Cette porte est « murée » ; plus rien n’est possible."),
    ],
)
def test_a_no_names_the_state_and_the_moves_that_are_open(status: Door, action: Act, sentence: str) -> None:
    with pytest.raises(Refused, match="not_allowed") as no:
        DOOR.ensure(status, action, on=TUESDAY, since=MONDAY)
    assert no.value.sentence == sentence


def test_what_is_allowed_passes_on_the_day_of_the_state_and_after_it_not_before() -> None:
    for day in (MONDAY, TUESDAY):
        DOOR.ensure(Door.OPEN, Act.SHUT, on=day, since=MONDAY)
    with pytest.raises(Refused, match="before_previous_step") as no:
        DOOR.ensure(Door.OPEN, Act.SHUT, on=MONDAY, since=TUESDAY)
    assert no.value.sentence == "Le 12/05/2025 précède le 13/05/2025, dernier jour connu de cette porte."


def test_a_day_that_is_not_known_is_before_nothing() -> None:
    not_before(None, MONDAY, subject="cette porte")


def test_the_statuses_that_allow_an_action_are_read_from_the_table() -> None:
    assert {action: DOOR.allowing(action) for action in Act} == {
        Act.SHUT: {Door.OPEN}, Act.WALL: {Door.SHUT}, Act.OPEN: {Door.SHUT},
    }  # fmt: skip


def test_a_table_that_forgets_a_status_is_not_made() -> None:
    with pytest.raises(LookupError, match="walled"):
        Transitions(Door, Act, labels=LABELS, rows={Door.OPEN: {Act.SHUT}, Door.SHUT: {Act.WALL, Act.OPEN}})


def test_an_action_that_no_status_allows_is_not_kept() -> None:
    with pytest.raises(LookupError, match="wall_it"):
        Transitions(Door, Act, labels=LABELS, rows={**ROWS, Door.SHUT: {Act.OPEN}})


def test_a_status_or_an_action_without_french_is_not_kept() -> None:
    without = Labels(LABELS.subject, statuses={"open": "ouverte", "shut": "fermée"}, actions=LABELS.actions)
    with pytest.raises(LookupError, match="walled"):
        Transitions(Door, Act, labels=without, rows=ROWS)
