"""Taking referrals in, by whatever way they come: many at once, each with its own verdict, in the words of POST /referrals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from services.referral import use_cases, views
from services.referral.domain.amendments import check_file
from services.referral.domain.file import Missing
from services.referral.domain.person import Sent, to_complete
from services.referral.requests import ReferralRequest
from services.referral.store import Store
from services.referral.store.vault import referral_id_of
from services.referral.use_cases import Demand, Taken
from shared.kernel.caller import Caller
from shared.kernel.errors import Gone, Invalid, Refused
from shared.web.idempotency import fingerprint_of, fingerprints_key
from shared.web.refusals import OUT_OF_RANGE, Refusal, by_a_rule, by_its_form

REQUEST: TypeAdapter[ReferralRequest] = TypeAdapter(ReferralRequest)


@dataclass(frozen=True)
class Verdict:
    """What became of one item: accepted, the same as before, or refused, and why, as POST /referrals says it."""

    outcome: Literal["accepted", "same", "refused"]
    referral_id: UUID | None = None
    """None where it was refused."""
    young_id: UUID | None = None
    warnings: tuple[views.WarningResponse, ...] = ()
    """Of what was accepted now."""
    to_complete: tuple[Missing, ...] = ()
    refusal: Refusal | None = None


async def take_in(store: Store, caller: Caller, items: Sequence[Any], *, ids: Sequence[UUID] | None = None) -> list[Verdict]:
    """Take in what an agency's caller sends, as parsed JSON: one verdict for each item, in order.

    An item is known again by its agency and external id; without one, by the id that `ids` gives it, by rank; without either
    it is new each time. Refused as a whole where the agency is not registered; whatever else is raised is a server's, and
    what was taken in by then is known again when the same is sent again.
    """
    await store.agency_of(caller)
    own_ids = ids if ids is not None else [uuid4() for _ in items]
    return [await _verdict(store, caller, item, own_id) for item, own_id in zip(items, own_ids, strict=True)]


def demand_of(
    store: Store, caller: Caller, body: ReferralRequest, *, secret: bytes, own_id: UUID, key: UUID | None = None
) -> Demand:
    """What a request asks for, checked. Raises Invalid. `own_id` is its referral's where it has no external id."""
    on = store.clock.day(body.on)
    referral_id = referral_id_of(secret, caller.tenant, body.external_id) if body.external_id is not None else own_id
    sent = Sent(referral_id=referral_id, agency=caller.tenant, **dict(body.file))
    check_file(sent, body.details, on=on, today=store.clock.today())
    return Demand(
        sent=sent, details=body.details, fingerprint=fingerprint_of(fingerprints_key(secret), body), on=on, key=key,
        unreferenced=body.external_id is None,
    )  # fmt: skip


async def _verdict(store: Store, caller: Caller, item: Any, own_id: UUID) -> Verdict:
    secret = store.persistence.secret
    try:
        body = REQUEST.validate_python(item, from_attributes=True)  # as FastAPI reads a body
        demand = demand_of(store, caller, body, secret=secret, own_id=own_id)
        return await _accepted(store, caller, demand, await use_cases.refer(store, caller, demand, secret=secret))
    except ValidationError as error:
        return _refused(by_its_form(error.errors(include_url=False), known_names()))
    except (Gone, Invalid, Refused) as problem:
        return _refused(by_a_rule(problem))
    except OverflowError:
        return _refused(OUT_OF_RANGE)


def _refused(refusal: Refusal) -> Verdict:
    return Verdict("refused", refusal=refusal)


async def _accepted(store: Store, caller: Caller, demand: Demand, taken: Taken) -> Verdict:
    referral_id, young_id = taken.referral.referral_id, taken.referral.young_id
    if taken.again:
        return Verdict("same", referral_id, young_id)
    earlier = await store.own_referral(caller, taken.earlier)
    missing = to_complete(demand.sent.identity, today=store.clock.today())
    return Verdict("accepted", referral_id, young_id, views.warnings_of(earlier), tuple(missing))


@cache
def known_names() -> frozenset[str]:
    """The names of fields that a refusal may say back."""
    return frozenset(_names_in(REQUEST.json_schema()))


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", ())
    for inner in schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ():
        yield from _names_in(inner)
