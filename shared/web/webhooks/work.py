"""The work of a service that sends to its tenants' webhooks, put together from what the process holds."""

from datetime import timedelta
from functools import partial
from typing import Any

from shared.kernel.clock import real_now
from shared.kernel.retry import until_answered
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, brokers_of
from shared.messaging.tenant_topic import TELLERS, TenantTopic, position_at
from shared.messaging.topics import outbound
from shared.persistence.lease import Lease
from shared.web.runtime import Runtime
from shared.webhooks.calling import call
from shared.webhooks.delivery import Delivery
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.sending import Outcome
from shared.webhooks.thin import Item, Tenant
from shared.webhooks.waits import Waits
from shared.webhooks.webhook import Start, Webhook


async def send_to_webhooks(here: Runtime[Any]) -> None:
    """Send to every webhook of this service's tenants, until cancelled."""
    holder = f"{here.persistence.producer}-{here.settings.instance}"
    lease = Lease(here.persistence.database, "webhooks", holder)
    endpoint = partial(_endpoint, here, brokers_of(here.settings))
    await Delivery(here.store.webhooks, lease, endpoint, now=real_now, max_backoff=here.settings.max_backoff).run()


def _endpoint(here: Runtime[Any], brokers: Brokers, webhook: Webhook, term: int) -> Endpoint:
    settings, teller = here.settings, here.persistence.producer
    kind: Tenant = "agency" if teller == TELLERS["agency"] else "school"
    topic = TenantTopic(outbound(webhook.tenant), teller)

    async def send(webhook: Webhook, item: Item) -> Outcome:
        return await call(here.sender, webhook, item, now=real_now())

    return Endpoint(
        webhook, kind,
        begin=partial(_begin, brokers, topic, settings.max_backoff), follow=partial(here.tenant_topics.follow, topic), send=send,
        keeping=here.store.webhooks, term=term, now=real_now, max_backoff=settings.max_backoff, at_once=settings.webhooks_at_once,
        waits=Waits(settings.webhooks_first_wait, timedelta(hours=settings.webhooks_give_up_hours)),
    )  # fmt: skip


async def _begin(brokers: Brokers, topic: TenantTopic, max_backoff: float, start: Start) -> int:
    """The position after which comes what is to be sent, once there is such a topic and Kafka says."""
    found = await until_answered(
        partial(position_at, brokers, topic, start.instant), on=lambda error: isinstance(error, KAFKA_ERRORS), limit=max_backoff
    )
    return found if start.known is None else min(found, start.known)
