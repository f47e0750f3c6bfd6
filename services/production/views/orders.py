"""Clients and orders, with the names and the French that their school reads."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.clients import Client, KeptText
from services.production.domain.order import ORDER, CreditNote, Order, OrderStatus
from shared.events.production import CancellationCode, ClientKind
from shared.kernel.identifiers import SiretCode
from shared.web.names import Names, SchoolResponse


class ClientResponse(BaseModel):
    """A client, as its school wrote it."""

    client_id: UUID
    school: SchoolResponse
    name: KeptText
    kind: ClientKind
    siret: SiretCode | None
    contact: KeptText | None
    since: date


class OrderResponse(BaseModel):
    """An order, with its free text and its status in French. `steps` gives the day of each status it went through.

    `number` is that of the invoice that stands, if one does, and `invoiced_cents` what it still asks for.
    """

    order_id: UUID
    school: SchoolResponse
    client_id: UUID
    client_kind: ClientKind
    title: KeptText
    status: OrderStatus
    status_label: str
    steps: Mapping[OrderStatus, date]
    amount_cents: int | None
    due_on: date | None
    number: str | None
    invoiced_cents: int
    credit_notes: tuple[CreditNote, ...]
    corrected_on: date | None
    cancelled_because: CancellationCode | None


def show_client(client: Client, names: Names) -> ClientResponse:
    """A client, with its school's name."""
    return ClientResponse(**{**dict(client), "school": names.school(client.school)})


def show_order(order: Order, titles: Mapping[UUID, str], names: Names) -> OrderResponse:
    """An order, with its title out of these and its school's name."""
    fields = {
        **dict(order),
        "school": names.school(order.school),
        "title": titles.get(order.order_id, ""),
        "invoiced_cents": order.left_cents,
    }
    return OrderResponse(**fields, status_label=ORDER.labels.statuses[order.status])
