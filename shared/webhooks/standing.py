"""What a tenant was told of its webhooks' standing: that one was disabled, once each time."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.events.webhooks import DisabledCode, WebhookDisabled
from shared.kernel.aggregate import Aggregate
from shared.kernel.caller import Caller, TenantFilter
from shared.kernel.identifiers import Slug


class Standing(BaseModel):
    """A webhook as its tenant heard of it last."""

    model_config = ConfigDict(frozen=True)
    webhook_id: UUID
    tenant: Slug
    failing_since: AwareDatetime


def disable(
    standing: Standing | None, *, webhook_id: UUID, tenant: Slug, code: DisabledCode, failing_since: datetime, on: date
) -> Sequence[WebhookDisabled]:
    """Tell that a webhook is disabled. The same failure is told once."""
    if standing and standing.failing_since == failing_since:
        return []
    return [WebhookDisabled(tenant=tenant, webhook_id=webhook_id, code=code, failing_since=failing_since, on=on)]


def evolve(_standing: Standing | None, event: WebhookDisabled) -> Standing:
    """What was told last."""
    return Standing(webhook_id=event.webhook_id, tenant=event.tenant, failing_since=event.failing_since)


def own_webhooks(caller: Caller) -> TenantFilter:
    """A tenant sees its own."""
    return {"tenant": caller.tenant} if caller.tenant else None


STANDINGS = Aggregate("webhook_standings", Standing, evolve, visible_to=own_webhooks)
