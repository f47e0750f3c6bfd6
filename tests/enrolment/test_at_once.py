"""Many at once, on a real mongod: never more pupils than seats, never two active enrolments for one young person."""

import asyncio
from collections.abc import Coroutine
from datetime import date
from typing import Any

import pytest

from services.enrolment import use_cases
from services.enrolment.domain import applications, places, pupils
from services.enrolment.domain.places import release_seat
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus, Met
from shared.events.catalogue import Promotion
from shared.events.referral import Wish
from shared.events.students import EnrolmentStatus, InterruptionCode, StudentEnrolled
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import Problem
from shared.persistence.repository import Acting, Repository
from tests.enrolment.builders import DEADLINE, MAY, START, a_programme, a_referral
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, offers, refers, starts, status, waits


async def codes(*decisions: Coroutine[Any, Any, Any]) -> list[str | None]:
    """Each answer's code, None for a yes. What is no problem of ours is raised."""

    async def one(work: Coroutine[Any, Any, Any]) -> str | None:
        try:
            await work
        except Problem as error:
            return error.code
        return None

    return await asyncio.gather(*(one(work) for work in decisions))


async def test_of_20_who_confirm_at_once_3_seats_make_3_pupils(store: Store) -> None:
    intake = await intake_opens(store, seats=3)
    referrals = [a_referral() for _ in range(20)]
    for referral in referrals:
        await refers(store, referral)
        admit: dict[str, Any] = {"young_id": referral.young_id, "met": Met.INTERVIEW, "on": MAY}
        await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.admit, **admit)

    async def offer_and_confirm(young_id: Any) -> None:
        offer: dict[str, Any] = {"young_id": young_id, "until": DEADLINE, "on": MAY}
        await store.intakes.acting(ADMIN).decide(intake.intake_id, places.offer, **offer)
        await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=young_id, on=MAY)

    answers = await codes(*(offer_and_confirm(referral.young_id) for referral in referrals))
    assert sorted(map(str, answers)) == ["None"] * 3 + ["no_place"] * 17
    assert await store.pupils.acting(SYSTEM).count({}) == 3
    assert (await store.intakes.acting(SYSTEM).get(intake.intake_id)).seats_taken == 3


async def test_one_young_person_confirmed_in_two_schools_at_once_enrols_in_one(store: Store) -> None:
    here, there = await intake_opens(store, seats=50), await intake_opens(store, seats=50, school="chalon")
    for _ in range(5):
        referral = a_referral(wishes=tuple(Wish(school=school, programme="usinage") for school in ("besancon", "chalon")))
        await refers(store, referral)
        for intake in (here, there):
            await offers(store, intake, referral.young_id)
        confirm: dict[str, Any] = {"young_id": referral.young_id, "on": MAY}
        answers = await codes(*(use_cases.confirm(store, ADMIN, intake_id=i.intake_id, **confirm) for i in (here, there)))
        assert sorted(map(str, answers)) == ["None", "already_enrolled"]
        held = [await status(store, intake, referral.young_id) for intake in (here, there)]
        assert sorted(map(str, held)) == ["enrolled", "offered"]
        assert [type(event) for event in await events_of(store.pupils, referral.young_id)] == [StudentEnrolled]


async def test_a_confirmation_repeated_at_once_is_one(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await offers(store, intake, referral.young_id)
    confirm: dict[str, Any] = {"intake_id": intake.intake_id, "young_id": referral.young_id, "on": MAY}
    assert await codes(*(use_cases.confirm(store, ADMIN, **confirm) for _ in range(6))) == [None] * 6
    assert [type(event) for event in await events_of(store.pupils, referral.young_id)] == [StudentEnrolled]
    names = [type(event).__name__ for event in await events_of(store.intakes, intake.intake_id)]
    assert names.count("PlaceConfirmed") == 1


async def test_a_place_confirmed_and_declined_at_once_is_one_or_the_other(store: Store) -> None:
    intake = await intake_opens(store, seats=50)
    for _ in range(20):
        referral = a_referral()
        await refers(store, referral)
        await offers(store, intake, referral.young_id)
        fields: dict[str, Any] = {"young_id": referral.young_id, "on": MAY}
        await codes(
            use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, **fields),
            store.intakes.acting(ADMIN).decide(intake.intake_id, places.decline, **fields),
        )
        is_pupil = await store.pupils.acting(SYSTEM).count({"_id": str(referral.young_id)}) == 1
        assert is_pupil == (await status(store, intake, referral.young_id) is ApplicationStatus.ENROLLED)


