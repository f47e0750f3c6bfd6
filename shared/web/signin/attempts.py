"""Sign-ins under way with a provider: each in a sealed cookie of its own, for some minutes, until the browser comes back."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.clock import real_now
from shared.persistence.sealing import seal_json, unseal
from shared.persistence.transaction import Persistence
from shared.web.signin.cookies import drop_cookie, set_cookie
from shared.web.signin.provider import Attempt

LASTS = timedelta(minutes=10)


class Attempts:
    """Those of one service's pages. Several may be under way in one browser."""

    def __init__(self, persistence: Persistence) -> None:
        self._name = f"etabli_{persistence.producer}_attempt"
        self._key = persistence.sealing_keys("sign-in attempts")[0]

    def begin(self, redirect_uri: str) -> Attempt:
        """A new one, nothing of which can be guessed."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return Attempt(state, nonce, verifier, redirect_uri)

    def keep(self, request: Request, answer: Response, attempt: Attempt, to: str) -> None:
        """Have the browser bring it back, with the page that was asked for."""
        until = (real_now() + LASTS).timestamp()
        sent = {"nonce": attempt.nonce, "verifier": attempt.verifier, "redirect_uri": attempt.redirect_uri}
        sealed = urlsafe_b64encode(seal_json(self._key, {**sent, "to": to, "until": until}, about=attempt.state)).decode()
        set_cookie(request, answer, self._cookie(attempt.state), sealed, seconds=int(LASTS.total_seconds()))

    def brought_back(self, request: Request, state: str) -> tuple[Attempt, str] | None:
        """The attempt of this state, and the page asked for. None where this browser began none, or too long ago."""
        try:
            sealed = urlsafe_b64decode(request.cookies.get(self._cookie(state), ""))
            said: dict[str, Any] = orjson.loads(unseal(self._key, sealed, about=state))
        except (InvalidTag, ValueError):
            return None
        if said["until"] < real_now().timestamp():
            return None
        return Attempt(state, said["nonce"], said["verifier"], said["redirect_uri"]), said["to"]

    def forget(self, request: Request, answer: Response, state: str) -> None:
        """It served, or failed: it does not serve again."""
        drop_cookie(request, answer, self._cookie(state))

    def _cookie(self, state: str) -> str:
        return f"{self._name}_{state[:8]}"
