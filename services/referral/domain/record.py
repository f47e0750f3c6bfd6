"""What is decided of a `young_id` itself: that it is an alias of another, or no longer; that its person is erased."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.visibility import nobody
from shared.events.persons import ErasureCode, PersonErased, PersonMerged, PersonSplit
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Gone, Refused

RecordEvent = PersonMerged | PersonSplit | PersonErased


class PersonRecord(BaseModel):
    """A `young_id` about which something was decided. `kept`: whom it is an alias of."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    kept: UUID | None = None
    erased_on: date | None = None
    code: ErasureCode | None = None


def gone() -> Gone:
    """What is answered about an erased person."""
    return Gone("Le dossier de ce jeune a été effacé.")


def merge(record: PersonRecord | None, *, young_id: UUID, kept: UUID, stands_for: UUID, on: date) -> Sequence[RecordEvent]:
    """Have one `young_id` stand for the person of another, who may be an alias in turn: `stands_for` is where that ends."""
    if record and record.erased_on:
        raise gone()
    if record and record.kept == kept:
        return []
    if record and record.kept:
        raise Refused("already_merged", "Ce dossier est déjà réuni à un autre : séparez-les d’abord.")
    if stands_for == young_id:
        raise Refused("same_person", "Ces deux dossiers sont déjà d’un même jeune.")
    return [PersonMerged(young_id=young_id, kept=kept, on=on)]


def split(record: PersonRecord | None, *, young_id: UUID, on: date) -> Sequence[RecordEvent]:
    """Undo the merge of a `young_id`. What is no alias stays as it is."""
    if record and record.erased_on:
        raise gone()
    if record is None or record.kept is None:
        raise Refused("not_merged", "Ce dossier n’est réuni à aucun autre.")
    return [PersonSplit(young_id=young_id, on=on)]


def erase(record: PersonRecord | None, *, young_id: UUID, code: ErasureCode, on: date) -> Sequence[RecordEvent]:
    """Erase who this is. Once is for good."""
    if record and record.erased_on:
        return []
    return [PersonErased(young_id=young_id, code=code, on=on)]


def evolve(record: PersonRecord | None, event: RecordEvent) -> PersonRecord:
    """The record after one of its events."""
    known = record or PersonRecord(young_id=event.young_id)
    match event:
        case PersonMerged():
            return known.model_copy(update={"kept": event.kept})
        case PersonSplit():
            return known.model_copy(update={"kept": None})
        case PersonErased():
            return known.model_copy(update={"erased_on": event.on, "code": event.code})
        case _:
            assert_never(event)


RECORDS = Aggregate("person_records", PersonRecord, evolve, visible_to=nobody)
