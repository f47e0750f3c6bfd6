"""The repository: load, decide, save. State, outbox and inbox in one write, under optimistic concurrency."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.events import Event
from shared.events.message import Message, message_of
from shared.kernel.aggregate import Aggregate
from shared.kernel.caller import Actor, Caller
from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound
from shared.metrics import DECISIONS, name_of, refusals_counted
from shared.persistence.failures import Clash, DuplicateKey
from shared.persistence.inbox import Inbox
from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.mongo import Collection, Key, Session
from shared.persistence.once import RESTORED, ensure_same
from shared.persistence.transaction import Persistence
from shared.persistence.visibility import filter_for, sees
from shared.persistence.writes import Insert, Row

S = TypeVar("S", bound=BaseModel)
E = TypeVar("E", bound=Event)
P = ParamSpec("P")


class Repository(Generic[S, E]):
    """The documents of one aggregate. Nothing is read or decided but for an actor (`acting`)."""

    def __init__(self, persistence: Persistence, aggregate: Aggregate[S, E]) -> None:
        self.aggregate = aggregate
        self.persistence = persistence
        self.collection: Collection = persistence.database[aggregate.name]
        self.session: Session | None = None
        persistence.outboxes[aggregate.name] = self.collection

    def within(self, session: Session) -> "Repository[S, E]":
        """The same documents, read and written in a transaction (Persistence.transaction)."""
        bound = copy(self)
        bound.session = session
        return bound

    async def keep_made(self, rows: Sequence[Row], session: Session) -> None:
        """Keep what was decided on for the first time (`Acting.made`). Clash where another made one of them."""
        if rows:
            await self.collection.bulk([Insert(row) for row in rows], session=session)

    def acting(self, actor: Actor, *, cause: Message | None = None) -> "Acting[S, E]":
        """The same documents as this actor sees them. With a cause, each decision handles that message, once."""
        return Acting(self, actor, cause)


class Acting(Generic[S, E]):
    """A repository for one actor: a person sees and decides on what is their tenant's, the system on everything."""

    def __init__(self, repository: Repository[S, E], actor: Actor, cause: Message | None) -> None:
        self._persistence = repository.persistence
        self._aggregate = repository.aggregate
        self._collection = repository.collection
        self._session = repository.session
        self._shown = self._collection.majority() if isinstance(actor, Caller) and not self._session else self._collection
        self._actor = actor
        self._cause = cause

    async def get(self, id: UUID | str) -> S:
        """The state of one document. Raises NotFound when it is missing or not this actor's."""
        state = await self.find_one({"_id": str(id)})
        if state is None:
            raise NotFound
        return state

    async def find_one(self, where: Mapping[str, Any]) -> S | None:
        """The first document that matches, or None."""
        found = await self.find(where, limit=1)
        return found[0] if found else None

    async def find(self, where: Mapping[str, Any], *, sort: Sequence[Key] = ("_id",), skip: int = 0, limit: int = 0) -> list[S]:
        """The states that match a MongoDB filter (fields are under `state.`) and that this actor may see."""
        allowed = filter_for(self._aggregate, self._actor, where)
        if allowed is None:
            return []
        rows = await self._shown.find(allowed, fields={"state": 1}, sort=sort, skip=skip, limit=limit, session=self._session)
        return [self._aggregate.state.model_validate(row["state"]) for row in rows]

    async def part(self, where: Mapping[str, Any], *, sort: Sequence[Key], asked: Asked) -> Part[S]:
        """The part that is asked for of the states that match and that this actor may see."""
        allowed = filter_for(self._aggregate, self._actor, where)
        if allowed is None:
            return Part([], None)
        fields = {"state": 1}
        rows = await read_part(self._shown, allowed, sort=sort, asked=asked, fields=fields, session=self._session)
        return rows.map(lambda row: self._aggregate.state.model_validate(row["state"]))

    async def count(self, where: Mapping[str, Any]) -> int:
        """How many match."""
        allowed = filter_for(self._aggregate, self._actor, where)
        return 0 if allowed is None else await self._shown.count(allowed, session=self._session)

    async def decide(
        self, id: UUID | str, decision: Callable[Concatenate[S, P], Sequence[E]], /, *args: P.args, **command: P.kwargs
    ) -> S:
        """Take one decision on an existing document and save it. NotFound, or whatever the decision refuses."""

        def on_existing(state: S | None) -> Sequence[E]:
            if state is None:
                raise NotFound
            return decision(state, *args, **command)

        return await self._apply(str(id), name_of(decision), on_existing, None)

    async def create(
        self, id: UUID | str, decision: Callable[Concatenate[S | None, P], Sequence[E]], /, *args: P.args, **command: P.kwargs
    ) -> S:
        """Take a decision on a document that may not exist yet: its state is then None."""
        return await self._apply(str(id), name_of(decision), lambda state: decision(state, *args, **command), None)

    async def create_once(
        self,
        id: UUID | str,
        fingerprint: str,
        decision: Callable[Concatenate[S | None, P], Sequence[E]],
        /,
        *args: P.args,
        **command: P.kwargs,
    ) -> S:
        """Create a document whose id comes from the request's own key.

        Asking the same again answers with the document as it is now; asking something else under the same key is
        refused (422 `key_reused`).
        """
        return await self._apply(str(id), name_of(decision), lambda state: decision(state, *args, **command), fingerprint)

    def made(
        self, id: UUID | str, fingerprint: str, decision: Callable[Concatenate[None, P], Sequence[E]], /,
        *args: P.args, **command: P.kwargs,
    ) -> tuple[S, Row]:  # fmt: skip
        """A document that is not there yet, decided on: its state, and its row for `Repository.keep_made`."""
        events = list(decision(None, *args, **command))
        state = self._evolved(None, events)
        DECISIONS.labels(self._aggregate.name, name_of(decision), "made").inc()
        return state, self._new_row(str(id), state, events, fingerprint)

    async def _apply(self, id: str, verb: str, decision: Callable[[S | None], Sequence[E]], fingerprint: str | None) -> S:
        attempt = partial(self._attempt, id, verb, decision, fingerprint)
        with refusals_counted(self._aggregate.name, verb):
            if self._session:  # whoever began the transaction waited for their turn, and begins it again after a clash
                return await attempt()
            return await self._persistence.in_turn(attempt, id)

    async def _attempt(self, id: str, verb: str, decision: Callable[[S | None], Sequence[E]], fingerprint: str | None) -> S:
        """Decide on what is there now and save it. Raises Clash where another writer was first."""
        found = await self._collection.find_one({"_id": id}, session=self._session)
        state = self._aggregate.state.model_validate(found["state"]) if found else None
        if found and state:
            if not sees(self._aggregate, self._actor, state):
                raise NotFound
            if self._is_repeated(found, fingerprint):
                await self._ensure_durable(found)
                return state
        events = list(decision(state))
        new = self._evolved(state, events)
        if found and not events and self._cause is None:
            await self._ensure_durable(found)
        else:
            await self._save(id, found, new, events, fingerprint)
        DECISIONS.labels(self._aggregate.name, verb, "made" if events else "nothing").inc()
        return new

    def _is_repeated(self, found: Row, fingerprint: str | None) -> bool:
        """Whether this creation, or this message, was taken in before. Raises `key_reused` for another creation."""
        if fingerprint is not None:
            if found["fingerprint"] != RESTORED:
                ensure_same(found, {"fingerprint": fingerprint})
            return True
        return self._cause is not None and Inbox(found["inbox"]).has(self._cause)

    async def _ensure_durable(self, found: Row) -> None:
        """Return once a majority keeps what was found: « nothing to do » is an answer that no failover may take back.

        A write that changes nothing waits for that, as any other does; a transaction's commit does it for all of it.
        """
        if not self._session:
            version = {"version": found["version"]}
            if not (await self._collection.update({"_id": found["_id"], **version}, {"$set": version})).found:
                raise Clash

    def _evolved(self, state: S | None, events: list[E]) -> S:
        """The state after these events and those that follow from them, which are added. Raises NotFound if it is not theirs."""
        new = state
        for event in events:
            new = self._aggregate.evolve(new, event)
        if new is None:
            raise NotFound
        if events and self._aggregate.then:
            for event in self._aggregate.then(new, self._persistence.clock.today()):
                events.append(event)
                new = self._aggregate.evolve(new, event)
        if not sees(self._aggregate, self._actor, new):
            raise NotFound
        return new

    async def _save(self, id: str, found: Row | None, state: S, events: Sequence[E], fingerprint: str | None) -> None:
        if found:
            fields = self._fields(id, state, events, Inbox(found["inbox"]), last=found["sequence"])
            change = {"$push": {"outbox": {"$each": fields.pop("outbox")}}, "$set": fields, "$inc": {"version": 1}}
            done = await self._collection.update({"_id": id, "version": found["version"]}, change, session=self._session)
            if not done.found:
                raise Clash
        else:
            try:
                await self._collection.insert(self._new_row(id, state, events, fingerprint), session=self._session)
            except DuplicateKey:
                raise Clash from None
        if events:
            self._persistence.outbox_changed.set()

    def _new_row(self, id: str, state: S, events: Sequence[E], fingerprint: str | None) -> Row:
        return {"_id": id, "version": 1, "fingerprint": fingerprint, **self._fields(id, state, events, Inbox(), last=0)}

    def _fields(self, id: str, state: S, events: Sequence[E], inbox: Inbox, *, last: int) -> Row:
        """What a decision writes of a document: its state, what it tells, what it has heard. `last`: of its sequence so far."""
        inbox = inbox.after(self._cause) if self._cause else inbox
        entries = [self._entry(id, event, last + rank) for rank, event in enumerate(events, start=1)]
        said = {"state": state.model_dump(mode="json"), "inbox": inbox.positions, "sequence": last + len(events)}
        return {**said, "outbox": entries}

    def _entry(self, id: str, event: E, sequence: int) -> dict[str, Any]:
        source = f"/{self._persistence.producer}/{self._aggregate.name}/{id}"
        cause = self._cause if event.tells_its_cause else None
        message = message_of(event, source=source, sequence=sequence, time=self._persistence.clock.now(), cause=cause)
        return {**vars(message), "topic": event.destination, "at": real_now(), "by": self._actor_name()}

    def _actor_name(self) -> str:
        """Who did it, for the history: the person and their organisation, the message that made us, or the service."""
        if isinstance(self._actor, Caller):
            return f"{self._actor.organisation} {self._actor.sub}"
        return self._cause.id if self._cause else "service"
