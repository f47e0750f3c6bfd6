"""The clients of a school: kept by its head and office, read by its workshop too."""

from collections.abc import Sequence

from services.production.api.deps import OFFICE, SCHOOL, StoreDep
from services.production.api.schemas import ClientRequest
from services.production.domain.clients import Client
from services.production.domain.visibility import reads_contacts
from services.production.views import ClientResponse, show_client
from shared.kernel.caller import Caller
from shared.web.auth import CurrentCaller
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.names import Names
from shared.web.router import Router

router = Router(tags=["clients"])


@router.post("/clients", status_code=201, dependencies=[OFFICE])
async def add_client(body: ClientRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> ClientResponse:
    """Keep a client of one's own school."""
    since = store.clock.day(body.on)
    client = Client(client_id=key.id, school=caller.tenant, since=since, **body.model_dump(exclude={"on"}))
    kept = await store.clients.add(client, key.fingerprint(body), today=store.clock.today())
    return (await _shown(store, caller, [kept]))[0]


@router.get("/clients", dependencies=[SCHOOL])
async def list_clients(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[ClientResponse]:
    """The clients of one's own school, by name; for its workshop, without whom to ask for."""
    part = await store.clients.of_school(paging.asked, caller=caller)
    return paging.page(part, await _shown(store, caller, part.items))


async def _shown(store: StoreDep, caller: Caller, clients: Sequence[Client]) -> list[ClientResponse]:
    names = Names(await store.catalogue.schools(client.school for client in clients))
    shown = clients if reads_contacts(caller) else [client.model_copy(update={"contact": None}) for client in clients]
    return [show_client(client, names) for client in shown]
