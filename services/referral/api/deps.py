"""What a route of referral needs: the store, and the key of hashes."""

from typing import Annotated

from fastapi import Depends, Request

from services.referral.store import Store
from shared.web.bodies import provided
from shared.web.runtime import runtime


def _secret(request: Request) -> bytes:
    return runtime(request).secret


StoreDep = Annotated[Store, Depends(provided(Store))]
Secret = Annotated[bytes, Depends(_secret)]
