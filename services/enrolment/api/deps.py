"""What every request of enrolment has in common."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from services.enrolment.store import Store


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(_store)]


class Dated(BaseModel):
    """A decision and the day it happened: today unless said, never after today."""

    model_config = ConfigDict(extra="forbid")
    on: date | None = None
