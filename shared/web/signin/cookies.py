"""Cookies of the pages: read by no script, sent to this service alone, in clear over the loopback only."""

from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.addresses import is_loopback


def home_of(request: Request) -> str:
    """The service's own path on its origin, without a slash at its end: where a proxy put it, else nothing."""
    return str(request.scope.get("root_path", ""))


def is_safe(request: Request) -> bool:
    """Whether what is said here is read by nobody on the way: encrypted, or this machine's own."""
    return request.url.scheme == "https" or is_loopback(request.url.hostname or "")


def set_cookie(request: Request, answer: Response, name: str, value: str, *, seconds: int) -> None:
    """Have the browser keep it. `Lax`: who comes back from a provider's site, or by a link in a letter, is known again."""
    answer.set_cookie(
        name, value, max_age=seconds, path=f"{home_of(request)}/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https" or not is_safe(request),
    )  # fmt: skip


def drop_cookie(request: Request, answer: Response, name: str) -> None:
    """Have the browser forget it."""
    set_cookie(request, answer, name, "", seconds=0)
