"""The reporting service: `python -m services.reporting.main`."""

from services.reporting.api import indicators
from services.reporting.dashboard import pages
from services.reporting.settings import Settings
from services.reporting.store import Store
from shared.settings import Settings as Shared
from shared.web import rebuild
from shared.web.app import Service, serve
from shared.web.pages import static
from shared.web.signin import routes as signin


def service(settings: Shared) -> Service[Store]:
    """Reporting, wired. Its projector reads Kafka, in batches."""
    own = settings if isinstance(settings, Settings) else Settings(**settings.model_dump())
    return Service(
        name="reporting",
        settings=own,
        store=lambda persistence: Store(persistence, own),
        routers=(indicators.router, pages.router, rebuild.router, signin.router, signin.returns, static),
        parked=lambda store: store.projector.parked(),
        reading=lambda store: store.projector.server,
        positions=lambda store: store.projector.positions,
        works=(lambda runtime: runtime.store.projector.run(),),
    )


if __name__ == "__main__":
    serve(service, Settings)
