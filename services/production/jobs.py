"""What time alone brings about: clients, and the words of their orders, are let go once nobody needs them any more."""

from services.production.store import Store
from shared.kernel.calendar import months_after

WITHOUT_ORDER = 12 * 3
"""Months. A client who never ordered: as a prospect (CNIL, gestion commerciale, three years)."""
AFTER_THE_LAST_STEP = 12 * 11
"""Months. Ten years from the end of the year of account (Code de commerce, art. L123-22)."""


async def sweep(store: Store) -> None:
    """Once a day. Doing it twice changes nothing."""
    today = store.clock.today()
    if store.swept_on != today:
        await store.let_go_of_clients(
            without_order=months_after(today, -WITHOUT_ORDER), last_step=months_after(today, -AFTER_THE_LAST_STEP)
        )
        store.swept_on = today
