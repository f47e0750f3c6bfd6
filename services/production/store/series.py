"""The series that number the invoices and credit notes of each school, one a civil year."""

from collections.abc import Sequence
from datetime import date

from services.production.domain.series import Series, number_another
from shared.kernel.errors import Move
from shared.persistence.mongo import Collection, Session


class InvoiceSeries:
    """Series by school and year."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def open(self, school: str, year: int) -> str:
        """Have a series to number from, made before the transactions that would each make it. Its id."""
        new = {"$setOnInsert": Series(year=year).model_dump(mode="json")}
        await self._collection.update({"_id": _id(school, year)}, new, upsert=True)
        return _id(school, year)

    async def next_number(self, school: str, *, on: date, moves: Sequence[Move], session: Session) -> str:
        """Take the next number of an open series. Refused for a day before the latest one's."""
        which = {"_id": _id(school, on.year)}
        row = await self._collection.find_one(which, session=session)
        series = number_another(Series.model_validate(row), on=on, moves=moves)
        await self._collection.update(which, {"$set": series.model_dump(mode="json")}, session=session)
        return series.number


def _id(school: str, year: int) -> str:
    return f"{school}:{year}"