async def test_who_moves_up_and_leaves_at_once_holds_a_seat_only_where_they_are(store: Store) -> None:
    first = await intake_opens(store, seats=50)
    second = await intake_opens(store, seats=50, school_year="2026-2027", year_of_study=2)
    day = date(2026, 9, 1)
    for _ in range(12):
        referral = a_referral()
        await refers(store, referral)
        await enrols(store, first, referral.young_id)
        await starts(store, referral.young_id)
        leave: dict[str, Any] = {"school": None, "code": InterruptionCode.MOVED, "on": day}
        young_id = referral.young_id
        await codes(
            use_cases.move(store, ADMIN, pupils.move_up, young_id=young_id, intake_id=second.intake_id, on=day),
            store.pupils.acting(ADMIN).decide(young_id, pupils.interrupt, **leave),
        )
        moved = (await store.pupils.acting(SYSTEM).get(young_id)).last().now.intake_id == second.intake_id
        assert moved == (await status(store, second, young_id) is ApplicationStatus.ENROLLED)


class CutShort(Exception):
    """The process is killed, say."""


def dying(documents: Repository[Any, Any], method: str) -> Repository[Any, Any]:
    """The same documents, but the process dies once they are written, before the transaction is committed."""
    acting = documents.acting

    def acting_then_dying(*args: Any, **options: Any) -> Acting[Any, Any]:
        bound = acting(*args, **options)
        write = getattr(bound, method)

        async def write_then_die(*args: Any, **command: Any) -> None:
            await write(*args, **command)
            raise CutShort

        setattr(bound, method, write_then_die)
        return bound

    documents.acting = acting_then_dying  # type: ignore[method-assign]
    return documents


async def test_a_confirmation_cut_short_leaves_neither_a_seat_taken_nor_a_pupil(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await offers(store, intake, referral.young_id)
    within = store.every_pupil.within
    store.every_pupil.within = lambda session: dying(within(session), "create")  # type: ignore[method-assign]
    with pytest.raises(CutShort):
        await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=referral.young_id, on=MAY)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.OFFERED
    assert await store.pupils.acting(SYSTEM).count({}) == 0


async def test_a_move_cut_short_leaves_the_pupil_where_they_were(store: Store) -> None:
    first = await intake_opens(store)
    second = await intake_opens(store, school_year="2026-2027", year_of_study=2)
    referral, day = a_referral(), date(2026, 9, 1)
    await refers(store, referral)
    await enrols(store, first, referral.young_id)
    await starts(store, referral.young_id)
    within = store.intakes.within
    store.intakes.within = lambda session: dying(within(session), "decide")  # type: ignore[method-assign]
    move: dict[str, Any] = {"young_id": referral.young_id, "intake_id": second.intake_id, "on": day}
    with pytest.raises(CutShort):
        await use_cases.move(store, ADMIN, pupils.move_up, **move)
    assert await status(store, second, referral.young_id) is None
    assert (await store.pupils.acting(SYSTEM).get(referral.young_id)).last().now.intake_id == first.intake_id


