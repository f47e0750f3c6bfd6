"""The per-message driver of a read model: each message that a handler gets is folded into its rows."""

from collections.abc import Sequence

from shared.events.message import Message
from shared.persistence.mongo import Collection
from shared.projections.read_model import ReadModel, Stored
from shared.projections.rows import fold_into


class LiveProjection:
    """A read model and the collection it is kept in, for services that handle one message at a time."""

    def __init__(self, model: ReadModel, collection: Collection) -> None:
        self.model = model
        self.collection = collection

    async def apply(self, message: Message) -> Sequence[Stored]:
        """Fold a message into its rows, once, and give them back as they are then.

        When this returns they are on a majority, so the message may be acknowledged: one that was handled before, and changes
        nothing, is written again, since the row that says so may not be safe yet.
        """
        changes = {change.id: [change] for change in self.model.changes(message.event(), message)}
        return list((await fold_into(self.collection, changes, even_unchanged=True)).values())
