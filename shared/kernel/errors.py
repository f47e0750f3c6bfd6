"""The three ways a request can be told no, each carrying its HTTP status and a sentence in French."""


class Refused(Exception):
    """A rule says no (409). `code` is stable for machines, `sentence` is French for people."""

    status = 409

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


class NotFound(Refused):
    """It does not exist, or not for this tenant, which is the same thing (404)."""

    status = 404

    def __init__(self, what: str = "Cette page ou cette ressource") -> None:
        super().__init__("not_found", f"{what} n'existe pas, ou pas pour vous.")


class Forbidden(Refused):
    """The caller's role does not hold this right (403)."""

    status = 403

    def __init__(self, sentence: str = "Votre rôle ne permet pas cette action.") -> None:
        super().__init__("forbidden", sentence)


class Invalid(Refused):
    """The request is well formed but says something that cannot be (422)."""

    status = 422


class Unavailable(Refused):
    """A server that we need does not answer; nothing was kept, ask again (503)."""

    status = 503


def key_reused() -> Invalid:
    """The same key or reference, and another demand under it."""
    return Invalid("key_reused", "Cette référence a déjà servi pour une autre demande.")
