"""What enrolment makes of what it hears, on a real database: once, however often it hears it."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from services.enrolment import handlers
from services.enrolment.domain import applications
from services.enrolment.domain.intake import Intake
from services.enrolment.store import Store
from shared.events.applications import (
    ApplicationLeft,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    Unopened,
    UnopenedCode,
    WishesAnswered,
)
from shared.events.referral import ReferralSubmitted, ReferralWithdrawalRequested, RefusalCode, Wish
from shared.events.students import StudentEnrolled
from shared.kernel.caller import SYSTEM
from shared.persistence.transaction import Persistence
from tests.enrolment.builders import MAY, a_message, a_programme, a_referral, fields_of, referral_message
from tests.enrolment.drivers import ADMIN, enrols, events_of, held_and_waiting, intake_opens, offers, refers, school_opens, status


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every document as it is stored."""
    names = ("schools", "intakes", "places", "wishes", "grants")
    return {name: await store.database[name].find(sort=["_id"]) for name in names}


async def test_a_referral_opens_its_wishes_then_is_answered_once(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    events = await events_of(store.intakes, intake.intake_id)
    assert events[1:] == [
        ApplicationOpened(
            **fields_of(intake, referral.young_id), referral_id=referral.referral_id, agency="cio-dole", school_year="2025-2026",
            priority=2,
        ),
        ApplicationUnderReview(**fields_of(intake, referral.young_id)),
    ]  # fmt: skip
    assert await events_of(store.wishes, referral.referral_id) == [
        WishesAnswered(
            referral_id=referral.referral_id, young_id=referral.young_id, agency="cio-dole", opened=(intake.intake_id,), on=MAY
        )
    ]


async def test_a_referral_heard_again_leaves_every_document_as_it_was(store: Store) -> None:
    await intake_opens(store)
    referral = a_referral()
    await refers(store, referral)
    before = await everything(store)
    await refers(store, referral)
    assert await everything(store) == before


async def test_a_referral_told_anew_is_not_answered_again(store: Store) -> None:
    await intake_opens(store)
    referral = a_referral()
    await refers(store, referral)
    await handlers.submitted(store, referral, referral_message(referral, sequence=2))
    assert len(await events_of(store.wishes, referral.referral_id)) == 1


async def test_a_referral_answered_already_opens_nothing_in_an_intake_that_came_later(store: Store) -> None:
    referral = a_referral(wishes=tuple(Wish(school=school, programme="usinage") for school in ("besancon", "chalon")))
    await intake_opens(store)
    await refers(store, referral)
    later = await intake_opens(store, school="chalon")
    await refers(store, referral)
    assert await status(store, later, referral.young_id) is None


async def test_a_referral_whose_hearing_was_cut_short_ends_the_same(store: Store) -> None:
    """Killed after the first intake was written and before the second: heard again, nothing twice, everything once."""
    first = await intake_opens(store)
    second = await intake_opens(store, school="chalon")
    referral = a_referral(wishes=tuple(Wish(school=school, programme="usinage") for school in ("besancon", "chalon")))
    cut: Any = {"referral": referral, "programme": a_programme(), "on": MAY}
    await store.intakes.acting(SYSTEM, cause=referral_message(referral)).decide(first.intake_id, applications.apply, **cut)
    await refers(store, referral)
    for intake in (first, second):
        assert [type(event).__name__ for event in await events_of(store.intakes, intake.intake_id)] == [
            "IntakeOpened", "ApplicationOpened", "ApplicationUnderReview",
        ]  # fmt: skip
    (answer,) = await events_of(store.wishes, referral.referral_id)
    assert isinstance(answer, WishesAnswered)
    assert answer.opened == (first.intake_id, second.intake_id)


async def test_each_wish_that_opens_nothing_says_why(store: Store) -> None:
    answered = await intake_opens(store)
    await school_opens(store, "chalon")
    referral = a_referral()
    await refers(store, referral)
    refusal: dict[str, Any] = {"young_id": referral.young_id, "code": RefusalCode.PROJECT_NOT_FIT, "on": MAY}
    await store.intakes.acting(ADMIN).decide(answered.intake_id, applications.refuse, **refusal)
    again = a_referral(
        young_id=referral.young_id,
        wishes=(
            Wish(school="besancon", programme="usinage"),
            Wish(school="chalon", programme="usinage"),
            Wish(school="besancon", programme="couture"),
            Wish(school="nulle-part", programme="usinage"),
            Wish(sector="couture", departments=("25", "71")),
        ),
    )
    await refers(store, again)
    codes = [UnopenedCode.ALREADY_ANSWERED, UnopenedCode.NO_OPEN_INTAKE, *[UnopenedCode.UNKNOWN_PROGRAMME] * 3]
    (answer,) = await events_of(store.wishes, again.referral_id)
    assert answer == WishesAnswered(
        referral_id=again.referral_id, young_id=again.young_id, agency="cio-dole", opened=(), on=MAY,
        unopened=tuple(Unopened(wish=rank, code=code) for rank, code in enumerate(codes, start=1)),
    )  # fmt: skip


async def test_who_is_a_pupil_already_opens_nothing(store: Store) -> None:
    intake = await intake_opens(store)
    await intake_opens(store, school="chalon")
    referral = a_referral()
    await refers(store, referral)
    await enrols(store, intake, referral.young_id)
    again = a_referral(young_id=referral.young_id, wishes=(Wish(school="chalon", programme="usinage"),))
    await refers(store, again)
    (answer,) = await events_of(store.wishes, again.referral_id)
    assert isinstance(answer, WishesAnswered)
    assert (answer.opened, answer.unopened) == ((), (Unopened(wish=1, code=UnopenedCode.ALREADY_ENROLLED),))


async def test_a_sector_opens_every_such_programme_of_these_departments(store: Store) -> None:
    jura = await intake_opens(store, school="dole", programme=a_programme(programme="serrurerie", sector="metal"))
    besancon = await intake_opens(store, programme=a_programme(sector="metal"))
    await store.schools.collection.update({"_id": "dole"}, {"$set": {"state.department": "39"}})
    both = a_referral(wishes=(Wish(sector="metal", departments=("25", "39")),))
    one = a_referral(wishes=(Wish(sector="metal", departments=("39",)),))
    await refers(store, both)
    await refers(store, one)
    assert [await status(store, intake, both.young_id) for intake in (jura, besancon)] == [ApplicationStatus.UNDER_REVIEW] * 2
    assert [await status(store, intake, one.young_id) for intake in (jura, besancon)] == [ApplicationStatus.UNDER_REVIEW, None]


async def test_a_wish_goes_to_the_open_intake_that_starts_the_earliest(store: Store) -> None:
    await intake_opens(store, school_year="2024-2025", starts_on=date(2024, 9, 2), closes_on=date(2025, 5, 11))
    later = await intake_opens(store, school_year="2026-2027", starts_on=date(2026, 9, 1), closes_on=date(2026, 10, 1))
    await intake_opens(store, year_of_study=2, starts_on=date(2025, 1, 1))
    soon = await intake_opens(store)
    referral = a_referral()
    await refers(store, referral)
    assert [await status(store, intake, referral.young_id) for intake in (soon, later)] == [ApplicationStatus.UNDER_REVIEW, None]


def withdrawal(referral: ReferralSubmitted) -> ReferralWithdrawalRequested:
    return ReferralWithdrawalRequested(
        referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=MAY
    )  # fmt: skip


async def test_a_withdrawn_referral_frees_the_seat_for_who_waits(store: Store) -> None:
    intake, held, waiting = await held_and_waiting(store)
    request = withdrawal(held)
    message = a_message(request, source=f"/referral/referrals/{held.referral_id}", sequence=2)
    for _ in range(2):
        await handlers.withdrawal_requested(store, request, message)
    assert await status(store, intake, held.young_id) is ApplicationStatus.WITHDRAWN
    assert await status(store, intake, waiting.young_id) is ApplicationStatus.OFFERED


async def test_an_application_that_two_agencies_asked_for_outlives_the_withdrawal_of_one(store: Store) -> None:
    intake, first = await intake_opens(store), a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    await refers(store, first)
    await refers(store, second)
    request = withdrawal(first)
    await handlers.withdrawal_requested(store, request, a_message(request, source="/referral/referrals/x", sequence=2))
    assert await status(store, intake, first.young_id) is ApplicationStatus.UNDER_REVIEW
    last = (await events_of(store.intakes, intake.intake_id))[-1]
    left = ApplicationLeft(**fields_of(intake, first.young_id), referral_id=first.referral_id, agency=first.agency)
    assert last == left
    request = withdrawal(second)
    await handlers.withdrawal_requested(store, request, a_message(request, source="/referral/referrals/y", sequence=2))
    assert await status(store, intake, first.young_id) is ApplicationStatus.WITHDRAWN


async def test_an_enrolment_makes_the_other_applications_obsolete(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    referral = a_referral(wishes=tuple(Wish(school=school, programme="usinage") for school in ("besancon", "chalon")))
    await refers(store, referral)
    await offers(store, there, referral.young_id)
    await enrols(store, here, referral.young_id)
    (event,) = await events_of(store.pupils, referral.young_id)
    assert isinstance(event, StudentEnrolled)
    for _ in range(2):
        await handlers.enrolled(store, event, a_message(event, source=f"/enrolment/places/{referral.young_id}"))
    assert await status(store, here, referral.young_id) is ApplicationStatus.ENROLLED
    assert await status(store, there, referral.young_id) is ApplicationStatus.OBSOLETE
    assert (await store.intakes.acting(SYSTEM).get(there.intake_id)).seats_left == 2


class Meanwhile(Store):
    """A store where something happens as a wish is being looked up."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def next_intake(self, school: str, programme: str, *, year_of_study: int, day: date) -> Intake | None:
        if self.meanwhile:
            await self.meanwhile()
        return await super().next_intake(school, programme, year_of_study=year_of_study, day=day)


async def test_who_is_enrolled_while_another_referral_is_heard_keeps_nothing_open(persistence: Persistence) -> None:
    """The hearing read the places before the enrolment, and `student.enrolled` is heard before the application is there."""
    store = Meanwhile(persistence)
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    first = a_referral()
    await refers(store, first)

    async def enrolled_elsewhere() -> None:
        await enrols(store, here, first.young_id)
        (event,) = await events_of(store.pupils, first.young_id)
        assert isinstance(event, StudentEnrolled)
        await handlers.enrolled(store, event, a_message(event, source=f"/enrolment/places/{first.young_id}"))

    store.meanwhile = enrolled_elsewhere
    await refers(store, a_referral(young_id=first.young_id, wishes=(Wish(school="chalon", programme="usinage"),)))
    assert await status(store, here, first.young_id) is ApplicationStatus.ENROLLED
    assert await status(store, there, first.young_id) is ApplicationStatus.OBSOLETE


async def test_a_referral_heard_again_late_does_not_take_back_the_birth_month_of_a_later_one(store: Store) -> None:
    first = a_referral(birth_month="2009-03")
    second = a_referral(young_id=first.young_id, birth_month="2009-04")
    for message in (referral_message(first), referral_message(second), referral_message(first)):
        await store.files.follow(message)
    files = await store.files.of(first.young_id)
    assert [file.birth_month for file in files.by_referral.values()] == ["2009-03", "2009-04"]
