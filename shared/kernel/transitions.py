"""State machines, one transition table each: what each status allows, and to whom; a refusal names what is open instead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.errors import Move, Refused

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True)
class Labels:
    """The French of a graph: what it is about (« cette candidature »), its statuses, and its actions in the infinitive.

    Keys are the values of the enums, so that a room below the domain can hold them.
    """

    subject: str
    statuses: Mapping[str, str]
    actions: Mapping[str, str]


class Transitions(Generic[S, A]):
    """Status -> the actions it allows; a status that allows none is final.

    `who` gives the kinds and roles that may take an action (`agency`, `school:head`): routes ask it, refusals tell it.

    Made at import: raises LookupError for a status without a row, an action that no status or nobody allows, or a missing label.
    """

    def __init__(
        self, statuses: type[S], actions: type[A], *, labels: Labels, rows: Mapping[S, Collection[A]],
        who: Mapping[A, Collection[str]],
    ) -> None:  # fmt: skip
        self.labels = labels
        self.who = {action: frozenset(who.get(action, ())) for action in actions}
        self.rows = {status: frozenset(rows[status]) for status in statuses}
        self._actions = tuple(actions)
        unreachable = [action for action in actions if not (self.allowing(action) and self.who[action])]
        unnamed = [one for one in statuses if one not in labels.statuses] + [one for one in actions if one not in labels.actions]
        if unreachable or unnamed:
            raise LookupError(f"allowed by no status, or to nobody: {unreachable}; without a label: {unnamed}")

    def allows(self, status: S, action: A) -> bool:
        return action in self.rows[status]

    def allowing(self, action: A) -> frozenset[S]:
        """The statuses that allow an action."""
        return frozenset(status for status, allowed in self.rows.items() if action in allowed)

    def moves(self, status: S, *, but: Collection[A] = ()) -> tuple[Move, ...]:
        """What may be done in a status, `but` for what another rule forbids."""
        open_ones = (action for action in self._actions if self.allows(status, action) and action not in but)
        return tuple(Move(action.value, self.labels.actions[action], self.who[action]) for action in open_ones)

    def ensure(self, status: S, action: A, *, on: date, since: date | None, but: Collection[A] = ()) -> None:
        """Raise Refused where this status does not allow the action (`not_allowed`), or where it came after that day.

        `since` is the day of the status; a day before it is refused as `before_previous_step`. `but` as above.
        """
        moves = self.moves(status, but=but)
        if not self.allows(status, action):
            subject = self.labels.subject
            state = f"{subject[0].upper()}{subject[1:]} est « {self.labels.statuses[status]} »."
            raise Refused("not_allowed", state, moves=moves)
        not_before(since, on, subject=self.labels.subject, moves=moves)


def not_before(known: date | None, on: date, *, subject: str, moves: Sequence[Move] | None = None) -> None:
    """Raise Refused (`before_previous_step`) where something is said to have happened before a day that is known."""
    if known and on < known:
        sentence = f"Le {on:%d/%m/%Y} précède le {known:%d/%m/%Y}, dernier jour connu de {subject}."
        raise Refused("before_previous_step", sentence, moves=moves)
