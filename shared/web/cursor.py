"""Cursors: every list is answered in parts, each with the opaque cursor of the next.

A cursor is sealed (AES-GCM), for a position may hold a name and addresses are logged; and it opens for the list that gave it
alone: the same organisation, address and filters.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid
from shared.kernel.secrets import derived
from shared.kernel.strict import IN_ADDRESS
from shared.persistence.keyset import Asked, Part, Position
from shared.web.auth import CurrentCaller
from shared.web.runtime import runtime

T = TypeVar("T")
LIMIT, MOST = 50, 200
NONCE = 12
"""Bytes, as AES-GCM wants it; drawn anew for each cursor."""
UNKNOWN_CURSOR = "unknown_cursor"


class Page(BaseModel, Generic[T]):
    """A part of a list, and the cursor of what follows."""

    items: list[T]
    next: str | None = Field(description="À redonner comme `cursor`, avec les mêmes filtres ; nul à la fin de la liste.")


@dataclass(frozen=True)
class Paging:
    """Which part of a list a request asks for, and how its answer says what follows."""

    asked: Asked
    _key: bytes
    _list: bytes

    def page(self, part: Part[Any], shown: Iterable[T]) -> Page[T]:
        """The answer: what is shown of a part's items."""
        return Page(items=list(shown), next=None if part.last is None else _sealed(part.last, self._key, self._list))


def paging(
    request: Request,
    caller: CurrentCaller,
    cursor: Annotated[str | None, Query(max_length=4_000, description="Le `next` de la partie précédente.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Combien d’éléments au plus."), IN_ADDRESS] = LIMIT,
) -> Paging:
    """Of a request. Raises Invalid (`unknown_cursor`) for a cursor that this list did not give."""
    key, named = derived(runtime(request).secret, "cursors"), _list_of(request, caller)
    return Paging(Asked(limit, None if cursor is None else _opened(cursor, key, named)), key, named)


PagingDep = Annotated[Paging, Depends(paging)]


def _list_of(request: Request, caller: Caller) -> bytes:
    """What makes a list this one: whose it is, its address, its filters."""
    filters = sorted((name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "limit"))
    return json.dumps([caller.organisation, request.url.path, filters]).encode()


def _sealed(position: Position, key: bytes, named: bytes) -> str:
    nonce = os.urandom(NONCE)
    return urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, json.dumps(list(position)).encode(), named)).decode()


def _opened(cursor: str, key: bytes, named: bytes) -> Position:
    try:
        sealed = urlsafe_b64decode(cursor.encode())
        position: Position = json.loads(AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], named))
    except (InvalidTag, ValueError):
        sentence = "Ce curseur n’est pas de cette liste : reprenez-la depuis le début."
        raise Invalid(UNKNOWN_CURSOR, sentence, fields={"cursor": sentence}) from None
    return position
