"""Transfers over HTTP: proposed where a school has no place, answered by who referred, or by the school that heard the family."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import AnswerRequest
from services.enrolment.domain import transfers
from services.enrolment.domain.transfers import ANSWERING, TRANSFER, TransferAction, TransferStatus
from services.enrolment.store import lists
from services.enrolment.use_cases import transferring
from services.enrolment.views.transfers import TransferResponse
from shared.kernel.errors import Refused
from shared.web.auth import CurrentCaller, may, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(
    tags=["candidatures"], problems={Refused: ("before_previous_step", "not_allowed", "not_proposed", "transfer_closed")}
)


class AcceptRequest(AnswerRequest):
    """Which of the proposed intakes; from a school, how the family said so, and who."""

    intake_id: UUID


@router.get("/transfers", dependencies=[require(*ANSWERING)])
async def list_transfers(
    caller: CurrentCaller, store: StoreDep, paging: PagingDep, status: Annotated[TransferStatus | None, Query()] = None
) -> Page[TransferResponse]:
    """What an agency's own referrals are proposed; for a school, what those that it has no place for are."""
    part = await lists.transfers(store, caller, paging.asked, status=status)
    return paging.page(part, await shown.transfers(store, part.items))


@router.post("/transfers/{transfer_id}/accept", dependencies=[may(TRANSFER, TransferAction.ACCEPT)])
async def accept_transfer(transfer_id: UUID, body: AcceptRequest, caller: CurrentCaller, store: StoreDep) -> TransferResponse:
    """Ask for one of the proposed intakes: the application is opened there, under the same referral."""
    on, word = store.clock.day(body.on), body.word_told_to(caller)
    done = await transferring.accept(store, caller, transfer_id=transfer_id, intake_id=body.intake_id, word=word, on=on)
    return (await shown.transfers(store, [done]))[0]


@router.post("/transfers/{transfer_id}/decline", dependencies=[may(TRANSFER, TransferAction.DECLINE)])
async def decline_transfer(transfer_id: UUID, body: AnswerRequest, caller: CurrentCaller, store: StoreDep) -> TransferResponse:
    """Say no to all that is proposed."""
    on, word = store.clock.day(body.on), body.word_told_to(caller)
    done = await store.transfers.acting(caller).decide(transfer_id, transfers.decline, word=word, on=on)
    return (await shown.transfers(store, [done]))[0]
