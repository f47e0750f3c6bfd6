"""What time alone brings about: what was kept long enough is let go."""

from datetime import date

from services.referral.domain.erasure import Retention, is_pupil, last_told_on
from services.referral.store import Store
from services.referral.use_cases import erase_person
from shared.events.persons import ErasureCode
from shared.kernel.caller import SYSTEM


async def sweep(store: Store, kept: Retention) -> None:
    """Once a day: the audit, the keys of requests, files, old identities. Doing it twice changes nothing."""
    today = store.clock.today()
    if store.swept_on == today:
        return
    await store.audit.let_go(kept.audit)
    await store.let_go_of_keys()
    await store.imports.let_go(kept.files)
    await _erase_old(store, today - kept.identity, on=today)
    store.swept_on = today


async def _erase_old(store: Store, before: date, *, on: date) -> None:
    """Erase each person of whom nothing was told since a day, under none of their ids, and who is no pupil."""
    for young_id in await store.vault.kept_before(before):
        everyone = await store.records.of_one_person(young_id)
        journeys = await store.journeys.of_each(everyone)
        told = [last_told_on(journeys[id], await store.referrals_of(id)) for id in everyone]
        if max(told) < before and not any(map(is_pupil, journeys.values())):
            await erase_person(store, SYSTEM, young_id=young_id, code=ErasureCode.RETENTION_ENDED, on=on)
