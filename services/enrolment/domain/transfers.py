"""A transfer: what a referral whose application found no place is proposed instead, accepted or declined for that one alone."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment import labels
from services.enrolment.domain.application import Application, Referring
from services.enrolment.domain.intake import INTAKE_NAMESPACE, Intake, common_fields
from services.enrolment.domain.places import Word
from services.enrolment.domain.statuses import SCHOOL
from services.enrolment.domain.visibility import own_transfers
from shared.events.applications import ApplicationStatus, HeardBy, SaidBy
from shared.events.referral import RefusalCode, Situation
from shared.events.transfers import ProposedIntake, TransferAccepted, TransferDeclined, TransferLapsed, TransferProposed
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug
from shared.kernel.transitions import Transitions

DAYS = timedelta(days=14)
"""How long a proposal waits for its answer."""
MOST = 5


class TransferStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class TransferAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"


ANSWERING = (*SCHOOL, "agency")
TRANSFER = Transitions(
    TransferStatus, TransferAction, labels=labels.TRANSFER,
    rows={TransferStatus.PROPOSED: set(TransferAction), **dict.fromkeys(set(TransferStatus) - {TransferStatus.PROPOSED}, ())},
    who=dict.fromkeys(TransferAction, ANSWERING),
)  # fmt: skip


class Asked(BaseModel):
    """What an application is opened by: the referral that goes on elsewhere, as its file says it."""

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    young_id: UUID
    agency: Slug
    birth_month: BirthMonth
    situation: Situation


class Transfer(BaseModel):
    """Of one referral and the intake that refused it."""

    model_config = ConfigDict(frozen=True)
    transfer_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    intake_id: UUID
    referral_id: UUID
    agency: Slug
    intakes: tuple[ProposedIntake, ...]
    until: date
    status: TransferStatus = TransferStatus.PROPOSED
    since: date
    to_intake_id: UUID | None = None
    heard_by: HeardBy | None = None
    said_by: SaidBy | None = None


TransferEvent = TransferProposed | TransferAccepted | TransferDeclined | TransferLapsed


def transfer_id_of(intake_id: UUID, referral_id: UUID) -> UUID:
    """One per referral and intake that refused it."""
    return uuid5(INTAKE_NAMESPACE, f"{intake_id} {referral_id}")


def without_place(application: Application) -> list[Referring]:
    """The referrals of an application that were told there is no place: each is proposed another on its own."""
    return [
        one
        for one in application.referrals
        if one.ended is None and one.seen.status is ApplicationStatus.REFUSED and one.seen.code is RefusalCode.NO_PLACE
    ]


def propose(
    known: Transfer | None, *, intake: Intake, young_id: UUID, referring: Referring, to: Sequence[Intake], on: date
) -> list[TransferEvent]:
    """Propose the intakes of other schools that have seats, for two weeks and no longer than the last of them is open."""
    if known and known.status in (TransferStatus.PROPOSED, TransferStatus.ACCEPTED):
        return []
    proposed = tuple(ProposedIntake(**one.model_dump(include=set(ProposedIntake.model_fields))) for one in to[:MOST])
    return [
        TransferProposed(
            **common_fields(intake, young_id, on), transfer_id=transfer_id_of(intake.intake_id, referring.referral_id),
            referral_id=referring.referral_id, agency=referring.agency, intakes=proposed,
            until=min(on + DAYS, max(one.closes_on for one in to[:MOST])),
        )
    ]  # fmt: skip


def accept(transfer: Transfer, *, intake_id: UUID, word: Word | None = None, on: date) -> list[TransferEvent]:
    """Ask for one of the proposed intakes. The application there is opened in the same transaction."""
    if transfer.status is TransferStatus.ACCEPTED and transfer.to_intake_id == intake_id:
        return []
    _ensure_allowed(transfer, TransferAction.ACCEPT, on)
    if intake_id not in {one.intake_id for one in transfer.intakes}:
        raise Refused("not_proposed", "Cette rentrée n’est pas de celles qui sont proposées.", moves=_moves(transfer))
    return [TransferAccepted(**_about(transfer), to_intake_id=intake_id, **_said(word), on=on)]


def decline(transfer: Transfer, *, word: Word | None = None, on: date) -> list[TransferEvent]:
    """Say no to all of them."""
    if transfer.status is TransferStatus.DECLINED:
        return []
    TRANSFER.ensure(transfer.status, TransferAction.DECLINE, on=on, since=transfer.since)
    return [TransferDeclined(**_about(transfer), **_said(word), on=on)]


def lapse(transfer: Transfer, *, on: date) -> list[TransferEvent]:
    """No answer is asked for any more: they are enrolled, the referral was taken back, or who it is of is erased."""
    return [TransferLapsed(**_about(transfer), on=on)] if transfer.status is TransferStatus.PROPOSED else []


def expire(transfer: Transfer, *, by: date) -> list[TransferEvent]:
    """Nobody answered in time: it lapses on the day after its last. Doing it twice changes nothing."""
    return lapse(transfer, on=transfer.until + timedelta(days=1)) if transfer.until < by else []


def closed(transfer: Transfer) -> Refused:
    """It is too late, whatever for: nothing is said of what became of others."""
    return Refused("transfer_closed", "Cette proposition n’a plus cours.", moves=TRANSFER.moves(transfer.status, but=NOT_LATE))


NOT_LATE = frozenset({TransferAction.ACCEPT})


def _ensure_allowed(transfer: Transfer, action: TransferAction, on: date) -> None:
    TRANSFER.ensure(transfer.status, action, on=on, since=transfer.since)
    if on > transfer.until:
        raise closed(transfer)


def _moves(transfer: Transfer) -> Any:
    return TRANSFER.moves(transfer.status)


def evolve(transfer: Transfer | None, event: TransferEvent) -> Transfer:
    """The transfer after an event."""
    if isinstance(event, TransferProposed):
        return Transfer(**event.model_dump(exclude={"on"}), since=event.on)
    assert transfer is not None
    match event:
        case TransferAccepted():
            said = event.model_dump(include={"to_intake_id", "heard_by", "said_by"})
            return transfer.model_copy(update={**said, "status": TransferStatus.ACCEPTED, "since": event.on})
        case TransferDeclined():
            said = event.model_dump(include={"heard_by", "said_by"})
            return transfer.model_copy(update={**said, "status": TransferStatus.DECLINED, "since": event.on})
        case TransferLapsed():
            return transfer.model_copy(update={"status": TransferStatus.LAPSED, "since": event.on})
        case _:
            assert_never(event)


def _about(transfer: Transfer) -> dict[str, Any]:
    named = {"transfer_id", "young_id", "school", "programme", "intake_id", "referral_id", "agency"}
    return transfer.model_dump(include=named)


def _said(word: Word | None) -> dict[str, Any]:
    return {"heard_by": word.heard_by, "said_by": word.said_by} if word else {}


TRANSFERS = Aggregate("transfers", Transfer, evolve, visible_to=own_transfers)
