"""The enrolment service, put together."""

from services.enrolment.api import ROUTERS
from services.enrolment.handlers import HANDLERS
from services.enrolment.jobs import sweep
from services.enrolment.store import Store
from shared.settings import Settings
from shared.web.app import Service, serve
from shared.web.notices.work import notify
from shared.web.webhooks.work import send_to_webhooks


def service(settings: Settings) -> Service[Store]:
    """Enrolment on these settings."""
    return Service(
        "enrolment", settings, Store, routers=ROUTERS, handlers=HANDLERS, sweep=sweep, migrations=lambda store: store.migrations,
        tenant_topics=Store.tenant_topics, works=[send_to_webhooks, notify],
    )  # fmt: skip


if __name__ == "__main__":
    serve(service, Settings)
