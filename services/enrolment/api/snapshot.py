"""A school's whole present state, with the position after which its stream goes on."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.enrolment import outbound
from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.store import Store
from services.enrolment.store.snapshot import Kept, present_state
from services.enrolment.views import ApplicationResponse, PupilResponse
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router
from shared.web.snapshot import KAFKA_AWAY, ReadingDep, Snapshot

router = Router(tags=["flux"], problems={Forbidden: ()})


class _Kept(BaseModel):
    document: str = Field(description="L’`document` des événements qui en parlent.")
    revision: int = Field(description="Un événement de ce document et de ce jeune qui n’en a pas une plus grande y est déjà.")


class ApplicationInSnapshot(_Kept):
    kind: Literal["application"] = "application"
    application: ApplicationResponse


class PupilInSnapshot(_Kept):
    kind: Literal["pupil"] = "pupil"
    pupil: PupilResponse


Item = Annotated[ApplicationInSnapshot | PupilInSnapshot, Field(discriminator="kind")]


@router.get("/snapshot", dependencies=[require("school:head", "school:office")], responses=KAFKA_AWAY)
async def read_snapshot(caller: CurrentCaller, store: StoreDep, reading: ReadingDep) -> Snapshot[Item]:
    """Each application and each pupil of the school. Keep them all, then follow `GET /stream?since=` the position.

    Nothing is missing in between; an event whose revision is not above that of what is kept is in it already.
    """
    part = await present_state(store, caller.tenant, reading.asked)
    return reading.answer(part, await _shown(store, caller, part.items))


async def _shown(store: Store, caller: Caller, kept: Sequence[Kept]) -> list[Item]:
    applied = [(one.of, one.young_id) for one in kept if isinstance(one.of, Intake)]
    pupils = [one.of for one in kept if isinstance(one.of, Pupil)]
    applications = iter(await shown.applications(store, caller, applied))
    learning = iter(await shown.pupils(store, caller, pupils))
    found: list[Item] = []
    for one in kept:
        revision = outbound.revision(store, one.document, one.sequence)
        if isinstance(one.of, Intake):
            found.append(ApplicationInSnapshot(document=one.document, revision=revision, application=next(applications)))
        else:
            found.append(PupilInSnapshot(document=one.document, revision=revision, pupil=next(learning)))
    return found
