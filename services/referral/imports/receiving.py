"""A file as it arrives: read, its columns told apart, and kept to be taken in; or refused in words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

from services.referral.domain.importing import Import
from services.referral.imports.table import Header, header_of, is_example
from services.referral.imports.template import SHEET
from services.referral.store import Store
from shared.kernel.caller import Caller
from shared.kernel.clock import real_now
from shared.kernel.errors import Invalid, Refused
from shared.sheets.cells import Form, Limits, Row
from shared.sheets.reading import read_sheet

AT_ONCE = 3
"""Files of one agency that may wait or be taken in."""
_reading = asyncio.Semaphore(1)
"""One file is read at a time in a process: a workbook costs some memory while it is open."""


@dataclass(frozen=True)
class Received:
    """A file that can be read: its columns, and its rows but the empty ones and the template's own."""

    form: Form
    header: Header
    rows: Sequence[Row] = field(repr=False)
    empty: int = 0
    examples: int = 0


async def received(raw: bytes, *, most_rows: int) -> Received:
    """What a file holds. Raises Invalid, in words for who sends it."""
    async with _reading:
        return await asyncio.to_thread(partial(_received, raw, most_rows))


def _received(raw: bytes, most_rows: int) -> Received:
    sheet = read_sheet(raw, Limits(rows=most_rows), named=SHEET)
    if not sheet.header:
        raise Invalid("no_rows", "Ce fichier est vide.")
    header = header_of(sheet)
    rows = [row for row in sheet.rows if not is_example(header, row)]
    if not rows:
        raise Invalid("no_rows", "Ce fichier n’a aucune ligne sous ses titres de colonnes.")
    return Received(sheet.form, header, rows, sheet.empty, len(sheet.rows) - len(rows))


async def keep(store: Store, caller: Caller, file: Received, *, import_id: UUID, fingerprint: str) -> Import:
    """Keep a file to be taken in. Under the same id and fingerprint it is kept once. Refused where too many wait."""
    await store.agency_of(caller)
    if await store.imports.running(caller.tenant) >= AT_ONCE and not await store.imports.is_kept(import_id):
        raise Refused("too_many_imports", f"{AT_ONCE} fichiers de votre organisme attendent déjà : attendez que l’un soit fini.")
    new = Import(
        import_id=import_id, upload=uuid4(), agency=caller.tenant, sub=caller.sub, role=caller.role, form=vars(file.form),
        header=file.header.written, unknown=file.header.unknown, rows=len(file.rows), empty=file.empty, examples=file.examples,
        since=store.clock.now(), began_at=real_now(),
    )  # fmt: skip
    return await store.imports.add(new, file.rows, fingerprint=fingerprint)
