"""Production's collections: orders and weeks, which publish; clients, titles, series, pupils and the catalogue, which do not."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from services.production.domain.measures import TotalHours
from services.production.domain.order import ORDERS, Order, OrderStatus
from services.production.domain.visibility import own_school
from services.production.domain.weeks import WEEKS, WorkedWeek
from services.production.store.clients import Clients
from services.production.store.migrations import steps
from services.production.store.pupils import Pupils
from services.production.store.series import InvoiceSeries
from services.production.store.titles import Titles
from shared.events.production import Hours
from shared.kernel.calendar import monday_of, school_year_of
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.keyset import Asked, Part
from shared.persistence.migrations import Step
from shared.persistence.repository import Repository
from shared.persistence.sweeping import each_apart
from shared.persistence.transaction import Persistence
from shared.projections.catalogue import Catalogue
from shared.projections.erased import Erased


class Store:
    """Everything that production keeps."""

    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.clock = persistence.clock
        self.database = persistence.database
        self.orders = Repository(persistence, ORDERS)
        self.weeks = Repository(persistence, WEEKS)
        self.clients = Clients(persistence.database["clients"], persistence.sealing_keys("clients"))
        self.pupils = Pupils(persistence.database["pupils"], Erased(persistence.database))
        self.catalogue = Catalogue(persistence.database, persistence.clock)
        self.titles = Titles(persistence.database["titles"], persistence.sealing_keys("titles"))
        self.series = InvoiceSeries(persistence.database["series"])
        self.swept_on: date | None = None

    async def prepare(self) -> None:
        """One index for each way of reading."""
        await self.orders.collection.index("state.client_id")
        await self.orders.collection.index("state.school", ("state.steps.received", -1), "_id")
        await self.orders.collection.index("state.school", "state.status", ("state.steps.received", -1), "_id")
        await self.weeks.collection.index("state.school", "state.week")
        await self.weeks.collection.index("state.school", "state.school_year", "state.young_id")
        await self.weeks.collection.index("state.young_id")
        await self.clients.prepare()
        await self.titles.prepare()
        await self.pupils.prepare()

    @property
    def migrations(self) -> Sequence[Step]:
        """What earlier builds kept otherwise."""
        return steps(self.clients.sealed, self.titles.sealed, self.clock, pupils=self.pupils.rows)

    async def orders_visible_to(self, caller: Caller, asked: Asked, *, status: OrderStatus | None = None) -> Part[Order]:
        """The caller's orders (of one status), the latest received first."""
        where = {"state.status": status} if status else {}
        return await self.orders.acting(caller).part(where, sort=[("state.steps.received", -1), "_id"], asked=asked)

    async def orders_by_id(self, order_ids: Iterable[UUID], *, caller: Caller) -> dict[UUID, Order]:
        """Those of these orders that are the caller's."""
        found = await self.orders.acting(caller).find({"_id": {"$in": [str(id) for id in order_ids]}})
        return {order.order_id: order for order in found}

    async def worked_in(self, week: str, *, caller: Caller) -> list[WorkedWeek]:
        """What the caller's school logged of a week."""
        return await self.weeks.acting(caller).find({"state.week": week})

    async def let_go_of_clients(self, *, without_order: date, last_step: date) -> None:
        """Delete who never ordered and is kept since before a day, and whose orders ended before another; and their titles."""
        kept = await self.clients.with_orders(kept_before=without_order)

        async def let_go(client_id: UUID) -> None:
            orders = kept[client_id]
            latest = max((day for steps in orders.values() for day in steps), default=None)
            if latest is None or latest < last_step:
                await self.titles.forget(orders)
                await self.clients.forget(client_id)

        await each_apart(kept, let_go, what="client")

    async def weeks_of(self, young_id: UUID) -> list[WorkedWeek]:
        """Every week that was logged of someone, whatever the school."""
        return await self.weeks.acting(SYSTEM).find({"state.young_id": str(young_id)}, sort=["state.week"])

    async def worked_in_year(self, school_year: str, *, caller: Caller) -> list[WorkedWeek]:
        """What the caller's school logged of the weeks of a school year."""
        return await self.weeks.acting(caller).find({"state.school_year": school_year})

    async def hours_of_year(
        self, week: str, *, caller: Caller, young_ids: Iterable[UUID] | None = None
    ) -> dict[UUID, TotalHours]:
        """The hours of each of these pupils (or all) over a week's school year, up to that week."""
        own = own_school(caller)
        if own is None:
            return {}
        year = {"state.school_year": school_year_of(monday_of(week)), "state.week": {"$lte": week}}
        whose = {} if young_ids is None else {"state.young_id": {"$in": [str(id) for id in young_ids]}}
        sums = {kind: {"$sum": f"$state.minutes.{kind}"} for kind in Hours.model_fields}
        match = {**{f"state.{field}": value for field, value in own.items()}, **year, **whose}
        groups = await self.weeks.collection.aggregate([{"$match": match}, {"$group": {"_id": "$state.young_id", **sums}}])
        return {UUID(group.pop("_id")): TotalHours(**group) for group in groups}
