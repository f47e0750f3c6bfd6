"""What time alone brings about: clients, and the words of their orders, are let go once nobody needs them any more."""

from dateutil.relativedelta import relativedelta

from services.production.store import Store

WITHOUT_ORDER = relativedelta(years=3)
"""A client who never ordered: as a prospect (CNIL, gestion commerciale, three years)."""
AFTER_THE_LAST_STEP = relativedelta(years=11)
"""Ten years from the end of the year of account (Code de commerce, art. L123-22)."""


async def sweep(store: Store) -> None:
    """Once a day. Doing it twice changes nothing."""
    today = store.clock.today()
    if store.swept_on != today:
        await store.let_go_of_clients(without_order=today - WITHOUT_ORDER, last_step=today - AFTER_THE_LAST_STEP)
        store.swept_on = today
