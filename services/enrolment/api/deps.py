"""What every request of enrolment has in common."""

from typing import Annotated

from fastapi import Depends

from services.enrolment.store import Store
from shared.web.bodies import provided

StoreDep = Annotated[Store, Depends(provided(Store))]
