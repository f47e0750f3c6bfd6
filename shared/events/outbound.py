"""Events for one tenant, an agency or a school, on the topic that it alone may read: what concerns it, as it may see it.

They are kept apart from EVENTS, which are told to every service: none of ours hears these.
"""

from typing import ClassVar

from shared.events.event import ByType, Event
from shared.kernel.identifiers import Slug

OUTBOUND_EVENTS: ByType = {}
"""Every one by its type, as EVENTS has ours: each class enters itself."""
OUTBOUND = "etabli.outbound."
"""How the topics begin that a tenant is told on."""


class OutboundEvent(Event, topic=f"{OUTBOUND}{{tenant}}", key="tenant"):
    """What a tenant is told. `tenant` is the id of its agency or school; the topic follows from it (`destination`).

    A subclass names its type (`outbound.<subject>.<verb past>.v<N>`), its own key (whose story must stay in order) and, where
    that is one service, its teller.
    """

    published: ClassVar[ByType] = OUTBOUND_EVENTS
    tells_its_cause: ClassVar[bool] = False
    """What made us tell it may be of somebody else, or be known by a key that is not the tenant's to read."""

    tenant: Slug

    @property
    def destination(self) -> str:
        return f"{OUTBOUND}{self.tenant}"
