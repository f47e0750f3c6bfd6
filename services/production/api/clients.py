"""The clients of a school, for its head and office."""

from fastapi import APIRouter

from services.production.api.deps import OFFICE, Said, StoreDep
from services.production.domain.clients import Client, Words
from shared.events.production import ClientKind
from shared.kernel.identifiers import Siret
from shared.web.auth import CurrentCaller
from shared.web.idempotency import Idempotency

router = APIRouter(tags=["clients"], dependencies=[OFFICE])


class NewClient(Said):
    name: Words
    kind: ClientKind
    siret: Siret | None = None
    contact: Words | None = None


@router.post("/clients", status_code=201)
async def add_a_client(asked: NewClient, once: Idempotency, caller: CurrentCaller, store: StoreDep) -> Client:
    """Keep a client of one's own school."""
    client = Client(
        client_id=once.id, school=caller.tenant, name=asked.name, kind=asked.kind, siret=asked.siret, contact=asked.contact,
        since=store.clock.day(asked.on),
    )  # fmt: skip
    return await store.clients.add(client, once.fingerprint)


@router.get("/clients")
async def the_clients(caller: CurrentCaller, store: StoreDep) -> list[Client]:
    """The clients of one's own school, by name."""
    return await store.clients.of_school(caller=caller)
