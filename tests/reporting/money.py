"""Public money and turnover that are corrected, for those who tell a region of everything."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.bench.publisher import Publisher
from shared.events.catalogue import GrantPurpose
from shared.events.corrections import CorrectionCode
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.events.order_corrections import OrderCredited, OrderStep, OrderStepCorrected


def corrected(
    publisher: Publisher, grant: UUID, *, holder: str, payments: Sequence[UUID], on: date, draw: Random | None = None
) -> None:
    """Each payment said otherwise, the last one voided; the grant said otherwise, and at times voided."""
    draw = draw or Random(0)
    source = f"/enrolment/grants/{grant}"
    for payment in payments:
        day = on - timedelta(days=draw.randrange(900))
        moved = PaymentCorrected(
            on=on, grant_id=grant, holder=holder, payment_id=payment, code=CorrectionCode.TYPING, replaces_amount_cents=100,
            replaces_on=on, amount_cents=draw.randrange(1, 500), happened_on=day,
        )  # fmt: skip
        publisher.publish(source, moved)
    if payments and draw.random() < 0.5:
        none = PaymentCorrected(
            on=on, grant_id=grant, holder=holder, payment_id=payments[-1], code=CorrectionCode.OTHER, replaces_amount_cents=100,
            replaces_on=on, voided=True,
        )  # fmt: skip
        publisher.publish(source, none)
    of_before = {"replaces_amount_cents": 900, "replaces_civil_year": 2024}
    otherwise = GrantCorrected(
        on=on, grant_id=grant, holder=holder, code=CorrectionCode.TYPING, amount_cents=800, civil_year=2025,
        purpose=draw.choice(list(GrantPurpose)), funder=draw.choice(["region", "etat"]), voided=False,
        replaces_purpose=GrantPurpose.OPERATING, replaces_funder="bfc", **of_before,
    )  # fmt: skip
    publisher.publish(source, otherwise)
    if draw.random() < 0.3:
        kept = {"amount_cents": None, "civil_year": None, "purpose": None, "funder": None, "voided": True}
        publisher.publish(source, otherwise.model_copy(update=kept))


def order_corrected(publisher: Publisher, order: UUID, *, school: str, on: date, draw: Random | None = None) -> None:
    """Its invoice credited in part, or whole; the day of its completion said otherwise, and its cancellation undone."""
    draw = draw or Random(0)
    source = f"/production/orders/{order}"
    credited = OrderCredited(
        on=on, order_id=order, school=school, credit_id=order, code=CorrectionCode.TYPING, number="2026-0002",
        invoice="2026-0001", amount_cents=10, left_cents=draw.choice([0, draw.randrange(10_000)]),
    )  # fmt: skip
    publisher.publish(source, credited)
    day = on - timedelta(days=draw.randrange(2_000))
    completed = OrderStepCorrected(
        on=on, order_id=order, school=school, code=CorrectionCode.LATE_NEWS, step=OrderStep.COMPLETED, replaces_on=on,
        happened_on=day,
    )  # fmt: skip
    publisher.publish(source, completed)
    step = draw.choice([OrderStep.CANCELLED, OrderStep.COMPLETED, OrderStep.QUOTED])
    publisher.publish(source, completed.model_copy(update={"step": step, "happened_on": None, "voided": True}))
