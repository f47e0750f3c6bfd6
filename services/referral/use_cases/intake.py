"""Taking referrals in, by whatever way they come: many at once, each with its own verdict, in the words of POST /referrals."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from services.referral import views
from services.referral.domain.amendments import check_file
from services.referral.domain.person import Sent
from services.referral.domain.referral import Referral
from services.referral.store import Store
from services.referral.store.recognition import traits_of
from services.referral.store.vault import referral_id_of
from services.referral.use_cases.referring import Demand, Taken, foresee_each, together
from services.referral.use_cases.requests import ReferralRequest
from shared.kernel.caller import Caller
from shared.kernel.errors import Gone, Invalid, NotFound, Refused
from shared.web.idempotency import fingerprint_of, fingerprints_key
from shared.web.refusals import OUT_OF_RANGE, Refusal, by_a_rule, by_its_form

REQUEST: TypeAdapter[ReferralRequest] = TypeAdapter(ReferralRequest)
Told = Taken | BaseException | Refusal
READ_AT_ONCE = 100
"""Items of a batch that are decided on together, and between which others have their turn."""


@dataclass(frozen=True)
class Verdict:
    """What became of one item: accepted, the same as before, or refused, and why, as POST /referrals says it."""

    outcome: Literal["accepted", "same", "refused"]
    referral_id: UUID | None = None
    """None where it was refused."""
    young_id: UUID | None = None
    warnings: tuple[views.WarningResponse, ...] = ()
    """Of what was accepted now."""
    to_complete: tuple[views.MissingResponse, ...] = ()
    refusal: Refusal | None = None


async def take_in(store: Store, caller: Caller, items: Sequence[Any], *, ids: Sequence[UUID] | None = None) -> list[Verdict]:
    """Take in what an agency's caller sends, as parsed JSON: one verdict for each item, in order.

    An item is known again by its agency and external id; without one, by the id that `ids` gives it, by rank; without either
    it is new each time. Refused as a whole where the agency is not registered; whatever else is raised is a server's, and
    what was taken in by then is known again when the same is sent again.
    """
    await store.agency_of(caller)
    own_ids = ids if ids is not None else [uuid4() for _ in items]
    told = list[Told]()
    under_way: asyncio.Future[list[Told]] | None = None
    for start in range(0, len(items), READ_AT_ONCE):
        part = slice(start, start + READ_AT_ONCE)
        read = [_read(store, caller, item, own_id) for item, own_id in zip(items[part], own_ids[part], strict=True)]
        told += await under_way if under_way else []
        under_way = asyncio.ensure_future(_told_of_each(store, read))
        await asyncio.sleep(0)  # it is written while the next part is read
    told += await under_way if under_way else []
    kept = [one.sent for one in told if isinstance(one, Taken) and one.sent]
    earlier = await store.own_referrals_by_id(caller, {one.earlier for one in kept if one.earlier})
    return [_verdict(store, one, earlier) for one in told]


async def _told_of_each(store: Store, read: Sequence[Demand | Refusal]) -> list[Told]:
    answers = iter(await together(store).ask_each([one for one in read if isinstance(one, Demand)]))
    return [next(answers) if isinstance(one, Demand) else one for one in read]


async def foresee(store: Store, caller: Caller, items: Sequence[Any], *, ids: Sequence[UUID]) -> list[Verdict]:
    """What `take_in` would answer to these now, by the same decisions; nothing is kept."""
    await store.agency_of(caller)
    read = []
    for rank, (item, own_id) in enumerate(zip(items, ids, strict=True)):
        read.append(_read(store, caller, item, own_id))
        if rank % READ_AT_ONCE == 0:
            await asyncio.sleep(0)  # others are answered meanwhile
    answers = iter(await foresee_each(store, [one for one in read if isinstance(one, Demand)]))
    told = [next(answers) if isinstance(one, Demand) else one for one in read]
    new = {one.referral.referral_id: one.referral for one in told if isinstance(one, Taken) and one.sent}
    kept = [one.sent for one in told if isinstance(one, Taken) and one.sent]
    known = await store.own_referrals_by_id(caller, {one.earlier for one in kept if one.earlier})
    return [_verdict(store, one, {**known, **new}) for one in told]


async def take_in_one(store: Store, caller: Caller, body: ReferralRequest, *, own_id: UUID, key: UUID | None) -> Taken:
    """Take in one request that was read. Raises its problem."""
    return await together(store).ask(_demand(store, caller, body, own_id=own_id, key=key))


def _demand(store: Store, caller: Caller, body: ReferralRequest, *, own_id: UUID, key: UUID | None = None) -> Demand:
    """What a request asks for, checked. Raises Invalid. `own_id` is its referral's where it has no external id."""
    on, secret = store.clock.day(body.on), store.persistence.secret
    sender = caller.organisation if caller.kind == "school" else caller.tenant
    referral_id = referral_id_of(secret, sender, body.external_id) if body.external_id is not None else own_id
    details, sent = body.details, Sent(referral_id=referral_id, agency=caller.tenant, **dict(body.file))
    check_file(sent, details, on=on, today=store.clock.today())
    return Demand(
        caller=caller, sent=sent, traits=traits_of(sent.identity, secret), details=details,
        fingerprint=fingerprint_of(fingerprints_key(secret), body), on=on, key=key, unreferenced=body.external_id is None,
    )  # fmt: skip


def _read(store: Store, caller: Caller, item: Any, own_id: UUID) -> Demand | Refusal:
    try:
        body = REQUEST.validate_python(item, from_attributes=True)  # as FastAPI reads a body
        return _demand(store, caller, body, own_id=own_id)
    except ValidationError as error:
        return by_its_form(error.errors(include_url=False), known_names())
    except Invalid as problem:
        return by_a_rule(problem)
    except OverflowError:
        return OUT_OF_RANGE


def _verdict(store: Store, told: Told, earlier: Mapping[UUID, Referral]) -> Verdict:
    if isinstance(told, Refusal):
        return Verdict("refused", refusal=told)
    if isinstance(told, Gone | Invalid | NotFound | Refused):
        return Verdict("refused", refusal=by_a_rule(told))
    if isinstance(told, BaseException):
        raise told
    referral_id, young_id, sent = told.referral.referral_id, told.referral.young_id, told.sent
    if sent is None:
        return Verdict("same", referral_id, young_id)
    warnings = views.warnings_of(earlier.get(sent.earlier) if sent.earlier else None)
    return Verdict("accepted", referral_id, young_id, warnings, tuple(views.missing_of(sent.identity, today=store.clock.today())))


@cache
def known_names() -> frozenset[str]:
    """The names of fields that a refusal may say back."""
    return frozenset(_names_in(REQUEST.json_schema()))


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", ())
    for inner in schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ():
        yield from _names_in(inner)
