"""The referral service, put together."""

from functools import partial

from services.referral.api import ROUTERS
from services.referral.handlers import HANDLERS
from services.referral.imports.running import take_in_files
from services.referral.inbound.hearing import hear
from services.referral.jobs import sweep
from services.referral.settings import Settings
from services.referral.store import Store
from services.referral.use_cases import outbound
from shared.settings import Settings as Shared
from shared.web.app import Service, serve
from shared.web.notices.work import notify
from shared.web.webhooks.work import send_to_webhooks


def service(settings: Shared) -> Service[Store]:
    """Referral: its store, its routes, its handlers."""
    own = settings if isinstance(settings, Settings) else Settings(**settings.model_dump())
    sweeping = partial(sweep, kept=own.retention)
    return Service(
        "referral", own, lambda made: Store(made, own.vault_keys), routers=ROUTERS, handlers=HANDLERS, sweep=sweeping,
        migrations=lambda store: [*store.migrations, *outbound.of_an_earlier_build(store)], tenant_topics=Store.tenant_topics,
        works=[hear, send_to_webhooks, notify, take_in_files],
    )  # fmt: skip


if __name__ == "__main__":
    serve(service, Settings)
