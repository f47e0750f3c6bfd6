"""What a referral is proposed where it found no place, as its agency reads it."""

from services.referral import labels
from services.referral.domain.transfers import TransferHistory
from services.referral.views.schemas import ProposedResponse, TransferResponse
from shared.events.transfers import ProposedIntake
from shared.web.names import Names


def show_transfer(one: TransferHistory, names: Names) -> TransferResponse:
    """One transfer, with the names of where it leads."""
    return TransferResponse(
        **one.model_dump(exclude={"referral_id", "intakes"}), proposed=[_proposed(to, names) for to in one.intakes],
        sentence=labels.TRANSFERS[one.status].format(until=one.until),
    )  # fmt: skip


def _proposed(to: ProposedIntake, names: Names) -> ProposedResponse:
    return ProposedResponse(
        **to.model_dump(exclude={"school", "programme"}), school=names.school(to.school),
        programme=names.programme(to.school, to.programme),
    )  # fmt: skip
