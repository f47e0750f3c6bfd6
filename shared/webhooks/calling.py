"""A webhook called: a message signed under its secrets, and sent to its address."""

from datetime import datetime

from shared.kernel.errors import Invalid
from shared.webhooks.sending import Outcome, Result, Sender
from shared.webhooks.signing import signed
from shared.webhooks.targets import target_of
from shared.webhooks.thin import Item
from shared.webhooks.webhook import Webhook


async def call(sender: Sender, webhook: Webhook, item: Item, *, now: datetime) -> Outcome:
    """Send one message to a webhook. Whatever happens is an outcome."""
    try:
        target = target_of(webhook.url, here=sender.here)
    except Invalid:  # the playground where it was permitted is over
        return Outcome(Result.NOT_PUBLIC)
    headers = signed(item.id, now, item.body, webhook.good_secrets(now))
    return await sender.send(target, headers, item.body.encode(), now=now)
