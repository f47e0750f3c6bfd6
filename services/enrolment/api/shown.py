"""What enrolment answers, with the names of what it mentions: a query for the schools, one for the agencies."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.enrolment import labels, views
from services.enrolment.domain.hand_backs import HandBack
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.late import Awaited, Late
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.transfers import Transfer
from services.enrolment.domain.visibility import school_of, shown_applications
from services.enrolment.store import Store
from services.enrolment.store.lists import Applied
from services.enrolment.views.hand_backs import HandBackResponse, hand_back
from services.enrolment.views.transfers import TransferResponse, schools_in, transfer
from shared.kernel.caller import Caller
from shared.web.names import Names


async def application(
    store: Store, caller: Caller, intake: Intake, young_id: UUID, motive: str | None = None
) -> views.ApplicationResponse:
    """An application as this caller may see it."""
    names = await names_of(store, [intake.school], (one.agency for one in intake.application(young_id).referrals))
    said = (await store.words.of_each([young_id])).get((intake.intake_id, young_id), {})
    return views.application(intake, young_id, caller, names, motive, said)


async def applications(store: Store, caller: Caller, applied: Sequence[Applied]) -> list[views.ApplicationResponse]:
    """These applications as this caller may see them."""
    intakes = {intake.intake_id: intake for intake, _ in applied}.values()
    names = await names_of(store, (one.school for one in intakes), (agency for one in intakes for agency in one.agencies))
    said = await store.words.of_each({young_id for _, young_id in applied})
    return [
        views.application(intake, young_id, caller, names, said=said.get((intake.intake_id, young_id), {}))
        for intake, young_id in applied
    ]


async def applications_to(store: Store, caller: Caller, intake: Intake) -> list[views.ApplicationResponse]:
    """All those to an intake that this caller may see."""
    return await applications(store, caller, [(intake, one.young_id) for one in shown_applications(caller, intake.applications)])


async def late(store: Store, caller: Caller, found: Sequence[tuple[Intake, Late]]) -> list[views.LateResponse]:
    """What a school is late with."""
    names = await names_of(store, (intake.school for intake, _ in found))
    return [views.late(intake, one, caller, names, today=store.clock.today()) for intake, one in found]


async def awaited(store: Store, found: Sequence[tuple[Intake, Awaited]]) -> list[views.AwaitedResponse]:
    """What an agency waits for."""
    names = await names_of(store, (intake.school for intake, _ in found))
    return [views.awaited(intake, one, names) for intake, one in found]


async def seats(store: Store, intakes: Sequence[Intake]) -> list[views.SeatsResponse]:
    """Intakes without persons."""
    names = await names_of(store, (one.school for one in intakes))
    return [views.seats(intake, names) for intake in intakes]


async def pupils(store: Store, caller: Caller, found: Sequence[Pupil]) -> list[views.PupilResponse]:
    """Pupils as a caller sees them."""
    names = await names_of(store, (enrolment.school for pupil in found for enrolment in pupil.enrolments))
    return [views.pupil(pupil, school_of(caller), names) for pupil in found]


async def pupil(store: Store, caller: Caller, found: Pupil) -> views.PupilResponse:
    """A pupil as a caller sees them."""
    return (await pupils(store, caller, [found]))[0]


async def hand_backs(store: Store, found: Sequence[HandBack]) -> list[HandBackResponse]:
    """Minors handed back, as they are today."""
    names = await names_of(store, (one.school for one in found), (one.agency for one in found if one.agency))
    return [hand_back(one, names, today=store.clock.today()) for one in found]


async def transfers(store: Store, found: Sequence[Transfer]) -> list[TransferResponse]:
    """Proposed transfers."""
    names = await names_of(store, schools_in(found), (one.agency for one in found))
    return [transfer(one, names) for one in found]


async def names_of(store: Store, schools: Iterable[str], agencies: Iterable[str] = ()) -> Names:
    """The names of these schools and senders: of a school that sent, that a family applied to it."""
    ids = set(agencies)
    found = await store.schools_named({*schools, *ids})
    direct = {one.school: labels.DIRECT.format(school=one.name) for one in found if one.school in ids}
    return views.names(found, {**direct, **await store.agencies.names(ids)}, on=store.clock.today())
