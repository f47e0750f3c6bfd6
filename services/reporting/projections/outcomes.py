"""One row per enrolment, horizon and source (agencies are several): what it says became of a leaver. None overwrites another."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from shared.events.corrections import OutcomeCorrected
from shared.events.students import OutcomeDeclared, OutcomeProof, OutcomeSituation, OutcomeSource
from shared.projections.table import REQUIRED, Latest, TableRow

STRENGTH = (OutcomeProof.CONTRACT, OutcomeProof.CERTIFICATE, OutcomeProof.PHONE, OutcomeProof.NONE)
"""Proofs, from the strongest to none."""


class OutcomeRow(TableRow, table="outcomes"):
    id: str
    enrolment_id: UUID = REQUIRED
    horizon: int = REQUIRED
    source: OutcomeSource = REQUIRED
    situation: OutcomeSituation | None = REQUIRED
    """None where it was taken back."""
    proof: OutcomeProof = REQUIRED
    declared_on: date = REQUIRED
    corrected_on: Latest[date | None] = None
    """The day of the last correction."""

    @property
    def is_proven(self) -> bool:
        """With a contract, a certificate or a phone call."""
        return self.proof is not OutcomeProof.NONE


def _id(event: OutcomeDeclared | OutcomeCorrected) -> str:
    """A source's; of an agency, its own: two that follow the same pupil may disagree."""
    source = f"{event.source}/{event.agency}" if event.agency else event.source
    return f"{event.enrolment_id}/{event.horizon}/{source}"


@OutcomeRow.on(OutcomeDeclared)
def declared(event: OutcomeDeclared) -> OutcomeRow:
    return OutcomeRow(
        id=_id(event), enrolment_id=event.enrolment_id, horizon=event.horizon,
        source=event.source, situation=event.situation, proof=event.proof, declared_on=event.on,
    )  # fmt: skip


@OutcomeRow.on(OutcomeCorrected)
def corrected(event: OutcomeCorrected) -> OutcomeRow:
    """Of what was taken back, the proof and the day are those of before: nobody reads them."""
    if event.happened_on is None or event.proof is None:
        return OutcomeRow(id=_id(event), situation=None, corrected_on=event.on)
    return OutcomeRow(
        id=_id(event), situation=event.situation, proof=event.proof, declared_on=event.happened_on, corrected_on=event.on
    )  # fmt: skip


def retained(outcomes: Iterable[OutcomeRow]) -> dict[int, OutcomeRow]:
    """At each horizon, among what several sources say of one enrolment, the one that counts.

    Any situation before « unreachable », then the strongest proof (contract, certificate, phone, none), then the last
    day of declaration, then the source's name in alphabetical order, then the agency's.
    """

    def weight(row: OutcomeRow) -> tuple[bool, int, int, str, str]:
        unreachable = row.situation is OutcomeSituation.UNREACHABLE
        return unreachable, STRENGTH.index(row.proof), -row.declared_on.toordinal(), row.source, row.id

    stand = (row for row in outcomes if row.situation is not None)
    return {row.horizon: row for row in sorted(stand, key=weight, reverse=True)}
