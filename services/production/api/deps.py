"""Who may ask production for what, and the day that every body may say."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.production.store import Store
from shared.web.auth import require

OFFICE = require("school:head", "school:office")
SCHOOL = require("school")


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(_store)]


class Said(BaseModel):
    """A body that says the day it happened."""

    model_config = ConfigDict(extra="forbid")
    on: date | None = Field(default=None, description="Le jour où cela s'est passé ; aujourd'hui s'il n'est pas dit.")
