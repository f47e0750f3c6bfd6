"""Files of referrals while they are taken in, and their refused rows for some days: sealed, in pieces of some rows each.

A piece is taken up, then ended. What it was known of before it was taken up stays in it, so that one that a crash cut short
and that is done again counts as accepted what it had accepted.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.importing import Counts, Import, ImportStatus, RowOutcome
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock, real_now
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.secrets import derived
from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.mongo import Database
from shared.persistence.once import create_once
from shared.persistence.sealing import Sealed
from shared.persistence.writes import Row
from shared.sheets.cells import Cell
from shared.sheets.cells import Row as SheetRow

ROWS_OF_A_PIECE, SIZE_OF_A_PIECE = 150, 200_000
"""Rows at most, and characters after which a piece takes no more."""
SEALED = ("header", "unknown", "stopped_because")
LATEST_FIRST = ("began_at", -1), ("_id", -1)  # texts: a cursor holds no instant


@dataclass(frozen=True)
class Piece:
    """Some rows of an import, in order."""

    id: str
    rows: Sequence[SheetRow] = field(repr=False)


class Imports:
    """Imports by id, each agency's own."""

    def __init__(self, database: Database, clock: Clock, vault_keys: Sequence[bytes]) -> None:
        keys = tuple(derived(key, "imports") for key in vault_keys)
        self._imports = Sealed(database["imports"], SEALED, keys)
        self._pieces = Sealed(database["import_rows"], ("rows", "outcomes"), keys)
        self._clock = clock

    async def prepare(self) -> None:
        """Indexes for each query; what a former key sealed is sealed under the first."""
        await self._imports.rows.index("agency", *LATEST_FIRST)
        await self._imports.rows.index("status", "turn")
        await self._pieces.rows.index("upload", "rank")
        await self._pieces.rows.index("since")
        for sealed in (self._imports, self._pieces):
            await sealed.seal_anew()

    async def add(self, new: Import, rows: Iterable[SheetRow], *, fingerprint: str) -> Import:
        """Keep a file to take in, rows first. The same again gives what is kept; another under its key is refused (422)."""
        for rank, piece in enumerate(pieces(rows)):
            await self._pieces.rows.insert(self._waiting(new.upload, rank, piece))
        id = str(new.import_id)
        row = self._imports.closed(id, {**new.model_dump(mode="json", exclude={"import_id"}), "since": new.since})
        asked = {**row, "turn": real_now(), "fingerprint": fingerprint}
        try:
            kept = self._opened(await create_once(self._imports.rows, new.import_id, asked, same=("fingerprint",)))
        except Invalid:
            await self._forget_rows(new.upload)
            raise
        if kept.upload != new.upload:
            await self._forget_rows(new.upload)
        return kept

    async def get(self, caller: Caller, import_id: UUID) -> Import:
        """One of the caller's own. NotFound otherwise."""
        row = await self._imports.rows.majority().find_one({"_id": str(import_id), "agency": caller.tenant})
        if row is None:
            raise NotFound("Cet import")
        return self._opened(row)

    async def own(self, caller: Caller, asked: Asked) -> Part[Import]:
        """An agency's imports, the latest first."""
        found = await read_part(self._imports.rows.majority(), {"agency": caller.tenant}, sort=LATEST_FIRST, asked=asked)
        return found.map(self._opened)

    async def is_kept(self, import_id: UUID) -> bool:
        """Whether there is such an import, whoever asks."""
        return await self._imports.rows.find_one({"_id": str(import_id)}, fields={"_id": 1}) is not None

    async def running(self, agency: str) -> int:
        """How many of an agency's are not ended."""
        return await self._imports.rows.count({"agency": agency, "status": ImportStatus.RUNNING})

    async def next(self) -> Import | None:
        """That which waited longest for its turn: one agency's long file does not hold up another's short one."""
        now = real_now()
        found = await self._imports.rows.find_one({"status": ImportStatus.RUNNING}, sort=["turn", "_id"])
        if found:
            await self._imports.rows.update({"_id": found["_id"]}, {"$set": {"turn": now}})
        return self._opened(found) if found else None

    async def next_piece(self, one: Import) -> Piece | None:
        """The first of its pieces that is not ended."""
        left = {"upload": str(one.upload), "counts": None}
        found = await self._pieces.rows.find_one(left, sort=["rank"])
        return self._piece(found) if found else None

    async def take_up(self, piece: Piece, known: Iterable[UUID]) -> frozenset[UUID]:
        """Keep what was known before a piece is taken up, and give that which was kept first."""
        first = {"_id": piece.id, "known": None}
        await self._pieces.rows.update(first, {"$set": {"known": sorted(map(str, known))}})
        kept = await self._pieces.rows.find_one({"_id": piece.id}, fields={"known": 1})
        return frozenset(map(UUID, (kept or {}).get("known") or ()))

    async def end_piece(self, piece: Piece, outcomes: Sequence[RowOutcome]) -> None:
        """Keep how its rows ended, and of the rows themselves those that were refused. The first to say so is believed."""
        refused = {one.row for one in outcomes if one.outcome == "refused"}
        rows = [_kept(row) for row in piece.rows if row.number in refused]
        said = {"rows": rows, "outcomes": [one.model_dump(mode="json", exclude_defaults=True) for one in outcomes]}
        change = {"sealed": self._pieces.closed(piece.id, said)["sealed"], "counts": Counts.of(outcomes).model_dump()}
        await self._pieces.rows.update({"_id": piece.id, "counts": None}, {"$set": change})

    async def end(self, one: Import, *, because: str | None = None) -> None:
        """It is done, or stopped for a reason."""
        status = ImportStatus.STOPPED if because else ImportStatus.DONE
        sealed = self._imports.closed(str(one.import_id), {**one.model_dump(mode="json"), "stopped_because": because})["sealed"]
        change = {"status": status, "ended_at": real_now().isoformat(), "sealed": sealed}
        await self._imports.rows.update({"_id": str(one.import_id), "status": ImportStatus.RUNNING}, {"$set": change})

    async def counts(self, imports: Sequence[Import]) -> Mapping[UUID, Counts]:
        """Of each import, by its id, how far it is."""
        found = {one.upload: Counts() for one in imports}
        where = {"upload": {"$in": sorted(map(str, found))}, "counts": {"$ne": None}}
        for row in await self._pieces.rows.majority().find(where, fields={"upload": 1, "counts": 1}):
            id = UUID(row["upload"])
            found[id] = found[id].plus(Counts(**row["counts"]))
        return {one.import_id: found[one.upload] for one in imports}

    async def ended(self, one: Import) -> AsyncIterator[tuple[Sequence[RowOutcome], Sequence[SheetRow]]]:
        """How the rows of its ended pieces ended, piece by piece, and those rows of each that were refused."""
        where = {"upload": str(one.upload), "counts": {"$ne": None}}
        for found in await self._pieces.rows.majority().find(where, fields={"_id": 1}, sort=["rank"]):
            row = await self._pieces.rows.find_one({"_id": found["_id"]})
            if row:
                opened = self._pieces.opened(row)
                yield [RowOutcome.model_validate(said) for said in opened["outcomes"]], [_again(kept) for kept in opened["rows"]]

    async def forget(self, one: Import) -> None:
        """Delete an import and its rows."""
        await self._imports.rows.delete({"_id": str(one.import_id)})
        await self._forget_rows(one.upload)

    async def _forget_rows(self, upload: UUID) -> None:
        await self._pieces.rows.delete({"upload": str(upload)})

    async def let_go(self, kept: timedelta) -> None:
        """Delete what came that long ago, ended or not, with the rows of uploads that were cut short."""
        before = {"since": {"$lt": self._clock.now() - kept}}
        await self._imports.rows.delete(before)
        await self._pieces.rows.delete(before)

    def _waiting(self, upload: UUID, rank: int, rows: Sequence[SheetRow]) -> Row:
        id = f"{upload} {rank:05}"
        clear = {"_id": id, "upload": str(upload), "rank": rank, "since": self._clock.now(), "counts": None, "known": None}
        return self._pieces.closed(id, {**clear, "rows": list(map(_kept, rows)), "outcomes": []})

    def _piece(self, found: Row) -> Piece:
        return Piece(found["_id"], [_again(kept) for kept in self._pieces.opened(found)["rows"]])

    def _opened(self, row: Row) -> Import:
        return Import.model_validate({**self._imports.opened(row), "import_id": row["_id"]})


def pieces(rows: Iterable[SheetRow]) -> Iterator[Sequence[SheetRow]]:
    """Rows in pieces that a document holds."""
    piece: list[SheetRow] = []
    size = 0
    for row in rows:
        piece.append(row)
        size += sum(len(cell.text) for cell in row.cells)
        if len(piece) == ROWS_OF_A_PIECE or size > SIZE_OF_A_PIECE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _kept(row: SheetRow) -> list[Any]:
    return [row.number, *(cell.kept for cell in row.cells)]


def _again(kept: Sequence[Any]) -> SheetRow:
    return SheetRow(kept[0], tuple(map(Cell.again, kept[1:])))
