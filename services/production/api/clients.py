"""The clients of a school, for its head and office."""

from collections.abc import Sequence

from services.production.api.deps import OFFICE, StoreDep
from services.production.api.schemas import ClientRequest
from services.production.domain.clients import Client
from services.production.views import ClientResponse, show_client
from shared.web.auth import CurrentCaller
from shared.web.idempotency import Idempotency
from shared.web.names import Names
from shared.web.router import Router

router = Router(tags=["clients"], dependencies=[OFFICE])


@router.post("/clients", status_code=201)
async def add_client(body: ClientRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> ClientResponse:
    """Keep a client of one's own school."""
    since = store.clock.day(body.on)
    client = Client(client_id=key.id, school=caller.tenant, since=since, **body.model_dump(exclude={"on"}))
    return (await _shown(store, [await store.clients.add(client, key.fingerprint(body), today=store.clock.today())]))[0]


@router.get("/clients")
async def list_clients(caller: CurrentCaller, store: StoreDep) -> list[ClientResponse]:
    """The clients of one's own school, by name."""
    return await _shown(store, await store.clients.of_school(caller=caller))


async def _shown(store: StoreDep, clients: Sequence[Client]) -> list[ClientResponse]:
    names = Names(await store.catalogue.schools(client.school for client in clients))
    return [show_client(client, names) for client in clients]
