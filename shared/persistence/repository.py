"""Load, decide, save: a document's new state, what it tells and what it heard, in one write."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from pydantic import BaseModel
from pymongo.errors import DuplicateKeyError

from shared.events import Event
from shared.events.message import Message, message_of
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock, real_now
from shared.kernel.errors import NotFound, Unavailable, key_reused
from shared.persistence.actor import By, Scope, holds, name_of
from shared.persistence.mongo import Collection, Database, Session, in_transaction

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")
P = ParamSpec("P")
CLASHES = 50


class Clash(Exception):
    """Another writer was first, fifty times or within a transaction."""


@dataclass
class Persistence:
    """A service's database, its clock, its name on the wire, and the collections that tell."""

    database: Database
    producer: str
    clock: Clock

    def __post_init__(self) -> None:
        self.outbox_changed = asyncio.Event()
        """Set at each save that tells something: the relay need not wait for its next look."""
        self.outboxes: dict[str, Collection] = {}

    async def transaction(self, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Decide on several documents (`Repository.within`) or on none. `work` runs again after a clash with another's."""
        for _ in range(CLASHES):
            try:
                done = await in_transaction(self.database, work)
            except Clash:
                continue
            self.outbox_changed.set()  # the relay may have looked before the commit
            return done
        raise busy()

    def repository(
        self, name: str, state: type[S], evolve: Callable[[S | None, Event], S], scope: Callable[[Caller], Scope]
    ) -> "Repository[S]":
        """A collection of one kind of document, whose events are told under `/<service>/<name>/<id>`."""
        documents = Repository(self, name, state, evolve, scope)
        self.outboxes[name] = documents.collection
        return documents


class Repository(Generic[S]):
    """One kind of document: read, and changed only by decisions whose events `evolve` its state."""

    def __init__(
        self,
        persistence: Persistence,
        name: str,
        state: type[S],
        evolve: Callable[[S | None, Event], S],
        scope: Callable[[Caller], Scope],
    ) -> None:
        self.collection: Collection = persistence.database[name]
        self._persistence = persistence
        self._source = f"/{persistence.producer}/{name}"
        self._state = state
        self._evolve = evolve
        self._scope = scope
        self._session: Session | None = None

    async def get(self, id: UUID | str, *, by: By) -> S:
        """The state of one document. Raises NotFound when it is missing or not this caller's."""
        state = await self.find_one({"_id": str(id)}, by=by)
        if state is None:
            raise NotFound
        return state

    async def find_one(self, where: Mapping[str, Any], *, by: By) -> S | None:
        """The first document that matches, or None."""
        found = await self.find(where, by=by, limit=1)
        return found[0] if found else None

    async def find(
        self,
        where: Mapping[str, Any],
        *,
        by: By,
        sort: Sequence[tuple[str, int]] = (("_id", 1),),
        skip: int = 0,
        limit: int = 0,
    ) -> list[S]:
        """The states that match a MongoDB filter (fields are under `state.`) and that this caller may see."""
        allowed = self._filter(where, by)
        if allowed is None:
            return []
        cursor = self.collection.find(allowed, {"state": 1}, session=self._session).sort(list(sort)).skip(skip).limit(limit)
        return [self._state.model_validate(found["state"]) async for found in cursor]

    async def count(self, where: Mapping[str, Any], *, by: By) -> int:
        """How many match."""
        allowed = self._filter(where, by)
        return 0 if allowed is None else int(await self.collection.count_documents(allowed))

    def within(self, session: Session) -> "Repository[S]":
        """The same documents, read and written in a transaction (Persistence.transaction)."""
        bound = copy(self)
        bound._session = session
        return bound

    async def decide(
        self,
        id: UUID | str,
        by: By,
        decision: Callable[Concatenate[S, P], Sequence[Event]],
        /,
        *args: P.args,
        **command: P.kwargs,
    ) -> S:
        """Take one decision on an existing document and save it. NotFound, or whatever the decision refuses."""

        def on_existing(state: S | None) -> Sequence[Event]:
            if state is None:
                raise NotFound
            return decision(state, *args, **command)

        return await self._apply(str(id), by, on_existing, None)

    async def create(
        self,
        id: UUID | str,
        by: By,
        decision: Callable[Concatenate[S | None, P], Sequence[Event]],
        /,
        *args: P.args,
        **command: P.kwargs,
    ) -> S:
        """Take a decision on a document that may not exist yet: its state is then None."""
        return await self._apply(str(id), by, lambda state: decision(state, *args, **command), None)

    async def create_once(
        self,
        id: UUID | str,
        by: By,
        fingerprint: str,
        decision: Callable[Concatenate[S | None, P], Sequence[Event]],
        /,
        *args: P.args,
        **command: P.kwargs,
    ) -> S:
        """Create a document whose id comes from the request's own key.

        CurrentCaller the same again answers with the document as it is now; asking something else under the same key is
        refused (422 `key_reused`).
        """
        return await self._apply(str(id), by, lambda state: decision(state, *args, **command), fingerprint)

    async def _apply(self, id: str, by: By, decision: Callable[[S | None], Sequence[Event]], fingerprint: str | None) -> S:
        for _ in range(1 if self._session else CLASHES):
            found = await self.collection.find_one({"_id": id}, session=self._session)
            state = self._state.model_validate(found["state"]) if found else None
            if state is not None:
                if not self._sees(state, by):
                    raise NotFound
                if fingerprint is not None:
                    if found and found.get("fingerprint") == fingerprint:
                        return state
                    raise key_reused()
            heard: dict[str, int] = dict(found["heard"]) if found else {}
            repeated = False
            if isinstance(by, Message):
                repeated = state is not None and heard.get(by.inbox_key, -1) >= by.sequence
                heard[by.inbox_key] = max(by.sequence, heard.get(by.inbox_key, -1))
            # heard before: the write below, without events, waits until that is safe on a majority too
            events = [] if repeated else decision(state)
            new = state
            for event in events:
                new = self._evolve(new, event)
            if new is None:
                raise NotFound
            if not self._sees(new, by):
                raise NotFound
            if not events and not isinstance(by, Message):
                return new
            if await self._save(id, found, new, events, heard, by, fingerprint):
                return new
        if self._session:
            raise Clash
        raise busy()

    async def _save(
        self,
        id: str,
        found: dict[str, Any] | None,
        state: S,
        events: Sequence[Event],
        heard: dict[str, int],
        by: By,
        fingerprint: str | None,
    ) -> bool:
        told: int = found["sequence"] if found else 0
        entries = [self._entry(id, event, told + rank, by) for rank, event in enumerate(events, start=1)]
        fields = {"state": state.model_dump(mode="json"), "heard": heard, "sequence": told + len(events)}
        if found:
            change = {"$set": fields, "$inc": {"version": 1}, "$push": {"outbox": {"$each": entries}}}
            result = await self.collection.update_one({"_id": id, "version": found["version"]}, change, session=self._session)
            saved = bool(result.matched_count)
        else:
            try:
                document = {"_id": id, "version": 1, "outbox": entries, "fingerprint": fingerprint, **fields}
                await self.collection.insert_one(document, session=self._session)
                saved = True
            except DuplicateKeyError:
                saved = False
        if saved and entries:
            self._persistence.outbox_changed.set()
        return saved

    def _entry(self, id: str, event: Event, sequence: int, by: By) -> dict[str, Any]:
        message = message_of(event, source=f"{self._source}/{id}", sequence=sequence, time=self._persistence.clock.now())
        return {**vars(message), "topic": event.topic, "at": real_now(), "by": name_of(by)}

    def _filter(self, where: Mapping[str, Any], by: By) -> dict[str, Any] | None:
        if not isinstance(by, Caller) or by.is_admin:
            return dict(where)
        scope = self._scope(by)
        return None if scope is None else {"$and": [dict(where), {f"state.{field}": value for field, value in scope.items()}]}

    def _sees(self, state: S, by: By) -> bool:
        if not isinstance(by, Caller) or by.is_admin:
            return True
        scope = self._scope(by)
        return scope is not None and all(holds(getattr(state, field), value) for field, value in scope.items())


def busy() -> Unavailable:
    """Fifty others were first: nothing was kept."""
    return Unavailable("busy", "Trop de demandes à la fois sur ce dossier : recommencez.")
