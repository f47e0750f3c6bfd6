"""A transition table: what it allows, what its no says, and what it does not accept to be built from."""

from datetime import date
from enum import StrEnum

import pytest

from shared.kernel.caller import Caller
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
WHO = {Act.SHUT: ("school",), Act.WALL: ("school:head", "admin"), Act.OPEN: ("school", "agency")}
DOOR = Transitions(Door, Act, labels=LABELS, rows=ROWS, who=WHO)
HEAD, OFFICE = Caller("a", "school", "dole", "head"), Caller("b", "school", "dole", "office")
AGENCY = Caller("c", "agency", "cio-dole", "manager")
MONDAY, TUESDAY = date(2025, 5, 12), date(2025, 5, 13)


@pytest.mark.parametrize(
    ("status", "action", "caller", "moves", "sentence"),
    [
        (Door.SHUT, Act.SHUT, HEAD, ["wall_it", "open_it"], "Cette porte est « fermée ». Possible maintenant : murer, ouvrir."),
        (Door.SHUT, Act.SHUT, OFFICE, ["open_it"], "Cette porte est « fermée ». Possible maintenant : ouvrir."),
        (Door.OPEN, Act.OPEN, AGENCY, [], "Cette porte est « ouverte ». Rien de plus ne vous est permis."),
        (Door.WALLED, Act.OPEN, HEAD, [], "Cette porte est « murée ». Plus rien n’est possible."),
    ],
)
def test_a_no_names_the_state_and_the_moves_that_are_open_to_the_caller(
    status: Door, action: Act, caller: Caller, moves: list[str], sentence: str
) -> None:
    with pytest.raises(Refused, match="not_allowed") as no:
        DOOR.ensure(status, action, on=TUESDAY, since=MONDAY)
    assert ([move.name for move in no.value.open_to(caller)], no.value.told_to(caller)) == (moves, sentence)


def test_a_move_that_another_rule_forbids_is_not_named() -> None:
    with pytest.raises(Refused, match="not_allowed") as no:
        DOOR.ensure(Door.SHUT, Act.SHUT, on=TUESDAY, since=MONDAY, but={Act.WALL})
    assert no.value.told_to(HEAD) == "Cette porte est « fermée ». Possible maintenant : ouvrir."


def test_a_no_that_no_status_decides_names_no_move() -> None:
    assert Refused("x", "Non.").told_to(HEAD) == "Non."


def test_what_is_allowed_passes_on_the_day_of_the_state_and_after_it_not_before() -> None:
    for day in (MONDAY, TUESDAY):
        DOOR.ensure(Door.OPEN, Act.SHUT, on=day, since=MONDAY)
    with pytest.raises(Refused, match="before_previous_step") as no:
        DOOR.ensure(Door.OPEN, Act.SHUT, on=MONDAY, since=TUESDAY)
    sentence = "Le 12/05/2025 précède le 13/05/2025, dernier jour connu de cette porte. Possible maintenant : fermer."
    assert no.value.told_to(OFFICE) == sentence


def test_a_day_that_is_not_known_is_before_nothing() -> None:
    not_before(None, MONDAY, subject="cette porte")


def test_the_statuses_that_allow_an_action_are_read_from_the_table() -> None:
    assert {action: DOOR.allowing(action) for action in Act} == {
        Act.SHUT: {Door.OPEN}, Act.WALL: {Door.SHUT}, Act.OPEN: {Door.SHUT},
    }  # fmt: skip


def test_a_table_that_forgets_a_status_is_not_made() -> None:
    with pytest.raises(LookupError, match="walled"):
        Transitions(Door, Act, labels=LABELS, rows={Door.OPEN: {Act.SHUT}, Door.SHUT: {Act.WALL, Act.OPEN}}, who=WHO)


def test_an_action_that_no_status_allows_is_not_kept() -> None:
    with pytest.raises(LookupError, match="wall_it"):
        Transitions(Door, Act, labels=LABELS, rows={**ROWS, Door.SHUT: {Act.OPEN}}, who=WHO)


def test_a_status_or_an_action_without_french_is_not_kept() -> None:
    without = Labels(LABELS.subject, statuses={"open": "ouverte", "shut": "fermée"}, actions=LABELS.actions)
    with pytest.raises(LookupError, match="walled"):
        Transitions(Door, Act, labels=without, rows=ROWS, who=WHO)


def test_an_action_that_nobody_may_take_is_not_kept() -> None:
    with pytest.raises(LookupError, match="wall_it"):
        Transitions(Door, Act, labels=LABELS, rows=ROWS, who={**WHO, Act.WALL: ()})
