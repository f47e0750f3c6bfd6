"""What a route of referral needs: the store, the key of hashes, how long schools may read; and who may ask for an identity."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from services.referral.domain.access import Terms
from services.referral.settings import Settings
from services.referral.store import Store
from services.referral.store.audit import What, Whom
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden
from shared.web.auth import CurrentCaller, Requirement
from shared.web.bodies import provided
from shared.web.runtime import runtime


async def _secret(request: Request) -> bytes:
    return runtime(request).secret


def settings_of(request: Request) -> Settings:
    """Referral's own settings."""
    settings = runtime(request).settings
    assert isinstance(settings, Settings)
    return settings


async def _terms(request: Request) -> Terms:
    return settings_of(request).terms


StoreDep = Annotated[Store, Depends(provided(Store))]
Secret = Annotated[bytes, Depends(_secret)]
TermsDep = Annotated[Terms, Depends(_terms)]


def read_by(*kinds: str, what: What = What.WHOLE) -> Any:
    """Only these may ask for an identity; that others did is noted before they are refused (403)."""
    return Depends(NotedRequirement(*kinds, what=what))


class NotedRequirement(Requirement):
    """Lets only some kinds and roles through; of others it keeps that they asked."""

    def __init__(self, *kinds_and_roles: str, what: What) -> None:
        super().__init__(*kinds_and_roles)
        self._what = what

    async def __call__(  # type: ignore[override]  # FastAPI gives each what it names
        self, caller: CurrentCaller, request: Request, store: StoreDep
    ) -> Caller:
        if not self.allows(caller):
            await store.audit.note(caller, self._what, [await _asked_about(request, store)], allowed=False)
            raise Forbidden
        return caller


async def _asked_about(request: Request, store: Store) -> Whom:
    """Whom the address names. What is no id may be a name, and is not kept."""
    try:
        ids = {name: UUID(value) for name, value in request.path_params.items()}
    except ValueError:
        return Whom()
    if "referral_id" in ids:
        return await store.whom(ids["referral_id"])
    return Whom(ids.get("young_id"), rejection_id=ids.get("rejection_id"))