async def test_a_refused_enrolment_leaves_the_intake_as_it_was(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    referral = a_referral(wishes=tuple(Wish(school=school, programme="usinage") for school in ("besancon", "chalon")))
    await refers(store, referral)
    await offers(store, there, referral.young_id)
    await enrols(store, here, referral.young_id)
    before = await store.intakes.collection.find_one({"_id": str(there.intake_id)})
    confirm = use_cases.confirm(store, ADMIN, intake_id=there.intake_id, young_id=referral.young_id, on=MAY)
    assert await codes(confirm) == ["already_enrolled"]
    assert await store.intakes.collection.find_one({"_id": str(there.intake_id)}) == before


async def test_those_who_move_up_at_once_never_outnumber_the_seats(store: Store) -> None:
    first = await intake_opens(store, seats=6)
    second = await intake_opens(store, seats=2, school_year="2026-2027", year_of_study=2)
    referrals = [a_referral() for _ in range(6)]
    for referral in referrals:
        await refers(store, referral)
        await enrols(store, first, referral.young_id)
        await starts(store, referral.young_id)
    move: dict[str, Any] = {"intake_id": second.intake_id, "on": date(2026, 9, 1)}
    answers = await codes(*(use_cases.move(store, ADMIN, pupils.move_up, young_id=one.young_id, **move) for one in referrals))
    assert sorted(map(str, answers)) == ["None"] * 2 + ["no_place"] * 4
    moved = await store.pupils.acting(SYSTEM).count({"state.enrolments.years.intake_id": str(second.intake_id)})
    assert (moved, (await store.intakes.acting(SYSTEM).get(second.intake_id)).seats_taken) == (2, 2)
    assert (await store.intakes.acting(SYSTEM).get(first.intake_id)).seats_taken == 6


async def test_a_change_of_programme_in_the_year_frees_the_seat_left_behind(store: Store) -> None:
    before = await intake_opens(store, seats=1)
    cooking = a_programme(programme="restauration", sector="restauration")
    after = await intake_opens(store, seats=1, programme=cooking)
    referral = a_referral()
    await refers(store, referral)
    await enrols(store, before, referral.young_id)
    await starts(store, referral.young_id)
    for _ in range(2):
        move: dict[str, Any] = {"young_id": referral.young_id, "intake_id": after.intake_id, "on": START}
        await use_cases.move(store, ADMIN, pupils.change_programme, **move)
    assert await status(store, before, referral.young_id) is ApplicationStatus.RELEASED
    assert await status(store, after, referral.young_id) is ApplicationStatus.ENROLLED
    place = await store.pupils.acting(SYSTEM).get(referral.young_id)
    assert (place.last().status, place.last().now.programme) == (EnrolmentStatus.PRESENT, "restauration")


@pytest.mark.parametrize("has_started", [True, False])
async def test_a_change_to_next_years_programme_frees_the_seat_of_who_had_not_started(store: Store, has_started: bool) -> None:
    before = await intake_opens(store, seats=1, promotion=Promotion.AUTOMATIC)
    cooking = a_programme(programme="restauration", sector="restauration")
    after = await intake_opens(store, programme=cooking, school_year="2026-2027")
    pupil, waiting = a_referral(), a_referral()
    for referral in (pupil, waiting):
        await refers(store, referral)
    await enrols(store, before, pupil.young_id)
    await waits(store, before, waiting.young_id)
    if has_started:
        await starts(store, pupil.young_id)
    move: dict[str, Any] = {"young_id": pupil.young_id, "intake_id": after.intake_id, "on": START}
    await use_cases.move(store, ADMIN, pupils.change_programme, **move)
    seats = [await status(store, before, one.young_id) for one in (pupil, waiting)]
    assert seats == (
        [ApplicationStatus.ENROLLED, ApplicationStatus.WAITLISTED]
        if has_started
        else [ApplicationStatus.RELEASED, ApplicationStatus.OFFERED]
    )


async def test_who_comes_back_and_who_is_offered_the_seat_at_once_do_not_both_get_it(store: Store) -> None:
    intake = await intake_opens(store, seats=1)
    pupil, other = a_referral(), a_referral()
    await refers(store, pupil)
    await refers(store, other)
    await enrols(store, intake, pupil.young_id)
    await starts(store, pupil.young_id)
    leave: dict[str, Any] = {"school": None, "code": InterruptionCode.MOVED, "on": START}
    await store.pupils.acting(ADMIN).decide(pupil.young_id, pupils.interrupt, **leave)
    await store.intakes.acting(ADMIN).decide(intake.intake_id, release_seat, young_id=pupil.young_id, on=START)
    answers = await codes(
        use_cases.resume(store, ADMIN, young_id=pupil.young_id, on=START), offers(store, intake, other.young_id)
    )
    assert sorted(map(str, answers)) == ["None", "no_place"]
    assert (await store.intakes.acting(SYSTEM).get(intake.intake_id)).seats_taken == 1
