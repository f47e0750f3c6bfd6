"""Who may ask production for what, and the day that every body may say."""

from typing import Annotated

from fastapi import Depends

from services.production.store import Store
from shared.web.auth import require
from shared.web.bodies import provided

OFFICE = require("school:head", "school:office")
SCHOOL = require("school")


StoreDep = Annotated[Store, Depends(provided(Store))]
