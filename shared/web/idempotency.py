"""Idempotency keys: an id that follows from the key of a request, and a keyed hash (HMAC) of its body."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request

from shared.events.message import NAMESPACE
from shared.web.auth import CurrentCaller
from shared.web.runtime import runtime


@dataclass(frozen=True)
class IdempotencyKey:
    """A creation's id, and the keyed fingerprint of what was asked, for `Repository.create_once`."""

    id: uuid.UUID
    fingerprint: str


def fingerprint(secret: bytes, body: Any) -> str:
    """A keyed hash of a JSON value: equal for equal requests, and no way back to what it says."""
    return hmac.new(secret, orjson.dumps(body, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()


async def idempotency_key(
    request: Request,
    caller: CurrentCaller,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, description="La même clé rend la même réponse, sans rien créer deux fois."),
    ] = None,
) -> IdempotencyKey:
    """From the Idempotency-Key header, the same id each time, or a fresh one without it."""
    secret = runtime(request).secret
    body = await request.body()
    try:
        printed = fingerprint(secret, orjson.loads(body))
    except (ValueError, TypeError):  # malformed, or deeper than orjson goes: FastAPI answers by itself
        printed = fingerprint(secret, body.hex())
    if idempotency_key is None:
        return IdempotencyKey(uuid.uuid4(), printed)
    id = uuid.uuid5(NAMESPACE, f"{caller.organisation} {caller.sub} {request.url.path} {idempotency_key}")
    return IdempotencyKey(id, printed)


Idempotency = Annotated[IdempotencyKey, Depends(idempotency_key)]
