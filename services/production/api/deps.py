"""What a route of production needs: the store, and a caller who may ask."""

from typing import Annotated

from fastapi import Depends

from services.production.domain.order import OFFICE as OFFICE_ROLES
from services.production.store import Store
from shared.web.auth import require
from shared.web.bodies import provided

OFFICE = require(*OFFICE_ROLES)
SCHOOL = require("school")
READERS = require("school", "admin")

StoreDep = Annotated[Store, Depends(provided(Store))]
