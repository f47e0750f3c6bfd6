"""Routes of webhooks: set up, tried, changed, replayed, by those who may bind their organisation to another's server."""

import os
import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from shared.kernel.calendar import PARIS
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock, real_now
from shared.kernel.errors import Forbidden, Invalid, NotFound, Refused
from shared.messaging.tenant_topic import TELLERS
from shared.persistence.keyset import part_of
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.rates import Rate
from shared.web.router import Router
from shared.web.runtime import runtime
from shared.web.webhooks import schemas
from shared.web.webhooks.schemas import (
    AttemptResponse,
    ReplayRequest,
    RollRequest,
    SecretResponse,
    TrialResponse,
    WebhookRequest,
    WebhookResponse,
)
from shared.webhooks.attempts import attempt_of
from shared.webhooks.calling import call
from shared.webhooks.sending import Sender
from shared.webhooks.signing import SECRET_BYTES, secret_of
from shared.webhooks.store import Webhooks
from shared.webhooks.targets import REFUSED, ensure_leads_outside, target_of
from shared.webhooks.thin import trial_of
from shared.webhooks.webhook import Start

KEPT_DAYS = 30
"""How long a tenant's topic keeps what it was told."""
ONE = "/webhooks/{webhook_id}"
TRIALS = Rate(20)
"""A minute, of one tenant: a trial is a call to somebody's server for the asking."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def at_home(request: Request, caller: CurrentCaller) -> Caller:
    """The caller, at the service that tells what their organisation is told. Others get 403."""
    home = TELLERS.get(caller.kind)
    if home != runtime(request).persistence.producer:
        raise Forbidden(f"Les webhooks de votre organisation se déclarent auprès du service {home}.")
    return caller


def _webhooks(request: Request) -> Webhooks:
    found = runtime(request).store.webhooks
    assert isinstance(found, Webhooks)
    return found


def _sender(request: Request) -> Sender:
    return runtime(request).sender


Home = Annotated[Caller, Depends(at_home)]
WebhooksDep = Annotated[Webhooks, Depends(_webhooks)]
SenderDep = Annotated[Sender, Depends(_sender)]
router = Router(
    tags=["webhooks"],
    dependencies=[require("agency:manager", "school:head")],
    problems={Refused: ("too_many_webhooks", "webhook_exists"), Invalid: (REFUSED,), NotFound: ()},
)


@router.post("/webhooks", status_code=201)
async def register_webhook(
    request: Request, body: WebhookRequest, caller: Home, webhooks: WebhooksDep, sender: SenderDep
) -> SecretResponse:
    """Have what this organisation is told from now on sent to an address. Its secret is shown this once."""
    await ensure_leads_outside(target_of(body.url, here=sender.here), sender.resolve, here=sender.here)
    most, now = runtime(request).settings.webhooks_per_tenant, real_now()
    made = await webhooks.register(caller.tenant, uuid.uuid4(), body.url, _new_secret(), most=most, now=now)
    return schemas.shown_once(made, now)


@router.get("/webhooks")
async def list_webhooks(caller: Home, webhooks: WebhooksDep, paging: PagingDep) -> Page[WebhookResponse]:
    """The webhooks of this organisation, how each is, since when, and what to do."""
    part = part_of(await webhooks.of(caller.tenant), lambda one: [one.registered_at.isoformat(), one.id], paging.asked)
    return paging.page(part, [schemas.shown(one, real_now()) for one in part.items])


@router.get(ONE)
async def read_webhook(webhook_id: UUID, caller: Home, webhooks: WebhooksDep) -> WebhookResponse:
    """One of them."""
    return schemas.shown(await webhooks.get(caller.tenant, webhook_id), real_now())


@router.put(ONE)
async def change_webhook(
    webhook_id: UUID, body: WebhookRequest, caller: Home, webhooks: WebhooksDep, sender: SenderDep
) -> WebhookResponse:
    """Send to another address from now on. Its secrets and its place stay."""
    await ensure_leads_outside(target_of(body.url, here=sender.here), sender.resolve, here=sender.here)
    return schemas.shown(await webhooks.move(caller.tenant, webhook_id, body.url), real_now())


@router.delete(ONE)
async def delete_webhook(webhook_id: UUID, caller: Home, webhooks: WebhooksDep) -> WebhookResponse:
    """Send nothing more, and forget what was tried. The answer is the last that is known of it."""
    return schemas.shown(await webhooks.delete(caller.tenant, webhook_id), real_now())


@router.post(f"{ONE}/test")
async def try_webhook(webhook_id: UUID, caller: Home, webhooks: WebhooksDep, sender: SenderDep) -> TrialResponse:
    """Send a word of trial now, signed as any other, and say what was answered. Also where it is disabled."""
    webhook, now = await webhooks.get(caller.tenant, webhook_id), real_now()
    await TRIALS.take(caller.organisation)
    item = trial_of(str(uuid.uuid4()), webhook.id, now)
    outcome = await call(sender, webhook, item, now=now)
    await webhooks.keep_attempts(webhook, [attempt_of(item, outcome, now)])
    return schemas.shown_trial(outcome)


@router.post(f"{ONE}/secret")
async def roll_secret(webhook_id: UUID, caller: Home, webhooks: WebhooksDep, body: RollRequest | None = None) -> SecretResponse:
    """Sign with a new secret, shown this once; the former signs beside it for a while, so that receivers can follow."""
    keep, now = timedelta(hours=(body or RollRequest()).keep_hours), real_now()
    return schemas.shown_once(await webhooks.roll(caller.tenant, webhook_id, _new_secret(), keep=keep, now=now), now)


@router.post(f"{ONE}/replay", status_code=202)
async def replay_webhook(
    request: Request, webhook_id: UUID, body: ReplayRequest, caller: Home, webhooks: WebhooksDep
) -> WebhookResponse:
    """Send again all that was told from a day on, under the same ids; then what follows."""
    start = _start_of(body, runtime(request).persistence.clock)
    return schemas.shown(await webhooks.replay(caller.tenant, webhook_id, start), real_now())


@router.post(f"{ONE}/enable")
async def enable_webhook(webhook_id: UUID, caller: Home, webhooks: WebhooksDep) -> WebhookResponse:
    """Go on sending, from where it stopped. Enabling one that is not disabled changes nothing."""
    return schemas.shown(await webhooks.enable(caller.tenant, webhook_id), real_now())


@router.get(f"{ONE}/attempts")
async def list_attempts(webhook_id: UUID, caller: Home, webhooks: WebhooksDep, paging: PagingDep) -> Page[AttemptResponse]:
    """What was sent to it in the last seven days and what was answered, the latest first."""
    webhook = await webhooks.get(caller.tenant, webhook_id)
    part = await webhooks.attempts.part(webhook.id, paging.asked)
    return paging.page(part, map(schemas.shown_attempt, part.items))


def _new_secret() -> str:
    return secret_of(os.urandom(SECRET_BYTES))


def _start_of(body: ReplayRequest, clock: Clock) -> Start:
    """Where a replay begins. Kafka dates what it keeps by the real clock: under a simulated one, all of it is looked through."""
    first = clock.day(body.since)
    if first < clock.today() - timedelta(days=KEPT_DAYS):
        raise Invalid("too_long_ago", "Rien n’est gardé plus de trente jours : relisez tout votre état (GET /snapshot).")
    morning = datetime.combine(first, time(), PARIS).astimezone(UTC)
    return Start(BEGINNING, told_since=morning) if clock.simulated else Start(morning)
