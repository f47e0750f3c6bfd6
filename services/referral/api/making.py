"""Referrals as they are made: one, or up to two thousand in one request, each with its own verdict; the good ones pass."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.referral import views
from services.referral.api.deps import StoreDep
from services.referral.api.referrals import INVALID, shown
from services.referral.domain.journey import Journey
from services.referral.store import Store
from services.referral.use_cases.intake import Verdict, take_in, take_in_one
from services.referral.use_cases.requests import ReferralRequest
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Gone, Invalid, Refused, TooLarge
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import large_body
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.names import Names
from shared.web.router import Router, responses_for
from shared.web.runtime import runtime

MOST = 2_000
"""Items of a batch."""
MOST_BYTES = 12_000_000
"""Of its body: so many that each say all that may be said, at its longest, take 10."""
LONGEST_ECHO = 200
"""Characters of an external id: what is longer is none."""

router = Router(tags=["orientations"], problems={Forbidden: (), Refused: ("unknown_agency",)})


@router.post(
    "/referrals",
    status_code=201,
    response_model=views.ReferralInFullResponse,
    dependencies=[require("agency")],
    responses=responses_for({Invalid: INVALID, Gone: ()}),
)
async def submit_referral(body: ReferralRequest, caller: CurrentCaller, key: Idempotency, store: StoreDep) -> Response:
    """Refer a young person. The same (agency, external_id) or Idempotency-Key again creates nothing and answers the same."""
    return await _taken_in(store, caller, body, key)


@router.post(
    "/referrals/direct",
    status_code=201,
    response_model=views.ReferralInFullResponse,
    dependencies=[require("school:head", "school:office")],
    responses=responses_for({Invalid: INVALID, Gone: ()}),
)
async def record_direct_application(body: ReferralRequest, caller: CurrentCaller, key: Idempotency, store: StoreDep) -> Response:
    """Record that a family applies to one's school itself: the same vault, rules and answer, of which the school tells them.

    `counsellor` is who follows them at the school, which holds the mandate as whoever refers does; its wishes are its own
    programmes alone.
    """
    return await _taken_in(store, caller, body, key)


async def _taken_in(store: Store, caller: Caller, body: ReferralRequest, key: IdempotencyKey) -> Response:
    taken = await take_in_one(store, caller, body, own_id=key.id, key=key.id if key.given else None)
    if taken.sent is None or taken.sent.earlier:
        return _answer(await shown(store, caller, taken.referral), 201)
    presenter = views.Presenter(taken.agency, {taken.referral.referral_id: taken.sent}, Names(taken.schools), store.clock.today())
    return _answer(presenter.in_full(taken.referral, Journey(young_id=taken.referral.young_id)), 201)  # nothing is told of it yet


def _one_at_least(items: list[Any]) -> list[Any]:
    if not items:
        raise PydanticCustomError("none", "{sentence}", {"sentence": "Un lot porte au moins une orientation."})
    return items


ITEMS: dict[str, Any] = {"items": {"$ref": "#/components/schemas/ReferralRequest"}, "minItems": 1, "maxItems": MOST}


class BatchRequest(BaseModel):
    """Referrals, each as POST /referrals takes it. One that is wrong is refused alone."""

    model_config = ConfigDict(extra="forbid")
    items: Annotated[list[Any], AfterValidator(_one_at_least), Field(json_schema_extra=ITEMS)]


@router.post(
    "/referrals/batch", response_model=views.BatchResponse, dependencies=[require("agency"), large_body(MOST_BYTES)],
    responses=responses_for({TooLarge: ("too_many_items",)}),
)  # fmt: skip
async def submit_batch(
    body: BatchRequest, caller: CurrentCaller, key: Idempotency, store: StoreDep, request: Request
) -> Response:
    """Refer many young people. The good ones pass; the answer says of each, in order, what became of it.

    Sent again, whole or in part, it creates nothing twice: an item is known by its external id; one without, by the batch's
    Idempotency-Key and its rank.
    """
    if len(body.items) > MOST:
        raise TooLarge("too_many_items", "Un lot porte 2 000 orientations au plus : envoyez-en plusieurs.")
    await runtime(request).items.take(caller.organisation, len(body.items))
    ids = [key.of(rank) for rank in range(len(body.items))]
    return _answer(_shown(body.items, await take_in(store, caller, body.items, ids=ids)), 200)


def _answer(answer: BaseModel, status: int) -> Response:
    """As it is: FastAPI would look at each of its fields once more."""
    return Response(answer.model_dump_json(), status, media_type="application/json")


def _shown(items: Sequence[Any], verdicts: Sequence[Verdict]) -> views.BatchResponse:
    count = Counter(verdict.outcome for verdict in verdicts)
    shown = [_of_item(rank, item, one) for rank, (item, one) in enumerate(zip(items, verdicts, strict=True), start=1)]
    return views.BatchResponse(accepted=count["accepted"], same=count["same"], refused=count["refused"], items=shown)


def _of_item(rank: int, item: Any, verdict: Verdict) -> views.AcceptedResponse | views.SameResponse | views.RefusedResponse:
    of: Any = {"rank": rank, "external_id": _echo(item)}
    if verdict.refusal:
        return views.RefusedResponse(**of, **vars(verdict.refusal))
    assert verdict.referral_id
    assert verdict.young_id
    of |= {"referral_id": verdict.referral_id, "young_id": verdict.young_id}
    if verdict.outcome == "same":
        return views.SameResponse(**of)
    return views.AcceptedResponse(**of, warnings=list(verdict.warnings), to_complete=list(verdict.to_complete))


def _echo(item: Any) -> str | None:
    """The reference by which the sender knows an item, as they wrote it; None where it is none."""
    said = item.get("external_id") if isinstance(item, dict) else None
    if not isinstance(said, str) or len(said) > LONGEST_ECHO or any("\ud800" <= sign <= "\udfff" for sign in said):
        return None
    return said
