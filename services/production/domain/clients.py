"""Clients: who orders. They may be persons, so nothing here is ever published."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from shared.events.production import ClientKind
from shared.kernel.identifiers import SiretCode, Slug
from shared.kernel.texts import Line, on_one_line

FreeText = Line
"""Free text that a person wrote: it stays in this service."""
KeptText = Annotated[str, AfterValidator(on_one_line)]
"""The same as it was kept, perhaps by a build that let through what nobody sees: it is shown without, never refused."""


class Client(BaseModel):
    """A client of one school, with its contact as the school wrote it."""

    model_config = ConfigDict(frozen=True)
    client_id: UUID
    school: Slug
    name: KeptText
    kind: ClientKind
    siret: SiretCode | None = None
    contact: KeptText | None = None
    since: date
