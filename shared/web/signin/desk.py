"""The sign-in of one service, put together from its settings: its sessions, links and provider."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.signin.attempts import Attempts
from shared.web.signin.claims import Table, WrongClaims, read_table, table_in
from shared.web.signin.links import Links
from shared.web.signin.provider import Provider
from shared.web.signin.session import Sessions
from shared.web.tokens import Watched, revocations


@dataclass(frozen=True)
class OpenId:
    """Signing in with a provider: who it is, and what its word of a person gives."""

    provider: Provider
    table: Callable[[], Table]
    name: str
    """As people call it."""


@dataclass(frozen=True)
class Desk:
    """How one signs in here, and who is signed in. `open_id` is None where no provider is set: links are then the only way."""

    sessions: Sessions
    links: Links
    attempts: Attempts
    open_id: OpenId | None

    async def prepare(self) -> None:
        """What expires is forgotten."""
        await self.sessions.prepare()
        await self.links.prepare()


def desk_of(settings: Settings, persistence: Persistence) -> Desk:
    """The sign-in of a service."""
    revoked, open_id = revocations(settings.revoked_file), _open_id(settings)
    links = Links(persistence, settings.jwks_file, revoked)

    def still(by: str) -> bool:
        return links.know(by) or (open_id is not None and open_id.table().know(by))

    sessions = Sessions(persistence, revoked, timedelta(hours=settings.signed_in_hours), still=still)
    return Desk(sessions, links, Attempts(persistence), open_id)


def wrong_claims(settings: Settings) -> str | None:
    """What keeps a service from starting, in a French sentence: its table of claims cannot serve. None where it can."""
    if not (settings.oidc_issuer and settings.oidc_claims_file):
        return None
    try:
        read_table(settings.oidc_claims_file)
    except WrongClaims as error:
        return f"La table de ETABLI_OIDC_CLAIMS_FILE ne convient pas ({error}) : le service ne peut pas démarrer."
    return None


def _open_id(settings: Settings) -> OpenId | None:
    issuer, client, secret, table = (
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret_file, settings.oidc_claims_file,
    )  # fmt: skip
    if not (issuer and client and secret and table):
        return None
    return OpenId(
        Provider(issuer, client, secret, settings.oidc_scopes),
        Watched(table, table_in, monotonic).now,
        settings.oidc_name,
    )
