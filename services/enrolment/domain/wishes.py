"""The answer to a referral's wishes: published once, from what the intakes hold for it."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import Programme
from services.enrolment.domain.visibility import nobody
from shared.events.amendments import ReferralAmended
from shared.events.applications import Unopened, UnopenedCode, WishesAnswered
from shared.events.referral import ReferralSubmitted
from shared.kernel.aggregate import Aggregate

Wished = list[tuple[Intake, Programme]] | None
"""The open intakes of one wish; None where no programme answers to it."""


class Wishes(BaseModel):
    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    young_id: UUID
    agency: str
    opened: tuple[UUID, ...]
    unopened: tuple[Unopened, ...] = ()


def answer(wishes: Wishes | None, *, event: WishesAnswered) -> list[WishesAnswered]:
    """Answer a referral, once."""
    return [] if wishes else [event]


def answer_anew(wishes: Wishes | None, *, event: WishesAnswered) -> list[WishesAnswered]:
    """Answer a referral whose wishes are amended: its last answer counts. The same is not told again."""
    same = wishes and (wishes.opened, wishes.unopened) == (event.opened, event.unopened)
    return [] if same else [event]


def opened_by(
    referral: ReferralSubmitted | ReferralAmended, wished: Sequence[Wished], held: Sequence[Intake]
) -> tuple[UUID, ...]:
    """The intakes that hold an application for this referral, in the order of its wishes."""
    order = [intake.intake_id for found in wished for intake, _ in found or ()]
    applications = [(intake.intake_id, intake.application_of(referral.young_id)) for intake in held]
    opened = [
        intake_id for intake_id, application in applications if application and application.has_referral(referral.referral_id)
    ]
    return tuple(sorted(opened, key=lambda intake_id: order.index(intake_id) if intake_id in order else len(order)))


def unopened(wished: Sequence[Wished], opened: Sequence[UUID], *, is_pupil: bool) -> tuple[Unopened, ...]:
    """Each wish that opened nothing, by its rank, with why."""
    return tuple(
        Unopened(wish=rank, code=_why(found, is_pupil=is_pupil))
        for rank, found in enumerate(wished, start=1)
        if not found or all(intake.intake_id not in opened for intake, _ in found)
    )


def _why(found: Wished, *, is_pupil: bool) -> UnopenedCode:
    if found is None:
        return UnopenedCode.UNKNOWN_PROGRAMME
    if is_pupil:
        return UnopenedCode.ALREADY_ENROLLED
    return UnopenedCode.ALREADY_ANSWERED if found else UnopenedCode.NO_OPEN_INTAKE


def evolve(_wishes: Wishes | None, event: WishesAnswered) -> Wishes:
    """What was answered."""
    return Wishes(**event.model_dump(include=set(Wishes.model_fields)))


WISHES = Aggregate("wishes", Wishes, evolve, visible_to=nobody)
