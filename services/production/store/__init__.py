"""Production's collections: orders and weeks, which tell; clients, titles, invoice series and pupils, which do not."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.production.domain import orders
from services.production.domain.orders import ORDERS, Order, Status
from services.production.domain.series import Series, number_another
from services.production.domain.weeks import WEEKS
from services.production.store.clients import Clients
from services.production.store.pupils import Pupils
from shared.events.production import Hours
from shared.kernel.calendar import monday_of, school_year_of
from shared.kernel.caller import Caller
from shared.persistence.mongo import Session
from shared.persistence.once import create_once
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence


class Store:
    """Everything that production keeps."""

    def __init__(self, persistence: Persistence) -> None:
        self.clock = persistence.clock
        self._persistence = persistence
        self.database = persistence.database
        self.orders = Repository(persistence, ORDERS)
        self.weeks = Repository(persistence, WEEKS)
        self.clients = Clients(persistence.database["clients"])
        self.pupils = Pupils(persistence.database["pupils"])
        self._titles = persistence.database["titles"]
        self._series = persistence.database["series"]

    async def prepare(self) -> None:
        """One index for each way of reading."""
        await self.orders.collection.index("state.school", ("state.steps.received", -1))
        await self.orders.collection.index("state.school", "state.status", ("state.steps.received", -1))
        await self.weeks.collection.index("state.school", "state.week")
        await self.weeks.collection.index("state.school", "state.school_year", "state.young_id")
        await self.clients.prepare()
        await self.pupils.prepare()

    async def entitle(self, order_id: UUID, title: str) -> None:
        """Keep an order's free text beside it, once. Another under the same id is refused (422)."""
        await create_once(self._titles, order_id, {"title": title}, same=("title",))

    async def titles(self, order_ids: Iterable[UUID]) -> dict[UUID, str]:
        """The free text of each of these orders."""
        found = await self._titles.find({"_id": {"$in": [str(id) for id in order_ids]}})
        return {UUID(row["_id"]): row["title"] for row in found}

    async def orders_named(self, order_ids: Iterable[UUID], *, caller: Caller) -> dict[UUID, Order]:
        """Those of these orders that are the caller's."""
        found = await self.orders.acting(caller).find({"_id": {"$in": [str(id) for id in order_ids]}})
        return {order.order_id: order for order in found}

    async def invoice(self, order_id: UUID, caller: Caller, *, on: date) -> Order:
        """Invoice an order and take the next number of its school's series for that civil year: both or neither."""
        asked = await self.orders.acting(caller).get(order_id)
        which = {"_id": f"{asked.school}:{on.year}"}
        await self._series.update(which, {"$setOnInsert": Series(year=on.year).model_dump(mode="json")}, upsert=True)

        async def work(session: Session) -> Order:
            bound = self.orders.within(session)
            order = await bound.acting(caller).get(order_id)
            if order.status is Status.INVOICED:
                return order
            kept = Series.model_validate(await self._series.find_one(which, session=session))
            series = number_another(kept, on=on)
            await self._series.update(which, {"$set": series.model_dump(mode="json")}, session=session)
            return await bound.acting(caller).decide(order_id, orders.invoice, number=series.number, on=on)

        return await self._persistence.transaction(work)

    async def minutes_of_year(
        self, week: str, *, caller: Caller, young_ids: Iterable[UUID] | None = None
    ) -> dict[UUID, dict[str, int]]:
        """The minutes by kind of these pupils (or all) over a week's school year, up to that week."""
        if caller.kind != "school":
            return {}
        year = {"state.school_year": school_year_of(monday_of(week)), "state.week": {"$lte": week}}
        whose = {} if young_ids is None else {"state.young_id": {"$in": [str(id) for id in young_ids]}}
        sums = {kind: {"$sum": f"$state.minutes.{kind}"} for kind in Hours.model_fields}
        groups = await self.weeks.collection.aggregate(
            [{"$match": {"state.school": caller.tenant, **year, **whose}}, {"$group": {"_id": "$state.young_id", **sums}}]
        )
        return {UUID(group.pop("_id")): group for group in groups}
