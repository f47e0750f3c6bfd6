"""One-time links: an address whose fragment is a signed code, good for some minutes, that names a person and their role.

A fragment is sent to no server: no log and no referrer has it. A page hands it over by POST, which uses it up in the service's
database before any cookie is given.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

import jwt

from shared.kernel.caller import Caller
from shared.kernel.errors import Refused, Unauthenticated
from shared.persistence.failures import DuplicateKey
from shared.persistence.transaction import Persistence
from shared.web.tokens import Expired, Watched, caller_named, keys_of, reader

ADDRESS = "/signin/link"
"""Of the page, under the service's own address."""
REMEMBERED = timedelta(days=1)
"""How long who opens it again reads that it was used, rather than that it expired."""


def audience_of(service: str) -> str:
    """For whom a link's code is signed: it is no token, and no token is one."""
    return f"etabli sign-in {service}"


def marks_of(jwks: str) -> dict[str, str]:
    """What tells each key of a JWKS from its successor of the same name, by that name."""
    return {name: sha256(key.key.public_bytes_raw()).hexdigest()[:16] for name, key in keys_of(jwks).items()}


class Links:
    """The links of one service."""

    def __init__(self, persistence: Persistence, jwks_file: Path, revoked: Callable[[str], bool]) -> None:
        self._rows = persistence.database["used_links"]
        self._read = reader(audience_of(persistence.producer), jwks_file, revoked)
        self._marks = Watched(jwks_file, marks_of, monotonic)

    async def prepare(self) -> None:
        """MongoDB itself forgets those that nobody will open again."""
        await self._rows.expire("until")

    def know(self, mark: str) -> bool:
        """Whether the key of this mark signs links still."""
        return mark in self._marks.now().values()

    async def use(self, code: str) -> tuple[Caller, str]:
        """Whom a link signs in, once, and the mark of its key.

        Refused (409) where it was used, expired, or is none: nothing says which key would do.
        """
        code = code.strip().rpartition("#")[2]  # some paste the whole address
        try:
            claims = self._read(code)
            mark = self._marks.now()[jwt.get_unverified_header(code)["kid"]]
        except Expired as error:
            raise Refused("link_expired", "Ce lien n’est plus valable : il ne sert que quelques minutes.") from error
        except (Unauthenticated, LookupError) as error:
            raise Refused("link_unknown", "Ce lien n’est pas valable : il a peut-être été coupé en route.") from error
        until = datetime.fromtimestamp(claims["exp"], UTC) + REMEMBERED
        try:
            await self._rows.insert({"_id": claims["jti"], "until": until})
        except DuplicateKey as error:
            raise Refused("link_used", "Ce lien a déjà servi : il ne sert qu’une fois.") from error
        return caller_named(claims), mark
