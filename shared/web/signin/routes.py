"""The addresses of signing in and out: `router` and `returns`, for each service that has pages."""

from collections.abc import Awaitable
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, NotFound, Unauthenticated
from shared.web.router import Router
from shared.web.signin import answers
from shared.web.signin.answers import NotKnown, desk_of
from shared.web.signin.cookies import drop_cookie, home_of, set_cookie
from shared.web.signin.desk import OpenId
from shared.web.signin.guards import ensure_safe, ensure_same_origin, path_of_ours
from shared.web.signin.links import ADDRESS
from shared.web.signin.provider import Disbelieved
from shared.web.signin.session import Session

log = structlog.get_logger()
router = Router(include_in_schema=False)
returns = APIRouter(include_in_schema=False)
"""A provider may send back more than we know of (RFC 6749, 4.1.2): what is not known is left alone there."""
RETURN, SIGNED_OUT = "/signin/openid/return", "/signin/out"
Typed = Annotated[str, Form()]


@router.get("/signin")
async def show_sign_in(request: Request, to: str = "/") -> Response:
    """What is possible here."""
    return answers.sign_in(request, to)


@router.get(ADDRESS)
async def show_link(request: Request) -> Response:
    """A link is opened, by a person or by whatever reads their mail: it stays as good as it was."""
    return answers.link(request)


@router.post(ADDRESS)
async def use_link(request: Request, code: Typed = "") -> Response:
    """The button is pressed: the link is used up, then the cookie given."""

    async def use() -> Response:
        ensure_safe(request)
        ensure_same_origin(request)
        caller, by = await desk_of(request).links.use(code)
        return await _signed_in(request, caller, caller.sub, "/", by)

    return await _shown(request, use())


@router.get("/signin/openid")
async def begin_open_id(request: Request, to: str = "/") -> Response:
    """Off to the provider."""

    async def begin() -> Response:
        ensure_safe(request)
        attempts = desk_of(request).attempts
        attempt = attempts.begin(_address(request, RETURN))
        answer = RedirectResponse(await _open_id(request).provider.sign_in_address(attempt), 303)
        attempts.keep(request, answer, attempt, path_of_ours(to))
        return answer

    return await _shown(request, begin(), to)


@returns.get(RETURN)
async def end_open_id(request: Request, state: str = "", code: str = "", error: str = "", iss: str | None = None) -> Response:
    """Back from the provider, whose code is good once and for this browser alone."""
    desk = desk_of(request)
    found = desk.attempts.brought_back(request, state)
    attempt, to = found or (None, "/")

    async def end() -> Response:
        open_id = _open_id(request)
        if attempt is None or (iss is not None and iss != open_id.provider.issuer):
            raise Disbelieved("state" if attempt is None else "iss")
        if error == "access_denied":
            raise Forbidden("Vous avez renoncé à vous connecter, ou on vous l’a refusé là-bas.")
        if error or not code:
            raise Disbelieved("refused by the provider")
        claims, id_token = await open_id.provider.person(attempt, code)
        table = open_id.table()
        caller, rule = table.caller(claims), table.rule(claims)
        if caller is None or rule is None:
            raise NotKnown(table.help)
        return await _signed_in(request, caller, table.shown(claims), to, rule.mark, hint=id_token)

    answer = await _shown(request, end(), to)
    if attempt:
        desk.attempts.forget(request, answer, state)
    return answer


@router.post("/signout")
async def sign_out(request: Request, form_token: Typed = "") -> Response:
    """End the session, here and, where the provider has that, there."""

    async def end() -> Response:
        ensure_same_origin(request)
        session = await _session(request)
        if session is None:
            return _to(request, SIGNED_OUT)
        desk = desk_of(request)
        desk.sessions.ensure_ours(session, form_token)
        hint = await desk.sessions.end(session)
        log.info("session.ended", session=session.id)
        provider = desk.open_id.provider if desk.open_id and hint else None
        there = await provider.sign_out_address(hint or "", _address(request, SIGNED_OUT)) if provider else None
        answer = RedirectResponse(there, 303) if there else _to(request, SIGNED_OUT)
        drop_cookie(request, answer, desk.sessions.cookie)
        return answer

    return await _shown(request, end())


@router.get(SIGNED_OUT)
async def show_signed_out(request: Request) -> Response:
    """It is done."""
    return answers.signed_out(request)


async def _signed_in(request: Request, caller: Caller, name: str, to: str, by: str, *, hint: str | None = None) -> Response:
    """A new session, noted before its cookie is given; whoever was signed in by this browser is so no more."""
    sessions = desk_of(request).sessions
    if before := await _session(request):
        await sessions.end(before)
    session, cookie = await sessions.begin(caller, name, hint, by=by)
    log.info("session.began", session=session.id, organisation=caller.organisation, role=caller.role, provider=hint is not None)
    answer = _to(request, to)
    set_cookie(request, answer, sessions.cookie, cookie, seconds=sessions.seconds)
    return answer


async def _session(request: Request) -> Session | None:
    sessions = desk_of(request).sessions
    try:
        return await sessions.read(request.cookies.get(sessions.cookie, ""))
    except Unauthenticated:
        return None


async def _shown(request: Request, work: Awaitable[Response], to: str = "/") -> Response:
    """An answer, or the page that says why there is none."""
    try:
        return await work
    except answers.REFUSALS as error:
        if isinstance(error, Disbelieved):
            log.warning("openid.disbelieved", rule=str(error))
        return answers.refused(request, error, to)


def _open_id(request: Request) -> OpenId:
    if (open_id := desk_of(request).open_id) is None:
        raise NotFound
    return open_id


def _to(request: Request, path: str) -> Response:
    return RedirectResponse(f"{home_of(request)}{path}", 303)


def _address(request: Request, path: str) -> str:
    """A path of ours as a whole address, for others."""
    return f"{str(request.base_url).rstrip('/')}{path}"
