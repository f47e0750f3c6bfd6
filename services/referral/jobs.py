"""What time alone brings about: what was kept long enough is let go."""

from datetime import timedelta

from services.referral.store import Store


async def sweep(store: Store, *, audit: timedelta) -> None:
    """Once a day: the audit and the keys of requests. Doing it twice changes nothing."""
    today = store.clock.today()
    if store.swept_on == today:
        return
    await store.audit.let_go(audit)
    await store.let_go_of_keys()
    store.swept_on = today
