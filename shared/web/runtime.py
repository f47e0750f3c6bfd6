"""The runtime: what one process holds while it runs, typed by the service's store; the one place where a request finds it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from fastapi import FastAPI, Request

from shared.kernel.caller import Caller
from shared.kernel.retry import Outage
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.following import TenantTopics
from shared.messaging.parked import Parked
from shared.messaging.parking import Parking
from shared.messaging.probe import KafkaProbe
from shared.messaging.relay import Relay
from shared.persistence.migrations import Migrations
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.rates import Rate, Streams
from shared.web.signin.desk import Desk
from shared.webhooks.sending import Sender


class Store(Protocol):
    """A service's collections. `prepare` creates their indexes and may be called at every start."""

    async def prepare(self) -> None: ...


StoreT = TypeVar("StoreT", bound=Store)
Sweep = Callable[[StoreT], Awaitable[None]]
"""What time alone brings about (deadlines): called with the store, every so often and after the simulated clock moved."""


@dataclass
class Runtime(Generic[StoreT]):
    """A service at work. `prepared` turns true once its database has answered and its indexes are there."""

    settings: Settings
    persistence: Persistence
    store: StoreT
    verifier: Callable[[str], Caller]
    desk: Desk
    """How one signs in on its pages, and who is."""
    secret: bytes
    rate: Rate
    """Of each organisation."""
    items: Rate
    """The same, of what it sends many of in one request."""
    streams: Streams
    tenant_streams: Streams
    """Those of tenants that follow their own events."""
    tenant_topics: TenantTopics
    sender: Sender
    """What calls webhooks."""
    parking: Parking
    dispatcher: Dispatcher[StoreT]
    parked: Parked
    relay: Relay
    probe: KafkaProbe
    reading: Outage
    """Whether what it reads is away, or refused to it."""
    sweep: Sweep[StoreT] | None
    migrations: Migrations
    prepared: bool = False
    groups: dict[str, Outage] = field(default_factory=dict)
    """Other groups that it reads as, by name: whether what they read is away, or refused."""

    @property
    def kafka_is_away(self) -> bool:
        """Whether Kafka does not answer, or does not take what is published. One that says no is there."""
        return self.probe.kafka_is_away or (self.relay.kafka_is_away and not self.probe.kafka_refuses)

    async def refusing(self) -> list[str]:
        """What Kafka refuses this service: topics that it does not take, `group:` what it may not read as, or `cluster`."""
        cluster = ["cluster"] if self.probe.kafka_refuses or self.relay.kafka_refuses else []
        group = [f"group:{self.persistence.producer}"] if self.reading.refused else []
        group += [f"group:{name}" for name, outage in self.groups.items() if outage.refused]
        return [*cluster, *group, *await self.relay.refusing()]


def runtime_of(app: FastAPI) -> Runtime[Any]:
    """What an application holds, from its start to its end."""
    return cast(Runtime[Any], app.state.runtime)


def runtime(request: Request) -> Runtime[Any]:
    """What the application of this request holds."""
    return runtime_of(request.app)
