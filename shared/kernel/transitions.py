"""State machines, one transition table each: what each status allows; a refusal names the status, the day, and what is open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.errors import Refused

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

    Made at import: raises LookupError for a status without a row, an action that no status allows, or a missing label.
    """

    def __init__(self, statuses: type[S], actions: type[A], *, labels: Labels, rows: Mapping[S, Collection[A]]) -> None:
        self.labels = labels
        self.rows = {status: frozenset(rows[status]) for status in statuses}
        self._actions = tuple(actions)
        unreachable = [action for action in actions if not self.allowing(action)]
        unnamed = [one for one in statuses if one not in labels.statuses] + [one for one in actions if one not in labels.actions]
        if unreachable or unnamed:
            raise LookupError(f"allowed by no status: {unreachable}; without a label: {unnamed}")

    def allows(self, status: S, action: A) -> bool:
        return action in self.rows[status]

    def allowing(self, action: A) -> frozenset[S]:
        """The statuses that allow an action."""
        return frozenset(status for status, allowed in self.rows.items() if action in allowed)

    def ensure(self, status: S, action: A, *, on: date, since: date | None) -> None:
        """Raise Refused where this status does not allow the action (`not_allowed`), or where it came after that day.

        `since` is the day of the status; a day before it is refused as `before_previous_step`.
        """
        if not self.allows(status, action):
            raise Refused("not_allowed", self._no(status))
        not_before(since, on, subject=self.labels.subject)

    def _no(self, status: S) -> str:
        subject = self.labels.subject
        state = f"{subject[0].upper()}{subject[1:]} est « {self.labels.statuses[status]} »"
        match [self.labels.actions[action] for action in self._actions if self.allows(status, action)]:
            case []:
                return f"{state} ; plus rien n’est possible."
            case [one]:
                return f"{state} ; seul est possible : {one}."
            case several:
                return f"{state} ; seuls sont possibles : {', '.join(several)}."


def not_before(known: date | None, on: date, *, subject: str) -> None:
    """Raise Refused (`before_previous_step`) where something is said to have happened before a day that is known."""
    if known and on < known:
        raise Refused("before_previous_step", f"Le {on:%d/%m/%Y} précède le {known:%d/%m/%Y}, dernier jour connu de {subject}.")
