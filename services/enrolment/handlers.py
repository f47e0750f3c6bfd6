"""What enrolment subscribes to: agencies, referrals and what becomes of them; and itself, to go on and to tell schools."""

from collections.abc import Mapping
from typing import Any, get_args

from services.enrolment import use_cases
from services.enrolment.domain.enrolment import ACTIVE
from services.enrolment.domain.giving_up import decline_given_up
from services.enrolment.domain.places import release_seat
from services.enrolment.domain.withdrawals import withdraw_referral
from services.enrolment.store import Store
from services.enrolment.use_cases import admission, amending, deadlines, handing_back, outbound, persons
from shared.events import TO_SCHOOLS, Event
from shared.events.amendments import ReferralAmended
from shared.events.catalogue import IntakeDatesChanged, SchoolCalendarChanged, SchoolRegistered
from shared.events.corrections import CompletionCorrected, InterruptionCorrected, NoShowCorrected, ReturnCorrected
from shared.events.message import Message
from shared.events.persons import PersonErased, PersonMerged, PersonSplit
from shared.events.referral import AgencyRegistered, ReferralCompleted, ReferralSubmitted, ReferralWithdrawalRequested
from shared.events.students import StudentDidNotStart, StudentEnrolled, StudentGaveUp, StudentInterrupted, StudentResumed
from shared.kernel.calendar import PARIS
from shared.kernel.caller import SYSTEM
from shared.messaging.handlers import Handler, Handlers

DECIDING = Handlers[Store]()
"""What something is decided on."""


@DECIDING.on(AgencyRegistered)
async def agency_registered(store: Store, _event: AgencyRegistered, message: Message) -> None:
    """Keep the agency's public name, for the schools that its referrals reach."""
    await store.agencies.follow(message)


@DECIDING.on(ReferralSubmitted)
async def submitted(store: Store, referral: ReferralSubmitted, message: Message) -> None:
    """Open or join an application in every intake that is wished for, then answer the wishes, once. Of the erased, nothing."""
    if await store.erased.has(referral.young_id):
        await store.settle()
        return
    await use_cases.answer_wishes(store, referral, message, on=message.time.astimezone(PARIS).date())
    if await store.erased.has(referral.young_id):  # since it was asked
        await persons.erase(store, referral.young_id, on=store.clock.today())


@DECIDING.on(PersonMerged, PersonSplit)
async def same_person(store: Store, _event: PersonMerged | PersonSplit, message: Message) -> None:
    """Two are one person, or two again."""
    await store.aliases.follow(message)


@DECIDING.on(PersonErased)
async def erased(store: Store, event: PersonErased, message: Message) -> None:
    """Nothing is kept of them but facts of nobody; heard before what was told of them, that brings nothing back."""
    await persons.erase(store, event.young_id, on=event.on, cause=message)
    await outbound.forget(store, event.young_id, on=event.on)


@DECIDING.on(ReferralAmended)
async def amended(store: Store, referral: ReferralAmended, message: Message) -> None:
    """Ask for what it wishes now, leave what it no longer does, judge anew by the age that it says. Of the erased, nothing."""
    if await store.erased.has(referral.young_id):
        await store.settle()
        return
    await amending.follow(store, referral, message, on=message.time.astimezone(PARIS).date())
    if await store.erased.has(referral.young_id):  # since it was asked
        await persons.erase(store, referral.young_id, on=store.clock.today())


@DECIDING.on(ReferralCompleted)
async def completed(store: Store, _event: ReferralCompleted, message: Message) -> None:
    """A place may be confirmed in its name."""
    await store.files.follow(message)


@DECIDING.on(ReferralWithdrawalRequested)
async def withdrawal_requested(store: Store, event: ReferralWithdrawalRequested, message: Message) -> None:
    """Withdraw what this referral still asks for."""
    intakes = store.intakes.acting(SYSTEM, cause=message)
    for intake in await store.intakes_of(event.young_id):
        await intakes.decide(
            intake.intake_id, withdraw_referral, young_id=event.young_id, referral_id=event.referral_id, on=event.on
        )
    await persons.lapse_transfers(store, event.young_id, referral_id=event.referral_id, on=event.on, cause=message)


Enrolled = StudentEnrolled | StudentResumed | NoShowCorrected | InterruptionCorrected | CompletionCorrected


@DECIDING.on(*get_args(Enrolled))
async def enrolled(store: Store, student: Enrolled, message: Message) -> None:
    """A pupil of one intake, or again, by a correction too: the others need not answer any more."""
    await use_cases.close_open_applications(store, student.young_id, on=student.on, cause=message)
    if await use_cases.is_active(store, student.young_id):
        await persons.lapse_transfers(store, student.young_id, on=student.on, cause=message)
    await handing_back.follow(store, student.young_id, message)


@DECIDING.on(ReturnCorrected)
async def return_corrected(store: Store, student: ReturnCorrected, message: Message) -> None:
    """Who did not come back, after all, is handed back still."""
    await handing_back.follow(store, student.young_id, message)


@DECIDING.on(IntakeDatesChanged)
async def dates_changed(store: Store, event: IntakeDatesChanged, message: Message) -> None:
    """Pupils who are due in it are due on its new first day."""
    await admission.move_starts(store, event.intake_id, on=event.on, cause=message)


@DECIDING.on(SchoolCalendarChanged, SchoolRegistered)
async def open_days_changed(store: Store, event: SchoolCalendarChanged | SchoolRegistered, message: Message) -> None:
    """A school's delays count other days: those of its intakes that still run end accordingly."""
    await deadlines.follow_open_days(store, event.school, on=store.clock.today(), cause=message)


@DECIDING.on(StudentGaveUp)
async def given_up(store: Store, student: StudentGaveUp, message: Message) -> None:
    """A place given up before the start was declined: it is free again."""
    pupil = await store.pupils.acting(SYSTEM).get(student.young_id)
    enrolment = pupil.enrolment(student.enrolment_id)
    assert enrolment is not None
    intakes = store.intakes.acting(SYSTEM, cause=message)
    await intakes.decide(enrolment.now.intake_id, decline_given_up, young_id=student.young_id, on=student.on)


@DECIDING.on(StudentDidNotStart, StudentInterrupted)
async def gone(store: Store, student: StudentDidNotStart | StudentInterrupted, message: Message) -> None:
    """A pupil who did not start, or left: their seat is free again, and a minor is handed back to who referred them.

    Heard late, of one who came back, it concerns nobody.
    """
    pupil = await store.pupils.acting(SYSTEM).get(student.young_id)
    enrolment = pupil.enrolment(student.enrolment_id)
    assert enrolment is not None
    if enrolment.status in ACTIVE:  # coming back waits until the seat that was left has been given back
        await store.settle()
        return
    intakes = store.intakes.acting(SYSTEM, cause=message)
    await intakes.decide(enrolment.now.intake_id, release_seat, young_id=student.young_id, on=student.on)
    await handing_back.follow(store, student.young_id, message)


HANDLERS: Mapping[type[Event], Handler[Store, Any]] = {
    **DECIDING,
    **{event: outbound.telling_school(DECIDING.get(event)) for event in TO_SCHOOLS},
}
"""The same, and all that a school is told of."""
