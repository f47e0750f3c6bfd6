"""Authentication: who is asking, by the token of a request or the session of its cookie, and whether they may."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Unauthenticated
from shared.kernel.transitions import A, Transitions
from shared.web.runtime import runtime

Credential = Callable[[], Awaitable[Caller]]
"""What says who asks, as often as one likes to look at it. Raises Unauthenticated, once it is good no more."""


def credential(request: Request) -> Credential:
    """The bearer token of this request or, to read, its session's cookie; never its address, which is logged."""
    here = runtime(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")

    async def by_token() -> Caller:
        return here.verifier(token)

    async def by_cookie() -> Caller:
        # a page of another port of this machine may send our cookie along: by itself it opens reading only
        if request.method not in ("GET", "HEAD"):
            raise Unauthenticated
        sessions = here.desk.sessions
        request.state.session = session = await sessions.read(request.cookies.get(sessions.cookie, ""))
        return session.caller

    return by_token if scheme.lower() == "bearer" else by_cookie


async def current_caller(request: Request) -> Caller:
    """The caller of this request, whose organisation has made one more. Raises Unauthenticated, TooMany."""
    caller = await credential(request)()
    await runtime(request).rate.take(caller.organisation)
    request.state.caller = caller  # a refusal says what this caller may do instead
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]


class Requirement:
    """A dependency that lets only some kinds and roles through. Others get 403."""

    def __init__(self, *kinds_and_roles: str) -> None:
        self._allowed = frozenset(kinds_and_roles)

    async def __call__(self, caller: CurrentCaller) -> Caller:
        if not self.allows(caller):
            raise Forbidden
        return caller

    def allows(self, caller: Caller) -> bool:
        """Whether this caller passes."""
        return caller.is_any_of(self._allowed)


def require(*kinds_and_roles: str) -> Any:
    """Only these pass: `dependencies=[require("admin", "school:head")]`."""
    return Depends(Requirement(*kinds_and_roles))


def may(graph: Transitions[Any, A], action: A) -> Any:
    """Only those pass who may take this action of a status graph: `dependencies=[may(ORDER, Action.QUOTE)]`."""
    return require(*graph.who[action])
