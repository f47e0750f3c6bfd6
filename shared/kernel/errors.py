"""Problems: the ways a request is refused, each with its HTTP status, a code for machines and a sentence in French."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from shared.kernel.caller import Caller


class Problem(Exception):
    """An answer other than the one asked for. `code` is stable for machines, `sentence` is French for people."""

    status: ClassVar[int]
    codes: ClassVar[tuple[str, ...]] = ()
    """Those it may have on every route; what a rule of one service adds stands in the contract of its routes."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


class Unauthenticated(Problem):
    """No token, or one that is expired, forged or meant for somebody else (401)."""

    status = 401
    codes = ("unauthenticated",)

    def __init__(self) -> None:
        super().__init__("unauthenticated", "Connectez-vous : le jeton d’accès manque, est expiré ou n’est pas valable.")


class Forbidden(Problem):
    """The caller's role does not hold this right (403)."""

    status = 403
    codes = ("forbidden",)

    def __init__(self, sentence: str = "Votre rôle ne permet pas cette action.") -> None:
        super().__init__("forbidden", sentence)


class NotFound(Problem):
    """It does not exist, or not for this tenant, which is the same thing (404)."""

    status = 404
    codes = ("not_found",)

    def __init__(self, what: str = "Cette page ou cette ressource") -> None:
        super().__init__("not_found", f"{what} n’existe pas, ou pas pour vous.")


class Gone(Problem):
    """It was there, and what it said of a person is erased for good (410)."""

    status = 410
    codes = ("erased",)

    def __init__(self, sentence: str) -> None:
        super().__init__("erased", sentence)


@dataclass(frozen=True)
class Move:
    """What may be done instead: its name for machines, an infinitive in French, and which kinds and roles may."""

    name: str
    label: str
    who: frozenset[str]


class Refused(Problem):
    """A rule says no to what was well asked (409). `moves` are open instead, to whoever may; None where no status decides."""

    status = 409

    def __init__(self, code: str, sentence: str, *, moves: Sequence[Move] | None = None) -> None:
        super().__init__(code, sentence)
        self.moves = moves

    def open_to(self, caller: Caller) -> list[Move]:
        """The moves that this caller may make."""
        return [move for move in self.moves or () if caller.is_any_of(move.who)]

    def told_to(self, caller: Caller) -> str:
        """The sentence, and what this caller may do now."""
        if self.moves is None:
            return self.sentence
        if mine := self.open_to(caller):
            return f"{self.sentence} Possible maintenant : {', '.join(move.label for move in mine)}."
        return f"{self.sentence} {'Rien de plus ne vous est permis' if self.moves else 'Plus rien n’est possible'}."


class Invalid(Problem):
    """The request is well formed but says something that cannot be (422)."""

    status = 422
    codes = ("in_the_future", "inconsistent", "invalid", "out_of_range", "too_long_ago")

    def __init__(self, code: str, sentence: str, *, fields: Mapping[str, str] | None = None) -> None:
        """`fields`: a sentence for each field that is wrong, by its path in the body (`wishes.0.school`)."""
        super().__init__(code, sentence)
        self.fields = fields or {}


class TooLarge(Problem):
    """More in one request than it may hold (413)."""

    status = 413
    codes = ("too_large",)


class TooMany(Problem):
    """One asks more at once than is good for the others (429); `retry_after` seconds later it may go on."""

    status = 429
    codes = ("too_many_requests",)

    def __init__(self, code: str, sentence: str, *, retry_after: int) -> None:
        super().__init__(code, sentence)
        self.retry_after = retry_after


class Unavailable(Problem):
    """A server that we need does not answer, or too many ask at once; nothing was kept, ask again (503)."""

    status = 503
    codes = ("busy", "database_away", "starting", "too_slow")


def key_reused() -> Invalid:
    """The same key or reference, and another demand under it."""
    return Invalid("key_reused", "Cette référence a déjà servi pour une autre demande.")
