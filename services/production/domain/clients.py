"""Clients: who orders. They may be persons, so nothing here is ever published."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.production import ClientKind
from shared.kernel.identifiers import SiretCode, Slug
from shared.kernel.texts import Line

FreeText = Line
"""Free text that a person wrote: it stays in this service."""


class Client(BaseModel):
    """A client of one school, with its contact as the school wrote it."""

    model_config = ConfigDict(frozen=True)
    client_id: UUID
    school: Slug
    name: FreeText
    kind: ClientKind
    siret: SiretCode | None = None
    contact: FreeText | None = None
    since: date
