"""The invoices of one school in one civil year: numbered without a gap, in the order of their days.

Code général des impôts, annexe II, article 242 nonies A: a unique number, from a chronological and continuous series.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict

from services.production.domain.orders import ORDER, OrderStatus
from shared.kernel.errors import Refused


class Series(BaseModel):
    """How many invoices were numbered so far, and the day of the latest."""

    model_config = ConfigDict(frozen=True)
    year: int
    last: int = 0
    last_on: date | None = None

    @property
    def number(self) -> str:
        """Of the latest invoice: 2026-0001."""
        return f"{self.year}-{self.last:04d}"


def number_another(series: Series, *, on: date) -> Series:
    """The series once it has numbered an invoice of that day. Refused for a day before the latest invoice's."""
    if series.last_on and on < series.last_on:
        sentence = f"La facture {series.number} est datée du {series.last_on:%d/%m/%Y} : la suivante ne peut pas la précéder."
        raise Refused("before_last_invoice", sentence, moves=ORDER.moves(OrderStatus.DELIVERED))
    return series.model_copy(update={"last": series.last + 1, "last_on": on})
