"""A file of referrals as its agency follows it: how far it is, and how its rows ended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.referral import labels
from services.referral.domain.importing import Counts, Import, ImportStatus, RowOutcome


class FileResponse(Counts):
    """What a file holds, and how its rows end."""

    format: Literal["csv", "xlsx"]
    rows: int = Field(description="Lignes à prendre : ni vides, ni celles du modèle.")
    empty_rows: int = Field(description="Lignes vides, passées.")
    example_rows: int = Field(description="Lignes d’exemple du modèle, passées.")
    unknown_columns: list[str] = Field(description="Colonnes que l’on ne connaît pas : elles ne sont pas lues.")


class ImportResponse(FileResponse):
    """A file that is taken in behind the request: its state is asked again until it is no longer `running`."""

    import_id: UUID
    status: ImportStatus
    sentence: str
    percent: int
    since: AwareDatetime
    seconds: float = Field(description="Ce qu’il a pris jusqu’ici.")


class ForesightResponse(FileResponse):
    """What would become of a file today, of which nothing was kept."""

    outcomes: list[RowOutcome] = Field(description="Les lignes qui seraient refusées, ou acceptées avec un avertissement.")


def show_import(one: Import, counts: Counts, *, now: datetime) -> ImportResponse:
    """How far it is; `now` by the real clock."""
    sentence = labels.IMPORT_STATUSES[one.status]
    return ImportResponse(
        **counts.model_dump(), import_id=one.import_id, status=one.status, format=one.form["kind"], rows=one.rows,
        empty_rows=one.empty, example_rows=one.examples, unknown_columns=list(one.unknown), since=one.since,
        sentence=f"{sentence} : {one.stopped_because}" if one.stopped_because else f"{sentence}.",
        percent=counts.done * 100 // one.rows, seconds=round(((one.ended_at or now) - one.began_at).total_seconds(), 3),
    )  # fmt: skip
