"""The invoices and credit notes of one school in one civil year: numbered without a gap, in the order of their days.

Code général des impôts, annexe II, article 242 nonies A: a unique number, from a chronological and continuous series. A credit
note, which changes an invoice and refers to it, counts as one (article 289, I, 5): it takes the next number of the same series.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.kernel.errors import Move, Refused


class Series(BaseModel):
    """How many were numbered so far, and the day of the latest."""

    model_config = ConfigDict(frozen=True)
    year: int
    last: int = 0
    last_on: date | None = None

    @property
    def number(self) -> str:
        """Of the latest: 2026-0001."""
        return f"{self.year}-{self.last:04d}"


def number_another(series: Series, *, on: date, moves: Sequence[Move]) -> Series:
    """The series once it has numbered one of that day. Refused for a day before the latest one's; `moves`: what is open then."""
    if series.last_on and on < series.last_on:
        sentence = f"Le numéro {series.number} est daté du {series.last_on:%d/%m/%Y} : le suivant ne peut pas le précéder."
        raise Refused("before_last_invoice", sentence, moves=moves)
    return series.model_copy(update={"last": series.last + 1, "last_on": on})
