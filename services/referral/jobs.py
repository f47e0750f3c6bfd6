"""What time alone brings about: what was kept long enough is let go."""

from datetime import date
from functools import partial
from uuid import UUID

from services.referral.domain.erasure import Retention, is_pupil, last_told_on
from services.referral.store import Store
from services.referral.use_cases import erase_person
from shared.events.persons import ErasureCode
from shared.kernel.caller import SYSTEM
from shared.persistence.sweeping import each_apart


async def sweep(store: Store, kept: Retention) -> None:
    """Once a day: the audit, the keys of requests, rejections, files, old identities. Doing it twice changes nothing.

    A person who cannot be erased holds up nobody else; they are tried again the next day.
    """
    today = store.clock.today()
    if store.swept_on == today:
        return
    await store.audit.let_go(kept.audit)
    await store.let_go_of_keys()
    await store.rejections.let_go()
    await store.imports.let_go(kept.files)
    before = today - kept.identity
    await each_apart(await store.vault.kept_before(before), partial(_erase_if_old, store, before, today), what="person")
    store.swept_on = today


async def _erase_if_old(store: Store, before: date, on: date, young_id: UUID) -> None:
    """Erase a person of whom nothing was told since a day, under none of their ids, and who is no pupil."""
    everyone = await store.records.of_one_person(young_id)
    journeys = await store.journeys.of_each(everyone)
    told = [last_told_on(journeys[id], await store.referrals_of(id)) for id in everyone]
    if max(told) < before and not any(map(is_pupil, journeys.values())):
        await erase_person(store, SYSTEM, young_id=young_id, code=ErasureCode.RETENTION_ENDED, on=on)
