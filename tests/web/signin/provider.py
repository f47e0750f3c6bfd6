"""A real OpenID provider (pyop) on a port of its own: it checks PKCE and uses a code once; its ID tokens can be made to lie."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jwt
import uvicorn
from Cryptodome.PublicKey import RSA
from jwkest.jwk import RSAKey
from pyop.authz_state import AuthorizationState
from pyop.exceptions import InvalidAuthenticationRequest, OAuthError
from pyop.provider import Provider
from pyop.subject_identifier import HashBasedSubjectIdentifierFactory
from pyop.userinfo import Userinfo
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.ports import HOST
from shared.kernel.retry import stop

CLIENT, SECRET = "etabli", "a-secret-of-its-own-at-the-provider"
BACK = "http://127.0.0.1/signin/openid/return"
MARIE = {
    "sub": "marie-7f3a", "name": "Marie Curie", "email": "marie@region.example", "email_verified": True,
    "groups": ["staff", "region"],
}  # fmt: skip
Claims = dict[str, Any]
Lie = Callable[[Claims], Claims]


def a_key(kid: str) -> RSAKey:
    return RSAKey(kid=kid, key=RSA.generate(2048), alg="RS256", use="sig")


@dataclass
class OpenIdProvider:
    """`who` is signed in there. `lie` changes the claims of its ID tokens; `sign` signs them otherwise than it should."""

    issuer: str
    who: Claims = field(default_factory=lambda: dict(MARIE))
    lie: Lie = lambda claims: claims
    sign: Callable[[Claims], str] | None = None
    key: RSAKey = field(default_factory=lambda: a_key("first"))
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        told = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo", "end_session")}
        offered = {
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile", "email"],
        }  # fmt: skip
        client = {
            "client_secret": SECRET, "redirect_uris": [BACK], "response_types": ["code"], "subject_type": "public",
            "post_logout_redirect_uris": ["http://127.0.0.1/signin/out"],
        }  # fmt: skip
        self.server = Provider(
            self.key, {"issuer": "https://idp.example", "jwks_uri": f"{self.issuer}/jwks", **told, **offered},
            AuthorizationState(HashBasedSubjectIdentifierFactory("salt")), {CLIENT: client}, Userinfo({"who": self.who}),
        )  # fmt: skip
        self.server.configuration_information["issuer"] = self.issuer  # it wants TLS, even on this machine

    def rotate(self) -> None:
        """Another key from now on."""
        self.key = self.server.signing_key = a_key("second")

    def app(self) -> Starlette:
        routes = {
            "/.well-known/openid-configuration": self.about, "/jwks": self.jwks, "/authorization": self.authorize,
            "/userinfo": self.userinfo, "/end_session": self.end,
        }  # fmt: skip
        return Starlette(
            routes=[*(Route(path, end) for path, end in routes.items()), Route("/token", self.token, methods=["POST"])]
        )

    async def about(self, _: Request) -> Response:
        return JSONResponse(self.server.provider_configuration.to_dict())

    async def jwks(self, _: Request) -> Response:
        self.seen.append("jwks")
        return JSONResponse(self.server.jwks)

    async def authorize(self, request: Request) -> Response:
        try:
            asked = self.server.parse_authentication_request(request.url.query)
        except InvalidAuthenticationRequest as error:
            return PlainTextResponse(str(error), 400)
        answer = self.server.authorize(asked, "who")
        return RedirectResponse(f"{asked['redirect_uri']}?{answer.to_urlencoded()}&session_state=unknown-to-us", 303)

    async def token(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.seen.append(body)
        try:
            answer = self.server.handle_token_request(body, {"Authorization": request.headers["authorization"]}).to_dict()
        except OAuthError as error:
            return JSONResponse({"error": error.oauth_error}, 400)
        claims = self.lie({**jwt.decode(answer["id_token"], options={"verify_signature": False}), **self.of_groups()})
        answer["id_token"] = self.sign(claims) if self.sign else self.signed(claims)
        return JSONResponse(answer)

    def of_groups(self) -> Claims:
        return {"groups": self.who["groups"]}

    def signed(self, claims: Claims) -> str:
        return jwt.encode(claims, self.key.key.export_key().decode(), "RS256", headers={"kid": self.key.kid})

    async def userinfo(self, request: Request) -> Response:
        shown = {"Authorization": request.headers["authorization"]}
        return JSONResponse(self.server.handle_userinfo_request(request.url.query, shown).to_dict())

    async def end(self, request: Request) -> Response:
        self.seen.append("end_session")
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 303)


def basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote(client)}:{quote(secret)}".encode()).decode()


@asynccontextmanager
async def provided() -> AsyncIterator[OpenIdProvider]:
    """A provider that answers."""
    server = uvicorn.Server(uvicorn.Config(lambda: None, host=HOST, port=0, log_level="warning", lifespan="off", factory=False))
    listening = server.config.bind_socket()
    provider = OpenIdProvider(f"http://{HOST}:{listening.getsockname()[1]}")
    server.config.app = provider.app()
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield provider
    server.should_exit = True
    await stop(serving, grace=10)
