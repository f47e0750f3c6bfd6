"""Idempotency keys: an id that follows from the key of a request, and a keyed hash (HMAC) of what it says."""

import hmac
import json
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.events.message import NAMESPACE
from shared.kernel.secrets import derived
from shared.web.auth import CurrentCaller
from shared.web.runtime import runtime

WRITTEN = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class IdempotencyKey:
    """A creation's id, and what makes the keyed fingerprint of a request, for `Repository.create_once`."""

    id: uuid.UUID
    fingerprints: bytes = field(repr=False)
    """The key of what is compared: not the one of ids, which topics carry."""
    given: bool = True
    """Whether the request has one; else nobody can send it again."""

    def fingerprint(self, body: BaseModel) -> str:
        """Of what a request says once it is read."""
        return fingerprint_of(self.fingerprints, body)

    def of(self, rank: int) -> uuid.UUID:
        """The id of one of many things that a request creates, by its rank."""
        return uuid.uuid5(self.id, str(rank))


def fingerprint_of(key: bytes, body: BaseModel) -> str:
    """Of what a request says once it is read: a number written otherwise, a default written out, a null change nothing."""
    return fingerprint(key, body.model_dump(mode="json", exclude_defaults=True))


def fingerprints_key(secret: bytes) -> bytes:
    """The key under which requests are compared."""
    return derived(secret, "requests")


def fingerprint(key: bytes, body: Any) -> str:
    """A hash of a JSON value under the key of one purpose: equal for equal requests, and no way back to what it says.

    Its text is written as it always was: ids and traits that are kept follow from it.
    """
    return hmac.digest(key, WRITTEN.encode(body).encode(errors="surrogatepass"), "sha256").hex()


def keyed_id(secret: bytes, purpose: str, name: Any) -> uuid.UUID:
    """An id that follows from what a person typed. Topics carry it: without the key of its purpose, nobody can guess at that."""
    return uuid.uuid5(NAMESPACE, fingerprint(derived(secret, purpose), name))


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
    fingerprints = fingerprints_key(secret)
    if idempotency_key is None:
        return IdempotencyKey(uuid.uuid4(), fingerprints, given=False)
    name = [caller.organisation, caller.sub, _address(request), idempotency_key]
    return IdempotencyKey(keyed_id(secret, "idempotency keys", name), fingerprints)


def _address(request: Request) -> str:
    """The route with its parameters in one form: an id may be written in capitals, or without hyphens."""
    route: APIRoute = request.scope["route"]
    return route.path_format.format(**{name: _one_form(value) for name, value in request.path_params.items()})


def _one_form(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return value


Idempotency = Annotated[IdempotencyKey, Depends(idempotency_key)]
