"""The webhooks of a service's tenants: what their programs set up, sealed, and how far each was sent."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.events.webhooks import DisabledCode
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import NotFound, Refused
from shared.kernel.secrets import derived
from shared.metrics import WEBHOOKS_DISABLED
from shared.persistence.failures import Clash, DuplicateKey
from shared.persistence.mongo import Session
from shared.persistence.repository import Repository
from shared.persistence.sealing import Sealed
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row
from shared.webhooks.attempts import Attempt, Attempts
from shared.webhooks.course import Place
from shared.webhooks.standing import STANDINGS, disable
from shared.webhooks.webhook import Disabled, Secret, Start, Webhook, row_of_place, row_of_secrets, webhook_of

SEALED = ("url", "secrets")
"""An address may hold a word of passage of its own."""


async def _nothing() -> None:
    """Nothing to make sure of."""


class Webhooks:
    """Every webhook that is set up at this service. A tenant's are its own: another's is not found."""

    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        self._rows = persistence.database["webhooks"]
        self._sealed = Sealed(self._rows, SEALED, persistence.sealing_keys("webhooks"))
        self._standings = Repository(persistence, STANDINGS)
        self._hashing = derived(persistence.secret, "addresses of webhooks")
        self.attempts = Attempts(persistence.database["webhook_attempts"])

    async def prepare(self) -> None:
        """Indexes that are guards: so many of one tenant, each address once."""
        await self._rows.index("tenant", "slot", unique=True)
        await self._rows.index("tenant", "address", unique=True)
        await self._sealed.seal_anew()
        await self.attempts.prepare()

    async def of(self, tenant: str) -> list[Webhook]:
        """A tenant's, the oldest first."""
        rows = await self._rows.majority().find({"tenant": tenant}, sort=["registered_at", "_id"])
        return [self._opened(row) for row in rows]

    async def get(self, tenant: str, id: UUID) -> Webhook:
        """One of a tenant's. Raises NotFound."""
        row = await self._rows.majority().find_one({"_id": str(id), "tenant": tenant})
        if row is None:
            raise NotFound("Ce webhook")
        return self._opened(row)

    async def every(self) -> list[Webhook]:
        """Those of every tenant."""
        return [self._opened(row) for row in await self._rows.majority().find()]

    async def register(self, tenant: str, id: UUID, url: str, secret: str, *, most: int, now: datetime) -> Webhook:
        """Set one up, to be sent what is told from now on. Refused: `webhook_exists`, `too_many_webhooks`."""
        webhook = Webhook(str(id), tenant, url, (Secret(secret),), registered_at=now, start=Start(now))

        async def work() -> Webhook:
            rows = await self._rows.find({"tenant": tenant}, fields={"slot": 1, "address": 1})
            _ensure_new(self._address(url), rows)
            free = next((slot for slot in range(most) if slot not in {row["slot"] for row in rows}), None)
            if free is None:
                raise Refused("too_many_webhooks", f"Vous avez déjà {most} webhooks : supprimez-en un d’abord.")
            try:
                await self._rows.insert({**self._closed(webhook), "slot": free})
            except DuplicateKey:
                raise Clash from None
            return webhook

        return await self._persistence.in_turn(work, f"webhooks of {tenant}")

    async def move(self, tenant: str, id: UUID, url: str) -> Webhook:
        """Send to another address from now on. Refused: `webhook_exists`."""

        async def ensure_new() -> None:
            rows = await self._rows.find({"tenant": tenant, "_id": {"$ne": str(id)}}, fields={"address": 1})
            _ensure_new(self._address(url), rows)

        return await self._change(tenant, id, lambda one: replace(one, url=url), before=ensure_new)

    async def roll(self, tenant: str, id: UUID, secret: str, *, keep: timedelta, now: datetime) -> Webhook:
        """Sign with another secret from now on, and with the former too for so long: two at most are good at once."""

        def rolled(one: Webhook) -> Webhook:
            former = Secret(one.secrets[0].text, now + keep)
            return replace(one, secrets=(Secret(secret), former) if keep else (Secret(secret),))

        return await self._change(tenant, id, rolled)

    async def enable(self, tenant: str, id: UUID) -> Webhook:
        """Go on sending, from where it stopped, as if nothing had failed. One that is not disabled goes on as it was."""

        def enabled(one: Webhook) -> Webhook:
            if not one.disabled:
                return one
            place = Place(one.place.upto, one.place.left, delivered_at=one.place.delivered_at) if one.place else None
            return replace(one, disabled=None, place=place, course=one.course + 1)

        return await self._change(tenant, id, enabled)

    async def replay(self, tenant: str, id: UUID, start: Start) -> Webhook:
        """Send again all that was written from a start on, without passing over anything that was not acknowledged."""

        def replayed(one: Webhook) -> Webhook:
            known = one.place.after if one.place else one.start.known
            instant = start.instant if one.place else min(start.instant, one.start.instant)
            return replace(one, start=Start(instant, known, start.told_since), place=None, course=one.course + 1)

        return await self._change(tenant, id, replayed)

    async def delete(self, tenant: str, id: UUID) -> Webhook:
        """Forget one, and what was tried: what it was. Raises NotFound."""
        was = await self.get(tenant, id)
        await self._rows.delete({"_id": str(id), "tenant": tenant})
        await self.attempts.drop(str(id))
        return was

    async def keep_place(self, webhook: Webhook, place: Place, *, term: int) -> bool:
        """Keep how far a webhook was sent. False where another course of it has begun, or a later holder of the lease has it."""
        mine = {"_id": webhook.id, "course": webhook.course, "term": {"$not": {"$gt": term}}}
        return bool((await self._rows.update(mine, {"$set": {"place": row_of_place(place), "term": term}})).found)

    async def keep_attempts(self, webhook: Webhook, attempts: Sequence[Attempt]) -> None:
        """Keep what was tried."""
        await self.attempts.keep(webhook.id, attempts)

    async def disable(self, webhook: Webhook, disabled: Disabled) -> None:
        """Send it nothing more, and tell its tenant so, in one transaction. Nothing where its tenant began another course."""
        code, on = DisabledCode(disabled.code), self._persistence.clock.today()

        async def work(session: Session) -> bool:
            as_was = {"_id": webhook.id, "course": webhook.course, "disabled": None}
            change = {"$set": {"disabled": asdict(disabled)}, "$inc": {"version": 1}}
            if not (await self._rows.update(as_was, change, session=session)).found:
                return False
            await self._standings.within(session).acting(SYSTEM).create(
                webhook.id, disable, webhook_id=UUID(webhook.id), tenant=webhook.tenant, code=code,
                failing_since=disabled.since, on=on,
            )  # fmt: skip
            return True

        if await self._persistence.transaction(work, webhook.id):
            WEBHOOKS_DISABLED.labels(code).inc()

    async def _change(
        self,
        tenant: str,
        id: UUID,
        change: Callable[[Webhook], Webhook],
        *,
        before: Callable[[], Awaitable[None]] = _nothing,
    ) -> Webhook:
        """Change what a tenant set up; its place only where a new course begins. Raises NotFound."""

        async def work() -> Webhook:
            await before()
            was = await self.get(tenant, id)
            new = change(was)
            changed = self._closed(new)
            kept = {name: value for name, value in changed.items() if name != "place" or new.course != was.course}
            done = await self._rows.update(
                {"_id": was.id, "version": was.version}, {"$set": {**kept, "version": was.version + 1}}
            )
            if not done.found:
                raise Clash
            return replace(new, version=was.version + 1)

        try:
            return await self._persistence.in_turn(work, str(id))
        except DuplicateKey:
            raise _exists() from None

    def _closed(self, webhook: Webhook) -> Row:
        """As it is kept."""
        row = asdict(webhook) | {
            "_id": webhook.id, "address": self._address(webhook.url), "secrets": row_of_secrets(webhook.secrets),
            "place": row_of_place(webhook.place) if webhook.place else None,
        }  # fmt: skip
        del row["id"]
        return self._sealed.closed(webhook.id, row)

    def _opened(self, row: Row) -> Webhook:
        return webhook_of(self._sealed.opened(row))

    def _address(self, url: str) -> str:
        """An address as it is compared: a keyed hash, which says nothing of it."""
        return hmac.digest(self._hashing, url.encode(), "sha256").hex()


def _ensure_new(address: str, rows: Sequence[Row]) -> None:
    if any(row["address"] == address for row in rows):
        raise _exists()


def _exists() -> Refused:
    return Refused("webhook_exists", "Cette adresse est déjà celle d’un de vos webhooks.")
