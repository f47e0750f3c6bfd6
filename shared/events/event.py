"""The base of every domain event: the day it happened, a type, a topic and a key."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel.strict import Day

ByType = dict[str, type["Event"]]
EVENTS: ByType = {}
"""Every published event by its type: each class enters itself. Complete once `shared.events` is imported."""


class Event(BaseModel):
    """A fact, published once, never changed. `on` is a day in Europe/Paris; the instant of publication is the message's `time`.

    A subclass names its type (`fr.etabli.<producer>.<subject>.<verb past>.v<N>`), its topic, and the field that is its key:
    whose story must stay in order. Fields that this build does not know are ignored: a version only ever gains optional ones.

    A base without a type says what its events are about. It is an open set, for who hears them; what one document tells is
    a closed one, the union beside its `evolve`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: ClassVar[str]
    teller: ClassVar[str]
    topic: ClassVar[str]
    keyed_by: ClassVar[str]
    published: ClassVar[ByType] = EVENTS
    tells_its_cause: ClassVar[bool] = True

    on: Day

    def __init_subclass__(cls, type: str = "", topic: str = "", key: str = "", teller: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if topic:
            cls.topic = topic
        if key:
            cls.keyed_by = key
        if teller:
            cls.teller = teller
        if type:
            cls.type, cls.teller = f"fr.etabli.{type}", getattr(cls, "teller", "") or type.partition(".")[0]
            if cls.type in cls.published:
                raise TypeError(f"{cls.type} is published twice")
            cls.published[cls.type] = cls

    @property
    def destination(self) -> str:
        """The topic that this very event is published on: its type's, for all that is no tenant's own."""
        return self.topic

    @property
    def key(self) -> str:
        """The Kafka key, as text."""
        value: UUID | str = getattr(self, self.keyed_by)
        return str(value)
