"""A school's whole present state, with the position after which its stream goes on."""

from collections.abc import Sequence
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, Field

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.domain.hand_backs import HandBack
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.transfers import Transfer
from services.enrolment.store import Store
from services.enrolment.store.snapshot import Kept, present_state
from services.enrolment.use_cases import outbound
from services.enrolment.views import ApplicationResponse, PupilResponse
from services.enrolment.views.hand_backs import HandBackResponse
from services.enrolment.views.transfers import TransferResponse
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


class HandBackInSnapshot(_Kept):
    kind: Literal["hand_back"] = "hand_back"
    hand_back: HandBackResponse


class TransferInSnapshot(_Kept):
    kind: Literal["transfer"] = "transfer"
    transfer: TransferResponse


Item = Annotated[ApplicationInSnapshot | PupilInSnapshot | HandBackInSnapshot | TransferInSnapshot, Field(discriminator="kind")]


@router.get("/snapshot", dependencies=[require("school:head", "school:office")], responses=KAFKA_AWAY)
async def read_snapshot(caller: CurrentCaller, store: StoreDep, reading: ReadingDep) -> Snapshot[Item]:
    """Each application, pupil, hand-back, transfer of the school. Keep them, then follow `GET /stream?since=` the position.

    Nothing is missing in between; an event whose revision is not above that of what is kept is in it already.
    """
    part = await present_state(store, caller.tenant, reading.asked)
    return reading.answer(part, await _shown(store, caller, part.items))


async def _shown(store: Store, caller: Caller, kept: Sequence[Kept]) -> list[Item]:
    applied = [(one.of, one.young_id) for one in kept if isinstance(one.of, Intake)]
    applications = iter(await shown.applications(store, caller, applied))
    pupils = iter(await shown.pupils(store, caller, [one.of for one in kept if isinstance(one.of, Pupil)]))
    hand_backs = iter(await shown.hand_backs(store, [one.of for one in kept if isinstance(one.of, HandBack)]))
    transfers = iter(await shown.transfers(store, [one.of for one in kept if isinstance(one.of, Transfer)]))
    found: list[Item] = []
    for one in kept:
        revision = outbound.revision(store, one.document, one.sequence)
        match one.of:
            case Intake():
                found.append(ApplicationInSnapshot(document=one.document, revision=revision, application=next(applications)))
            case Pupil():
                found.append(PupilInSnapshot(document=one.document, revision=revision, pupil=next(pupils)))
            case HandBack():
                found.append(HandBackInSnapshot(document=one.document, revision=revision, hand_back=next(hand_backs)))
            case Transfer():
                found.append(TransferInSnapshot(document=one.document, revision=revision, transfer=next(transfers)))
            case _:
                assert_never(one.of)
    return found
