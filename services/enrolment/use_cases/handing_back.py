"""Who is handed back, and to whom: what an interruption, a return or a correction leaves to be acknowledged."""

from collections.abc import Sequence
from uuid import UUID

from services.enrolment.domain import hand_backs
from services.enrolment.domain.enrolment import Enrolment
from services.enrolment.domain.hand_backs import TOLD_OF_INTERRUPTIONS, hand_back_id_of, is_interrupted_minor
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.visibility import following
from services.enrolment.store import Store
from shared.events.hand_backs import HandBackEnd
from shared.events.message import Message
from shared.kernel.calendar import PARIS
from shared.kernel.caller import SYSTEM

Due = tuple[Enrolment, str | None]
"""An interrupted enrolment, and an agency that it is handed back to; to none, an administrator finds one."""


async def follow(store: Store, young_id: UUID, message: Message) -> None:
    """Hand back whoever is interrupted now, and end what no longer is so: by what stands, whichever message says it, or when."""
    pupil = await store.find_pupil(young_id)
    if pupil is None:
        return
    on, acting = message.time.astimezone(PARIS).date(), store.hand_backs.acting(SYSTEM, cause=message)
    due = {hand_back_id_of(enrolment, agency): (enrolment, agency) for enrolment, agency in await _due(store, pupil)}
    for known in await store.hand_backs_of(young_id):
        if known.hand_back_id not in due:
            because = _why(pupil, known.enrolment_id)
            await acting.decide(known.hand_back_id, hand_backs.end, because=because, on=on)
    for id, (enrolment, agency) in due.items():
        await acting.create(id, hand_backs.hand_back, pupil=pupil, enrolment=enrolment, agency=agency, on=on)


async def _due(store: Store, pupil: Pupil) -> list[Due]:
    if await store.erased.has(pupil.young_id):
        return []
    interrupted = [one for one in pupil.enrolments if is_interrupted_minor(pupil, one)]
    return [(one, agency) for one in interrupted for agency in await _told(store, pupil.young_id, one)]


async def _told(store: Store, young_id: UUID, enrolment: Enrolment) -> Sequence[str | None]:
    """The agencies that follow a pupil and may be told of an interruption; None, alone, where there is none."""
    intake = await store.intakes.acting(SYSTEM).get(enrolment.years[0].intake_id)
    application = intake.application_of(young_id)
    agencies = following(application) if application else []
    kinds = await store.agencies.kinds(agencies)
    return [one for one in agencies if kinds.get(one) in TOLD_OF_INTERRUPTIONS] or [None]


def _why(pupil: Pupil, enrolment_id: UUID) -> HandBackEnd:
    enrolment = pupil.enrolment(enrolment_id)
    came_back = enrolment and any(step.fact is Fact.RETURN for step in enrolment.presence)
    return HandBackEnd.RESUMED if came_back else HandBackEnd.CORRECTED
