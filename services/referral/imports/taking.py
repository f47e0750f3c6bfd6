"""Rows of a file taken in by `intake`, as any other referral is: what can be read is judged there, nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from pydantic import ValidationError

from services.referral.domain.importing import Import, RowOutcome
from services.referral.domain.person import to_complete
from services.referral.imports.choices import Choices
from services.referral.imports.reasons import reasons_of
from services.referral.imports.table import Header, Parsed, header_of, parsed
from services.referral.store import Store
from services.referral.store.vault import referral_id_of
from services.referral.use_cases.intake import REQUEST, Verdict, known_names, take_in
from services.referral.use_cases.requests import ReferralRequest
from shared.kernel.caller import Caller
from shared.sheets.cells import Form, Row, Sheet
from shared.web.idempotency import fingerprint_of, fingerprints_key, keyed_id
from shared.web.refusals import OUT_OF_RANGE, Refusal, by_its_form


@dataclass(frozen=True)
class Judged:
    """A row with what it says; a demand and the id of its referral, or why it has none."""

    row: Row
    said: Parsed = field(repr=False)
    demand: ReferralRequest | None = field(default=None, repr=False)
    referral_id: UUID | None = None
    refusal: Refusal | None = None


def header_again(one: Import) -> tuple[Header, Form]:
    """The columns of an import that was kept, and the form of its file."""
    form = Form(**one.form)
    return header_of(Sheet(form, one.header, [])), form


def judged(header: Header, form: Form, rows: Sequence[Row], choices: Choices, *, agency: str, secret: bytes) -> list[Judged]:
    """Each row read. One without a reference of its agency's is known again by all that it says."""
    found = []
    for row in rows:
        said = parsed(header, row, choices, since_1904=form.since_1904, is_csv=form.kind == "csv")
        read = _read(said)
        if isinstance(read, Refusal) or said.faults:
            found.append(Judged(row, said, refusal=read if isinstance(read, Refusal) else None))
        else:
            found.append(Judged(row, said, read, _id_of(read, agency, secret)))
    return found


async def take_in_rows(
    store: Store, caller: Caller, header: Header, rows: Sequence[Judged], known: frozenset[UUID]
) -> list[RowOutcome]:
    """Take in what could be read of these rows: how each ended. `known` are the referrals that were there before.

    What was taken in of them by one who was cut short is told as it would have been.
    """
    asked = [one for one in rows if one.demand]
    verdicts = await take_in(store, caller, [one.demand for one in asked], ids=[one.referral_id or uuid4() for one in asked])
    by_row = {one.row.number: verdict for one, verdict in zip(asked, verdicts, strict=True)}
    new = {one.referral_id for one in asked} - known
    outcomes = []
    for one in rows:
        outcome = ended(header, one, by_row.get(one.row.number))
        if outcome.outcome == "same" and outcome.referral_id in new:
            incomplete = bool(one.demand and to_complete(one.demand.identity.kept, today=store.clock.today()))
            outcome = outcome.model_copy(update={"outcome": "accepted", "incomplete": incomplete})
        new.discard(outcome.referral_id)
        outcomes.append(outcome)
    return outcomes


def ended(header: Header, one: Judged, verdict: Verdict | None) -> RowOutcome:
    """How a row ended, as its sender is told."""
    number = one.row.number
    if verdict is None or verdict.outcome == "refused":
        refusal = verdict.refusal if verdict else one.refusal
        return RowOutcome(row=number, outcome="refused", reasons=reasons_of(header, one.said, refusal))
    return RowOutcome(
        row=number, outcome=verdict.outcome, referral_id=verdict.referral_id, incomplete=bool(verdict.to_complete),
        warnings=tuple(warning.sentence for warning in verdict.warnings),
    )  # fmt: skip


def _read(said: Parsed) -> ReferralRequest | Refusal:
    try:
        return REQUEST.validate_python(said.item, from_attributes=True)
    except ValidationError as error:
        return by_its_form(error.errors(include_url=False), known_names())
    except OverflowError:
        return OUT_OF_RANGE


def _id_of(demand: ReferralRequest, agency: str, secret: bytes) -> UUID:
    if demand.external_id is not None:
        return referral_id_of(secret, agency, demand.external_id)
    return keyed_id(secret, "rows of files", [agency, fingerprint_of(fingerprints_key(secret), demand)])
