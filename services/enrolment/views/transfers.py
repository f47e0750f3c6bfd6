"""A proposed transfer, as the school that has no place and who referred the applicant read it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import labels
from services.enrolment.domain.transfers import Transfer, TransferStatus
from shared.events.applications import HeardBy, SaidBy
from shared.web.names import Names, OrganisationResponse, ProgrammeResponse, SchoolResponse


class ProposedResponse(BaseModel):
    """An intake of another school that had seats."""

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    year_of_study: int


class TransferResponse(BaseModel):
    """What a referral whose application found no place is proposed, until when, and what was answered."""

    transfer_id: UUID
    young_id: UUID
    referral_id: UUID
    agency: OrganisationResponse
    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    proposed: list[ProposedResponse]
    until: date
    status: TransferStatus
    label: str
    since: date
    to_intake_id: UUID | None
    heard_by: HeardBy | None
    said_by: SaidBy | None


def schools_in(transfers: Iterable[Transfer]) -> list[str]:
    """The schools that these mention."""
    return [school for one in transfers for school in (one.school, *(to.school for to in one.intakes))]


def transfer(known: Transfer, names: Names) -> TransferResponse:
    """One transfer."""
    return TransferResponse(
        **known.model_dump(exclude={"school", "programme", "agency", "intakes"}),
        agency=names.agency(known.agency), school=names.school(known.school),
        programme=names.programme(known.school, known.programme), label=labels.TRANSFER.statuses[known.status],
        proposed=[
            ProposedResponse(
                **to.model_dump(exclude={"school", "programme"}), school=names.school(to.school),
                programme=names.programme(to.school, to.programme),
            )
            for to in known.intakes
        ],
    )  # fmt: skip
