"""Sessions: who is signed in on a service's pages, in a sealed cookie, until it expires or is ended.

Each is noted in the service's database before its cookie is given: what is not there any more opens nothing, on any replica.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag

from shared.kernel.caller import Caller, Grant
from shared.kernel.clock import real_now
from shared.kernel.errors import Unauthenticated
from shared.kernel.secrets import derived
from shared.persistence.sealing import seal, seal_json, unseal
from shared.persistence.transaction import Persistence

LONGEST = 4_096
"""Characters of a cookie that is looked at: browsers keep no more."""


def cookie_of(service: str) -> str:
    """The name of a service's cookie: those of one machine go to each of its ports."""
    return f"etabli_{service}"


@dataclass(frozen=True)
class Session:
    """A person who is signed in: whom they speak for, the name that pages show, until when."""

    id: str
    caller: Caller
    name: str
    until: datetime
    by: str = ""
    """What let them in, a rule of the table of claims or a key of links: once that is gone, so is the session."""


class Sessions:
    """Those of one service. Times are the machine's own: no simulation moves them."""

    def __init__(
        self,
        persistence: Persistence,
        revoked: Callable[[str], bool],
        lasting: timedelta,
        *,
        still: Callable[[str], bool] = bool,
        now: Callable[[], datetime] = real_now,
    ) -> None:
        self.cookie = cookie_of(persistence.producer)
        self._key = persistence.sealing_keys("sessions")[0]
        """Of the latest secret alone: whoever knows a former one could write a cookie about a session of theirs."""
        self._about = f"session of {persistence.producer}"
        self._rows = persistence.database["sessions"]
        self._revoked = revoked
        self._still = still
        self.seconds = int(lasting.total_seconds())
        self._lasting = lasting
        self._now = now

    async def prepare(self) -> None:
        """MongoDB itself forgets those that expired."""
        await self._rows.expire("until")

    async def begin(self, caller: Caller, name: str, hint: str | None = None, *, by: str = "") -> tuple[Session, str]:
        """A new session and its cookie's value. `hint`: the ID token by which its provider knows it again."""
        session = Session(secrets.token_hex(16), caller, name, self._now() + self._lasting, by)
        kept = {"hint": seal(self._key, hint.encode(), about=session.id)} if hint else {}
        await self._rows.insert({"_id": session.id, "until": session.until, **kept})
        return session, self._closed(session)

    async def read(self, cookie: str) -> Session:
        """The session of a cookie. Raises Unauthenticated where it is none of ours, expired, ended, revoked, let in no more."""
        session = self._opened(cookie)
        if session.until <= self._now() or self._revoked(session.id) or (session.by and not self._still(session.by)):
            raise Unauthenticated
        if not await self._rows.count({"_id": session.id}, limit=1):
            raise Unauthenticated
        return session

    async def end(self, session: Session) -> str | None:
        """Have its cookie open nothing any more. The hint it began with."""
        row = await self._rows.find_one({"_id": session.id}) or {}
        await self._rows.delete({"_id": session.id})
        return unseal(self._key, row["hint"], about=session.id).decode() if "hint" in row else None

    def form_token(self, session: Session) -> str:
        """What each form of this session's pages carries: nobody else's page can know it."""
        return hmac.digest(derived(self._key, "forms"), session.id.encode(), "sha256").hex()

    def ensure_ours(self, session: Session, form_token: str) -> None:
        """Raise Unauthenticated unless a form comes from a page of this session."""
        if not hmac.compare_digest(self.form_token(session).encode(), form_token.encode("utf-8", "replace")):
            raise Unauthenticated

    def _closed(self, session: Session) -> str:
        whose = session.caller
        said = {
            "id": session.id,
            "sub": whose.sub,
            "org": whose.organisation,
            "role": whose.role,
            "name": session.name,
            "by": session.by,
        }
        sealed = seal_json(self._key, {**said, "until": session.until.timestamp()}, about=self._about)
        return urlsafe_b64encode(sealed).decode()

    def _opened(self, cookie: str) -> Session:
        if not cookie or len(cookie) > LONGEST:
            raise Unauthenticated
        try:
            said: dict[str, Any] = orjson.loads(unseal(self._key, urlsafe_b64decode(cookie), about=self._about))
            kind, _, tenant = said["org"].partition(":")
            caller = Grant.of(kind, tenant, said["role"]).held_by(said["sub"])
        except (InvalidTag, ValueError, LookupError) as error:
            raise Unauthenticated from error
        until = datetime.fromtimestamp(said["until"], self._now().tzinfo)
        return Session(said["id"], caller, said["name"], until, said.get("by", ""))
