"""The referral service, put together."""

from services.referral.api import ROUTERS
from services.referral.handlers import HANDLERS
from services.referral.store import Store
from shared.settings import Settings
from shared.web.app import Service, serve


def service(settings: Settings) -> Service[Store]:
    """Referral: its store, its routes, its handlers."""
    return Service("referral", settings, Store, routers=ROUTERS, handlers=HANDLERS)


if __name__ == "__main__":
    serve(service, Settings)
