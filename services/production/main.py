"""The production service: `python -m services.production.main`."""

from services.production.api import routers
from services.production.store import Store
from services.production.stream import HANDLERS
from shared.app import Service, serve
from shared.settings import Settings


def service(settings: Settings) -> Service:
    """Production, wired."""
    return Service(name="production", settings=settings, store=Store, routers=routers, hears=HANDLERS)


if __name__ == "__main__":
    serve(service(Settings()))
