"""The production service: `python -m services.production.main`."""

from services.production.api import ROUTERS
from services.production.handlers import HANDLERS
from services.production.jobs import sweep
from services.production.store import Store
from shared.settings import Settings
from shared.web.app import Service, serve


def service(settings: Settings) -> Service[Store]:
    """Production, wired."""
    return Service(
        name="production",
        settings=settings,
        store=Store,
        routers=ROUTERS,
        handlers=HANDLERS,
        sweep=sweep,
        migrations=lambda store: store.migrations,
    )


if __name__ == "__main__":
    serve(service, Settings)
