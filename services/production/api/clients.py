"""The clients of a school, for its head and office."""

from services.production.api.deps import OFFICE, StoreDep
from services.production.domain.clients import Client, FreeText
from shared.events.production import ClientKind
from shared.kernel.identifiers import Siret
from shared.web.auth import CurrentCaller
from shared.web.bodies import DatedBody
from shared.web.idempotency import Idempotency
from shared.web.router import Router

router = Router(tags=["clients"], dependencies=[OFFICE])


class ClientRequest(DatedBody):
    name: FreeText
    kind: ClientKind
    siret: Siret | None = None
    contact: FreeText | None = None


@router.post("/clients", status_code=201)
async def add_client(body: ClientRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> Client:
    """Keep a client of one's own school."""
    client = Client(
        client_id=key.id, school=caller.tenant, name=body.name, kind=body.kind, siret=body.siret, contact=body.contact,
        since=store.clock.day(body.on),
    )  # fmt: skip
    return await store.clients.add(client, key.fingerprint)


@router.get("/clients")
async def list_clients(caller: CurrentCaller, store: StoreDep) -> list[Client]:
    """The clients of one's own school, by name."""
    return await store.clients.of_school(caller=caller)
