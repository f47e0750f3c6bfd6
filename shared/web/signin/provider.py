"""The OpenID provider: what it publishes of itself, the exchange of a code (PKCE), and what it tells of a person.

The rules of the protocols (forms of requests, client authentication, the claims of an ID token) are Authlib's, signatures
joserfc's; requests are made with the HTTP client that we have.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from shared.kernel.addresses import is_closed
from shared.kernel.secrets import PasswordFile, Unreadable
from shared.web.tokens import LEEWAY

log = structlog.get_logger()
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Of signatures that only the provider can make: never a shared secret, never none."""
WITHIN = 5.0
"""Seconds for each answer of the provider."""
KNOWN_FOR = 3_600.0
"""Seconds after which what it publishes is read again."""
SOONEST = 10.0
"""Seconds between two readings of its keys for the sake of one that it does not publish."""
UNREADABLE = (JoseError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading its words may raise: whoever speaks in its name chooses every byte."""
CODE = re.compile(r"[a-z_]{1,40}")

Claims = dict[str, Any]


class ProviderAway(Exception):
    """It does not answer, or breaks down: later it may."""


class Disbelieved(Exception):
    """What was brought back is not what the provider gives for what we asked. `args` say which rule, never a value."""


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way: what we sent, and what has to come back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class Provider:
    """One issuer and who we are to it. `transport` is how requests are made: httpx's own unless another is handed in."""

    def __init__(
        self, issuer: str, client_id: str, secret_file: Path, scopes: str, *, transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.issuer = issuer
        self.client_id = client_id
        self._secret_file = secret_file
        self._scopes = scopes
        self._transport = transport
        self._monotonic = monotonic
        self._metadata: Claims = {}
        self._keys: list[Claims] = []
        self._metadata_read = self._keys_read = -KNOWN_FOR

    async def sign_in_address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises ProviderAway, Disbelieved."""
        return str(
            prepare_grant_uri(
                await self._endpoint("authorization_endpoint"), self.client_id, "code", attempt.redirect_uri, self._scopes,
                attempt.state, nonce=attempt.nonce, code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )  # fmt: skip

    async def sign_out_address(self, id_token: str, back_to: str) -> str | None:
        """Where the browser goes to sign out there too, where the provider has that and answers now."""
        asked = {"client_id": self.client_id, "post_logout_redirect_uri": back_to, "id_token_hint": id_token}
        try:
            return str(httpx.URL(await self._endpoint("end_session_endpoint")).copy_merge_params(asked))
        except (ProviderAway, Disbelieved, httpx.InvalidURL):
            return None

    async def person(self, attempt: Attempt, code: str) -> tuple[Claims, str]:
        """What the provider tells of who signed in, and its ID token. Raises ProviderAway, Disbelieved."""
        tokens = await self._exchange(attempt, code)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise Disbelieved("id_token")
        claims = await self._believed(id_token, nonce=attempt.nonce, access_token=tokens.get("access_token"))
        return {**await self._userinfo(claims["sub"], tokens.get("access_token")), **claims}, id_token

    async def _exchange(self, attempt: Attempt, code: str) -> Claims:
        endpoint = await self._endpoint("token_endpoint")
        body = prepare_token_request(
            "authorization_code", redirect_uri=attempt.redirect_uri, code=code, code_verifier=attempt.verifier
        )
        offered = self._metadata.get("token_endpoint_auth_methods_supported")
        only_post = isinstance(offered, list) and offered and "client_secret_basic" not in offered
        method = "client_secret_post" if only_post else "client_secret_basic"
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            secret = PasswordFile(self._secret_file).read()
        except Unreadable as error:
            raise Disbelieved("our secret is not there") from error
        url, headers, body = ClientAuth(self.client_id, secret, method).prepare("POST", endpoint, headers, body)
        return await self._asked("POST", url, headers=dict(headers), content=body)

    async def _believed(self, id_token: str, *, nonce: str, access_token: Any) -> Claims:
        """The claims of an ID token, once every rule of OpenID Connect Core 3.1.3.7 holds."""
        options: Any = {
            "iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id},
        }  # fmt: skip
        try:
            signed = await self._signed(id_token)
            said = {"nonce": nonce, "client_id": self.client_id, "access_token": access_token}
            CodeIDToken(signed.claims, signed.header, options, said).validate(leeway=int(LEEWAY.total_seconds()))
            sub = signed.claims["sub"]
        except UNREADABLE as error:
            raise Disbelieved(type(error).__name__) from error
        if not (isinstance(sub, str) and sub):
            raise Disbelieved("sub")
        return dict(signed.claims)

    async def _signed(self, token: str) -> jwt.Token:
        """A token that the provider signed; its keys are read again for one that we do not know."""
        kid = extract_compact(token.encode()).headers().get("kid")
        known = {key.get("kid") for key in self._keys}
        old, soon = self._monotonic() - self._keys_read >= KNOWN_FOR, self._monotonic() - self._keys_read < SOONEST
        if old or (kid not in known and not soon):
            published = (await self._asked("GET", await self._endpoint("jwks_uri")))["keys"]
            self._keys = [key for key in published if isinstance(key, dict)]
            self._keys_read = self._monotonic()
        keys = [key for key in self._keys if kid is None or key.get("kid") == kid]
        if len(keys) != 1:
            raise Disbelieved("kid")
        return jwt.decode(token, KeySet.import_key_set({"keys": keys}).keys[0], algorithms=list(ALGORITHMS))

    async def _userinfo(self, sub: str, access_token: Any) -> Claims:
        """What it tells besides of the same person, signed or not, where it has an address for that."""
        if not (self._metadata.get("userinfo_endpoint") and isinstance(access_token, str)):
            return {}
        shown = {"Authorization": f"Bearer {access_token}"}
        answer = await self._request("GET", await self._endpoint("userinfo_endpoint"), headers=shown)
        try:
            signed = answer.headers.get("content-type", "").startswith("application/jwt")
            told: Claims = (await self._signed(answer.text)).claims if signed else answer.json()
            if told["sub"] != sub:
                raise Disbelieved("userinfo")
        except UNREADABLE as error:
            raise Disbelieved("userinfo") from error
        return told

    async def _endpoint(self, name: str) -> str:
        """An address that it publishes. Raises Disbelieved where it has none, or one that anybody could read on the way."""
        if self._monotonic() - self._metadata_read >= KNOWN_FOR:
            found = await self._asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise Disbelieved("issuer")
            self._metadata, self._metadata_read = found, self._monotonic()
        address = self._metadata.get(name)
        if not (isinstance(address, str) and is_closed(address)):
            raise Disbelieved(name)
        return address

    async def _asked(self, method: str, url: str, **sent: Any) -> Claims:
        """Its answer, a JSON object."""
        answer = await self._request(method, url, **sent)
        try:
            said = answer.json()
        except (ValueError, RecursionError) as error:
            raise ProviderAway("no JSON") from error
        if not isinstance(said, dict):
            raise ProviderAway("no object")
        return said

    async def _request(self, method: str, url: str, **sent: Any) -> httpx.Response:
        try:
            async with httpx.AsyncClient(timeout=WITHIN, transport=self._transport) as http:
                answer = await http.request(method, url, **sent)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("openid.away", error=type(error).__name__)
            raise ProviderAway(type(error).__name__) from error
        if answer.status_code >= 500 or answer.status_code == 429:
            log.warning("openid.away", status=answer.status_code)
            raise ProviderAway(str(answer.status_code))
        if not answer.is_success:
            raise Disbelieved(f"{answer.status_code} {refusal_in(answer)}")
        return answer


def refusal_in(answer: httpx.Response) -> str:
    """The code of a refusal (`invalid_grant`), where it has the form of one."""
    try:
        code = answer.json()["error"]
    except UNREADABLE:
        return ""
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""
