"""What spans schools: a refusal for want of a place proposes, to each referral, others that have seats; where it may go on."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Concatenate
from uuid import UUID

from services.enrolment.domain import applications, transfers
from services.enrolment.domain.application import Referring
from services.enrolment.domain.files import File
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.places import Word
from services.enrolment.domain.school import School
from services.enrolment.domain.transfers import Asked, Transfer, TransferStatus, transfer_id_of, without_place
from services.enrolment.domain.wishes import answer_anew
from services.enrolment.store import Store
from services.enrolment.use_cases import is_active
from shared.events.applications import ApplicationIneligible, ApplicationStatus, WishesAnswered
from shared.events.referral import Situation
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.mongo import Session

Answer = Callable[Concatenate[Intake, ...], list[IntakeEvent]]
"""A decision that may refuse an application."""


async def refuse(
    store: Store, caller: Caller, decision: Answer, *, intake_id: UUID, young_id: UUID, on: date, **command: object
) -> Intake:
    """Answer an application; where there is no place, propose others to each of its referrals. Both or neither."""

    async def work(session: Session) -> Intake:
        acting = store.intakes.within(session).acting(caller)
        before = (await acting.get(intake_id)).application(young_id)
        intake = await acting.decide(intake_id, decision, young_id=young_id, on=on, **command)
        if before.status is not ApplicationStatus.REFUSED and not await is_active(store, young_id):
            for referring in without_place(intake.application(young_id)):
                await _propose(store, caller, intake, young_id, referring, on, session)
        return intake

    return await store.persistence.transaction(work, intake_id)


async def accept(store: Store, caller: Caller, *, transfer_id: UUID, intake_id: UUID, word: Word | None, on: date) -> Transfer:
    """Go on in another school, under the same referral: its application is opened there, and its wishes are answered anew."""

    async def work(session: Session) -> Transfer:
        acting = store.transfers.within(session).acting(caller)
        before = await acting.get(transfer_id)
        transfer = await acting.decide(transfer_id, transfers.accept, intake_id=intake_id, word=word, on=on)
        if before.status is TransferStatus.PROPOSED:
            await _open(store, caller, before, intake_id, on, session)
        return transfer

    return await store.persistence.transaction(work, transfer_id, intake_id)


async def _propose(
    store: Store, caller: Caller, intake: Intake, young_id: UUID, referring: Referring, on: date, session: Session
) -> None:
    file = (await store.files.of(young_id)).of(referring.referral_id)
    to = await _with_seats(store, intake, asked_by(referring, young_id, file), file, on) if file else []
    if to:
        acting = store.transfers.within(session).acting(SYSTEM)
        id = transfer_id_of(intake.intake_id, referring.referral_id)
        await acting.create(id, transfers.propose, intake=intake, young_id=young_id, referring=referring, to=to, on=on)


def asked_by(referring: Referring | Transfer, young_id: UUID, file: File) -> Asked:
    """What a referral asks anywhere, by its file."""
    situation = Situation.OUT_OF_SCHOOL if file.out_of_school else Situation.OTHER
    return Asked(
        referral_id=referring.referral_id, young_id=young_id, agency=referring.agency, birth_month=file.birth_month,
        situation=situation,
    )  # fmt: skip


async def _with_seats(store: Store, refused: Intake, asked: Asked, file: File, on: date) -> list[Intake]:
    """Intakes of other schools with a seat for who asks: of the same programme or sector, in the departments that are wished.

    Whoever wished for schools alone is confined to no department. The same programme comes first, then the same department.
    """
    here = await store.schools.acting(SYSTEM).get(refused.school)
    sector = here.programme(refused.programme).sector
    departments = {*file.departments, here.department} if file.departments else None
    found: list[tuple[tuple[bool, bool, date, str], Intake]] = []
    for school in await store.schools_teaching_like(refused.programme, sector, departments):
        if school.school != refused.school:
            for intake in await _open_in(store, school, refused, sector, on):
                if intake.seats_left > 0 and _may_enter(intake, school, asked, on):
                    rank = (intake.programme != refused.programme, school.department != here.department)
                    found.append(((*rank, intake.starts_on, school.school), intake))
    return [intake for _, intake in sorted(found, key=lambda one: one[0])]


async def _open_in(store: Store, school: School, refused: Intake, sector: str, on: date) -> Sequence[Intake]:
    alike = [one for one in school.programmes if one.programme == refused.programme or one.sector == sector]
    year = refused.year_of_study
    found = [await store.next_intake(school.school, one.programme, year_of_study=year, day=on) for one in alike]
    return [intake for intake in found if intake]


def _may_enter(intake: Intake, school: School, asked: Asked, on: date) -> bool:
    """Whether the referral would open an application there, and be examined."""
    decided = applications.apply(intake, referral=asked, programme=school.programme(intake.programme), on=on)
    return bool(decided) and not any(isinstance(one, ApplicationIneligible) for one in decided)


async def _open(store: Store, caller: Caller, transfer: Transfer, intake_id: UUID, on: date, session: Session) -> None:
    young_id = transfer.young_id
    intakes = store.every_intake.within(session).acting(caller)
    to, file = await intakes.get(intake_id), (await store.files.of(young_id)).of(transfer.referral_id)
    gone = await store.erased.has(young_id) or await is_active(store, young_id)
    if gone or file is None or to.seats_left < 1 or on > to.closes_on:
        raise transfers.closed(transfer)
    asked, programme = asked_by(transfer, young_id, file), await store.programme_of(to)
    opened = await intakes.decide(intake_id, applications.apply, referral=asked, programme=programme, transferred=True, on=on)
    application = opened.application_of(young_id)
    if application is None or not application.has_referral(transfer.referral_id):
        raise transfers.closed(transfer)
    wishes = store.wishes.within(session).acting(SYSTEM)
    answered = await wishes.get(transfer.referral_id)
    anew = WishesAnswered(**{**dict(answered), "opened": (*answered.opened, intake_id)}, on=on)
    await wishes.create(transfer.referral_id, answer_anew, event=anew)
