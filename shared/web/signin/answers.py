"""What signing in answers: its pages, and what went wrong as a page that says what to do."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

from shared.kernel.errors import Forbidden, Problem, Refused, Unauthenticated
from shared.persistence.failures import Away, Clash
from shared.web.pages import Pages
from shared.web.runtime import runtime
from shared.web.signin.cookies import is_safe
from shared.web.signin.desk import Desk
from shared.web.signin.guards import path_of_ours
from shared.web.signin.provider import Disbelieved, ProviderAway

pages = Pages(Path(__file__).parent / "templates")
AGAIN = "Recommencez la connexion ; si cela se reproduit, prévenez qui administre Établi."
ANOTHER_LINK = "Demandez-en un autre à qui administre Établi."
LATER = [
    "Rien n’est perdu. Réessayez dans quelques minutes.",
    "Si cela dure, prévenez qui administre Établi, qui peut vous donner un lien en attendant.",
]
TO_DO = {
    "link_used": f"Si c’est vous qui l’avez ouvert, vous êtes peut-être encore connecté. Sinon, dites-le. {ANOTHER_LINK}",
    "link_expired": ANOTHER_LINK,
    "link_unknown": f"Ouvrez-le en entier, tel que vous l’avez reçu. {ANOTHER_LINK}",
}
REFUSALS = (Problem, Away, Clash, ProviderAway, Disbelieved)
"""What these pages say in words; anything else is a bug, and said as one."""


class NotKnown(Forbidden):
    """The provider knows this person, and no rule of the table does. The sentence says whom to turn to."""


def desk_of(request: Request) -> Desk:
    """How one signs in on this service."""
    return runtime(request).desk


def sign_in(request: Request, to: str, *, status: int = 200, heading: str = "Connectez-vous") -> Response:
    """« Connectez-vous », with what is possible here; afterwards the page that was asked for is opened."""
    open_id = desk_of(request).open_id
    return pages.answer(
        request, "signin.html", status=status, heading=heading, to=path_of_ours(to), safe=is_safe(request),
        open_id=open_id.name if open_id else None,
    )  # fmt: skip


def link(request: Request) -> Response:
    """The page that a one-time link opens: nothing happens before its button is pressed."""
    return pages.answer(request, "link.html", safe=is_safe(request))


def signed_out(request: Request) -> Response:
    """« Vous êtes déconnecté. »"""
    return pages.answer(request, "signed_out.html")


def refused(request: Request, error: Exception, to: str = "/") -> Response:
    """What went wrong, what was kept, what to do."""
    status, heading, sentences = _said(request, error)
    return pages.answer(request, "refused.html", status=status, heading=heading, sentences=sentences, to=path_of_ours(to))


def _said(request: Request, error: Exception) -> tuple[int, str, Sequence[str]]:
    """A status, what happened, and what to do."""
    match error:
        case NotKnown():
            heading = "Votre identité est vérifiée, mais vous n’avez pas encore d’accès à Établi"
            return 403, heading, [f"Pour en demander un : {error.sentence}"]
        case Refused():
            return error.status, error.sentence, [TO_DO.get(error.code, AGAIN)]
        case Unauthenticated() | Disbelieved():
            return 403, "La demande n’est pas, ou plus, valable : rien n’a été fait", [AGAIN]
        case Problem():
            return error.status, error.sentence, []
        case ProviderAway():
            open_id = desk_of(request).open_id
            where = f" ({open_id.name})" if open_id else ""
            return 503, f"Le service d’identité{where} ne répond pas : on ne peut pas s’y connecter pour l’instant", LATER
    return 503, "La base de données ne répond pas : rien n’est perdu", ["Réessayez dans un instant."]
