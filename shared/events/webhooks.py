"""Events about a tenant's webhooks, told on its own stream."""

from enum import StrEnum
from uuid import UUID

from shared.events.outbound import OutboundEvent
from shared.kernel.strict import Instant


class DisabledCode(StrEnum):
    """Why nothing is sent to a webhook any more: three days of failures, or its receiver said that it is gone (410)."""

    GIVEN_UP = "given_up"
    GONE = "gone"


class WebhookDisabled(OutboundEvent, type="outbound.webhook.disabled.v1", key="webhook_id"):
    """Nothing is sent to this webhook any more, until its tenant enables it again: it then goes on where it stopped."""

    webhook_id: UUID
    code: DisabledCode
    failing_since: Instant
