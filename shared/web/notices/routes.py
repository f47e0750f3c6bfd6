"""A person chooses their notices: where to, how often, or none; an address first proves that it is theirs."""

import secrets
from functools import partial
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.kernel.caller import Caller
from shared.kernel.clock import real_now
from shared.kernel.errors import Invalid, Refused, TooMany
from shared.kernel.identifiers import Email
from shared.web.auth import CurrentCaller
from shared.web.notices import choice as decisions
from shared.web.notices.book import Book
from shared.web.notices.choice import Choice, Frequency, State, recent
from shared.web.notices.mailer import mailer_of
from shared.web.notices.work import due_at
from shared.web.router import Router, responses_for
from shared.web.runtime import runtime
from shared.web.tenant_stream import FOLLOWERS

OF_A_PERSON, OF_AN_ADDRESS, OF_AN_ORGANISATION = 5, 3, 50
"""Confirmations that are sent in a day, at most."""
SENTENCES: dict[State, str] = {
    "none": "Vous ne recevez aucun avis.",
    "waiting": "Un code a été envoyé à cette adresse : donnez-le pour recevoir les avis.",
    "confirmed": "Cette adresse est confirmée.",
    "refused": "Le serveur de courriel refuse cette adresse : plus rien ne lui est envoyé. Donnez-en une autre.",
}
router = Router(prefix="/notices", tags=["avis"], dependencies=[FOLLOWERS])


class NoticesRequest(BaseModel):
    """Where to, and how often."""

    model_config = ConfigDict(extra="forbid")
    address: Email
    frequency: Frequency = Field(description="À mesure, une fois par jour, ou pas du tout.")


class ConfirmationRequest(BaseModel):
    """The code that an address was sent."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[0-9]{8}$")]


class NoticesResponse(BaseModel):
    """A person's own choice; `available` where this service sends mail at all."""

    available: bool
    address: str | None
    frequency: Frequency
    state: State
    sentence: str


@router.get("")
async def read_notices(request: Request, caller: CurrentCaller) -> NoticesResponse:
    """What this person has chosen."""
    return _shown(request, await _book(request).of(caller))


@router.put("", responses=responses_for({Refused: ("notices_off",), TooMany: ("too_many_confirmations",)}))
async def choose_notices(request: Request, caller: CurrentCaller, body: NoticesRequest) -> NoticesResponse:
    """Choose. An address that is not confirmed yet is sent a code, which POST /notices/confirmation takes."""
    if not mailer_of(runtime(request).settings):
        raise Refused("notices_off", "Aucun serveur de courriel n’est réglé ici : il n’y a pas d’avis.")
    if not body.address.isascii():
        raise Invalid("invalid", "Cette adresse a des lettres que le courriel ne transporte pas partout : donnez-en une autre.")
    book, now = _book(request), real_now()
    before = await book.of(caller)
    if not (before.confirmed and before.address == body.address):
        await _ensure_few(book, before, caller, body.address)
    code = f"{secrets.randbelow(10**8):08}"
    due = due_at(body.frequency, book.clock.now(), runtime(request).settings)
    decide = partial(
        decisions.choose, address=body.address, frequency=body.frequency, code=code, hashed=book.hash(body.address), at=now,
        due_at=due,
    )  # fmt: skip
    return _shown(request, await book.change(before, decide))


@router.post("/confirmation", responses=responses_for({Refused: ("wrong_code",)}))
async def confirm_notices(request: Request, caller: CurrentCaller, body: ConfirmationRequest) -> NoticesResponse:
    """Prove that the address is one's own. Notices are of what comes from now on."""
    book = _book(request)
    after = await book.change(await book.of(caller), partial(decisions.confirm, code=body.code, at=real_now()))
    if not after.confirmed:
        raise Refused("wrong_code", "Ce code n’est pas le bon, ou n’est plus valable : demandez-en un autre.")
    return _shown(request, after)


@router.delete("")
async def forget_notices(request: Request, caller: CurrentCaller) -> NoticesResponse:
    """No notices any more, and the address forgotten."""
    book = _book(request)
    before = await book.of(caller)
    return _shown(request, await book.change(before, partial(decisions.forget, at=real_now())) if before.version else before)


async def _ensure_few(book: Book, before: Choice, caller: Caller, address: str) -> None:
    """Raises TooMany: anybody's address may be given, and theirs is not to be flooded."""
    of_organisation, of_address = await book.asked_of(caller.organisation, address)
    of_person = len(recent(before, real_now()))
    if of_person >= OF_A_PERSON or of_address >= OF_AN_ADDRESS or of_organisation >= OF_AN_ORGANISATION:
        raise TooMany("too_many_confirmations", "Trop de codes demandés en un jour : attendez demain.", retry_after=86_400)


def _book(request: Request) -> Book:
    return Book(runtime(request).persistence)


def _shown(request: Request, choice: Choice) -> NoticesResponse:
    available = mailer_of(runtime(request).settings) is not None
    return NoticesResponse(
        available=available, address=choice.address, frequency=choice.frequency, state=choice.state,
        sentence=SENTENCES[choice.state],
    )  # fmt: skip
