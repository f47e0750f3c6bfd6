"""What a request to sign in or out has to be: encrypted, from a page of ours, back to a page of ours."""

import re

from starlette.requests import Request

from shared.kernel.errors import Forbidden
from shared.web.signin.cookies import is_safe

PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")


def path_of_ours(to: str) -> str:
    """A path of this service with its query, to go back to; its home where it is anything else."""
    return to if PATH.fullmatch(to) else "/"


def ensure_safe(request: Request) -> None:
    """Raise Forbidden where anybody on the way could read what signs somebody in."""
    if not is_safe(request):
        raise Forbidden("Cette adresse n’est pas chiffrée : on ne s’y connecte pas. Ouvrez-la par https.")


def ensure_same_origin(request: Request) -> None:
    """Raise Forbidden where a form was sent by a page of another origin. Browsers say which; a program need not."""
    origin, ours = request.headers.get("origin"), f"{request.url.scheme}://{request.url.netloc}"
    elsewhere = request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    if elsewhere if origin is None else origin != ours:
        raise Forbidden("Cette demande vient d’une autre page que les nôtres : rien n’a été fait.")
