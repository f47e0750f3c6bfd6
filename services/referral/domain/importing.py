"""A file of referrals as an agency sent it: what is known of it while it is taken in, and what became of each row."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.caller import Caller
from shared.kernel.identifiers import Slug

Outcome = Literal["accepted", "same", "refused"]


class ImportStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """It ended before its last row: `stopped_because` says why. The same file again goes on where it was."""


class Reason(BaseModel):
    """Why a row was refused: of which column, as its sender named it; none where it is the row as a whole."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    column: str | None = None
    code: str
    detail: str


class RowOutcome(BaseModel):
    """What became of one row, by the number that a spreadsheet shows beside it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    row: int
    outcome: Outcome
    referral_id: UUID | None = Field(None, description="De ce qui a été accepté, maintenant ou avant.")
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = Field((), description="Ce qu’il faut savoir de ce qui vient d’être accepté.")
    incomplete: bool = Field(False, description="Accepté, avec un dossier à compléter avant qu’une place soit confirmée.")


class Counts(BaseModel):
    """How many rows were taken up so far, and how they ended."""

    model_config = ConfigDict(frozen=True)
    done: int = 0
    accepted: int = 0
    same: int = 0
    refused: int = 0
    warned: int = Field(0, description="Acceptées avec un avertissement.")
    incomplete: int = Field(0, description="Acceptées avec un dossier à compléter.")

    @classmethod
    def of(cls, outcomes: Sequence[RowOutcome]) -> "Counts":
        """Of these rows."""
        ended = [one.outcome for one in outcomes]
        return cls(
            done=len(ended), accepted=ended.count("accepted"), same=ended.count("same"), refused=ended.count("refused"),
            warned=sum(bool(one.warnings) for one in outcomes), incomplete=sum(one.incomplete for one in outcomes),
        )  # fmt: skip

    def plus(self, other: "Counts") -> "Counts":
        """Of both."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields})


class Import(BaseModel):
    """A file that is taken in, in whose name. Its rows are kept beside it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    import_id: UUID
    upload: UUID
    """Whose pieces its rows are: of two requests with one key at the same time, those of one alone stay."""
    agency: Slug
    sub: str
    role: str
    form: dict[str, Any]
    """How the file is written (`shared.sheets.cells.Form`)."""
    header: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    rows: int
    empty: int = 0
    examples: int = 0
    status: ImportStatus = ImportStatus.RUNNING
    stopped_because: str | None = None
    since: AwareDatetime
    began_at: datetime
    ended_at: datetime | None = None
    """By the real clock, which no simulation moves: how long it took."""

    @property
    def caller(self) -> Caller:
        """In whose name its rows are taken in."""
        return Caller(sub=self.sub, kind="agency", tenant=self.agency, role=self.role)
