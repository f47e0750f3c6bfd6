"""What spans documents where people come in otherwise than by an offer: on another day, after a CAP, with their school."""

from datetime import date
from uuid import UUID

from services.enrolment import use_cases
from services.enrolment.domain import continuing, dates, entries, places
from services.enrolment.domain import take_over as taking_over
from services.enrolment.domain.enrolment import ACTIVE
from services.enrolment.domain.files import Files
from services.enrolment.domain.intake import Intake, intake_id_of
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.pupils import open_moves, seat_for
from services.enrolment.domain.seats import CHANGE_SEATS
from services.enrolment.domain.statuses import HOLDS_A_SEAT, OPEN, EnrolmentAction
from services.enrolment.domain.visibility import school_of
from services.enrolment.store import Store
from services.enrolment.use_cases.persons import ensure_one_enrolment
from shared.events.message import Message
from shared.kernel.calendar import BirthMonth
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import Refused
from shared.persistence.mongo import Session


async def plan_entry(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, entry_on: date, on: date) -> Intake:
    """Agree on another day of entry, judged for the age that referrals said."""
    intake = await store.intakes.acting(caller).get(intake_id)
    file = use_cases.file_of(await store.files.of(young_id), intake.application(young_id))
    return await store.intakes.acting(caller).decide(
        intake_id, entries.plan_entry, young_id=young_id, entry_on=entry_on, on=on,
        birth_month=file.birth_month, out_of_school=file.out_of_school, programme=await store.programme_of(intake),
    )  # fmt: skip


async def change_dates(store: Store, caller: Caller, *, intake_id: UUID, starts_on: date, closes_on: date, on: date) -> Intake:
    """Begin, and close, an intake on other days; its pupils who are due hear of it from its event."""
    intake = await store.intakes.acting(caller).get(intake_id)
    concerned = [one for one in intake.applications if one.status in OPEN | HOLDS_A_SEAT]
    files = await store.files.of_each(one.young_id for one in concerned)
    said = {one.young_id: file for one in concerned if (file := files.get(one.young_id, Files()).of(one.in_whose_name))}
    started = [
        one.started_on
        for pupil in await store.pupils_in(intake_id)
        for one in pupil.enrolments
        if one.started_on and one.status in ACTIVE and one.years[0].intake_id == intake_id
    ]
    return await store.intakes.acting(caller).decide(
        intake_id, dates.change_dates, starts_on=starts_on, closes_on=closes_on, started=started, on=on,
        birth_months={young_id: file.birth_month for young_id, file in said.items()}, programme=await store.programme_of(intake),
    )  # fmt: skip


async def move_starts(store: Store, intake_id: UUID, *, on: date, cause: Message) -> None:
    """Each pupil who is due in an intake, on its day of entry as it is now: heard late or twice, it ends the same."""
    intake = await store.intakes.acting(SYSTEM).get(intake_id)
    pupils = store.every_pupil.acting(SYSTEM, cause=cause)
    for pupil in await store.pupils_in(intake_id):
        await pupils.decide(pupil.young_id, dates.move_start, intake=intake, on=on)


async def continue_pupil(store: Store, caller: Caller, *, young_id: UUID, intake_id: UUID, on: date) -> Pupil:
    """A former pupil goes on in another programme of the school: a seat and a new enrolment, both or neither."""
    school = school_of(caller)

    async def work(session: Session) -> Pupil:
        own_pupils, intakes = store.pupils.within(session).acting(caller), store.intakes.within(session).acting(caller)
        before = await own_pupils.get(young_id)
        to = await intakes.get(intake_id)
        programme = await store.programme_of(to)
        pupil = await own_pupils.decide(young_id, continuing.continue_in, school=school, to=to, programme=programme, on=on)
        if len(pupil.enrolments) > len(before.enrolments):
            await ensure_one_enrolment(store, young_id, session)
            moves = open_moves(before.last(school), EnrolmentAction.CONTINUE)
            take = seat_for(before, intake_id)
            await intakes.decide(intake_id, take, young_id=young_id, moves=moves, on=on)
        return pupil

    return await store.persistence.transaction(work, young_id, intake_id)


async def take_over(
    store: Store,
    caller: Caller,
    *,
    young_id: UUID,
    fingerprint: str,
    birth_month: BirthMonth,
    school: str,
    programme: str,
    school_year: str,
    year_of_study: int,
    enrolled_on: date,
    started_on: date,
) -> tuple[Pupil, bool]:
    """Take over a pupil who is in a school already, in a seat of an intake that is open there; whether they are new here.

    The same again is the same pupil, whatever became of them since; another demand under the same id is refused (`key_reused`).
    """
    taught = (await store.schools.acting(caller).get(school)).programme(programme)
    intake_id = intake_id_of(school, programme, school_year, year_of_study)

    async def work(session: Session) -> tuple[Pupil, bool]:
        pupils, intakes = store.every_pupil.within(session).acting(caller), store.intakes.within(session).acting(caller)
        known = await pupils.find_one({"_id": str(young_id)})
        intake = await intakes.find_one({"_id": str(intake_id)})
        if intake is None:
            sentence = (
                f"Il n’y a pas de rentrée {school_year} de « {taught.title} » en année {year_of_study} : ouvrez-la d’abord."
            )
            raise Refused("no_such_intake", sentence)
        pupil = await pupils.create_once(
            young_id, fingerprint, taking_over.take_over, young_id=young_id, birth_month=birth_month, intake=intake,
            programme=taught, enrolled_on=enrolled_on, started_on=started_on, today=store.clock.today(),
        )  # fmt: skip
        if known is None:
            await intakes.decide(intake_id, places.take_seat, young_id=young_id, moves=[CHANGE_SEATS], on=enrolled_on)
        return pupil, known is None

    return await store.persistence.transaction(work, young_id, intake_id)
