"""Files of referrals: sent, followed until they are taken in, and their refused rows fetched to be mended."""

from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.referral import views
from services.referral.api.deps import StoreDep, read_by, settings_of
from services.referral.domain.importing import Import, Outcome, RowOutcome
from services.referral.imports.choices import Choices
from services.referral.imports.foresight import foreseen
from services.referral.imports.receiving import keep, received
from services.referral.imports.rejected import rejected_file
from services.referral.imports.taking import header_again
from services.referral.imports.template import template_csv, template_xlsx
from services.referral.store import Store
from services.referral.store.audit import What, Whom
from shared.kernel.clock import real_now
from shared.kernel.errors import Forbidden, Invalid, Refused
from shared.kernel.secrets import derived
from shared.persistence.keyset import part_of
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import large_body
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency, fingerprint
from shared.web.router import Router
from shared.web.uploads import upload_of, uploaded

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"csv": CSV, "xlsx": XLSX}
LARGEST = 10_000_000
"""Bytes, of a file."""
A_FILE = upload_of((CSV, XLSX, "application/octet-stream"))
A_WHOLE_FILE = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, Any] = {200: {"content": dict.fromkeys(KINDS.values(), A_WHOLE_FILE)}}
UNREADABLE = ("doubled_columns", "missing_columns", "no_file", "no_rows", "too_many_rows", "unreadable_file")

router = Router(tags=["fichiers"], problems={Invalid: UNREADABLE, Refused: ("too_many_imports", "unknown_agency"), Forbidden: ()})
OF_AGENCIES = require("agency")
WITH_A_FILE = [OF_AGENCIES, large_body(LARGEST)]


@router.post("/referrals/imports", status_code=202, dependencies=WITH_A_FILE, openapi_extra=A_FILE)
async def import_referrals(request: Request, caller: CurrentCaller, key: Idempotency, store: StoreDep) -> views.ImportResponse:
    """Take a CSV or XLSX file in, row by row, behind this request. The same file again accepts nothing twice."""
    raw, secret = await uploaded(request), store.persistence.secret
    file = await received(raw, most_rows=settings_of(request).import_rows)
    said = fingerprint(derived(secret, "files"), sha256(raw).hexdigest())
    return await _shown(store, await keep(store, caller, file, import_id=key.id, fingerprint=said))


@router.post("/referrals/imports/dry-run", dependencies=WITH_A_FILE, openapi_extra=A_FILE)
async def foresee_import(request: Request, caller: CurrentCaller, store: StoreDep) -> views.ForesightResponse:
    """Say what would become of each row of a file, now. Nothing is kept, of the file nor of what it says."""
    await store.agency_of(caller)
    file = await received(await uploaded(request), most_rows=settings_of(request).import_rows)
    return await foreseen(store, caller, file)


@router.get("/referrals/imports", dependencies=[OF_AGENCIES])
async def list_imports(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[views.ImportResponse]:
    """The agency's own files of the last days, the latest first."""
    part = await store.imports.own(caller, paging.asked)
    counts = await store.imports.counts(part.items)
    return paging.page(part, [views.show_import(one, counts[one.import_id], now=real_now()) for one in part.items])


@router.get("/referrals/imports/template", dependencies=[OF_AGENCIES], response_class=Response, responses=FILES)
async def read_template(store: StoreDep, kind: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "xlsx") -> Response:
    """The file to fill in: its columns, an example row, which is not taken in, and the values that may be written."""
    choices = Choices(await store.catalogue.every_school())
    made = template_xlsx(choices) if kind == "xlsx" else template_csv(choices)
    return _file(made, kind, "orientations-modele")


@router.get("/referrals/imports/{import_id}", dependencies=[OF_AGENCIES])
async def read_import(import_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.ImportResponse:
    """How far a file is: the rows that were taken up, and how they ended."""
    return await _shown(store, await store.imports.get(caller, import_id))


@router.get("/referrals/imports/{import_id}/rows", dependencies=[OF_AGENCIES])
async def list_imported_rows(
    import_id: UUID, caller: CurrentCaller, store: StoreDep, paging: PagingDep, outcome: Outcome | None = None
) -> Page[RowOutcome]:
    """How each row ended that was taken up: its referral, or why it was refused, by the columns of the file."""
    one = await store.imports.get(caller, import_id)
    ended = [row async for outcomes, _ in store.imports.ended(one) for row in outcomes if outcome in (None, row.outcome)]
    part = part_of(ended, lambda row: [row.row], paging.asked)
    return paging.page(part, part.items)


@router.get("/referrals/imports/{import_id}/rejected", dependencies=[read_by("agency")], response_class=Response, responses=FILES)
async def read_rejected_rows(import_id: UUID, caller: CurrentCaller, store: StoreDep) -> Response:
    """The refused rows, as they were and in the file's own format, with why: to be mended and sent again. It is in the audit."""
    async with store.audit.reading(caller, What.WHOLE, Whom()):
        one = await store.imports.get(caller, import_id)
        header, form = header_again(one)
        refused = []
        async for outcomes, rows in store.imports.ended(one):
            reasons = {outcome.row: outcome.reasons for outcome in outcomes}
            refused += [(row, reasons[row.number]) for row in rows]
    return _file(rejected_file(form, header, refused), form.kind, "orientations-rejetees")


@router.delete("/referrals/imports/{import_id}", status_code=204, dependencies=[OF_AGENCIES])
async def forget_import(import_id: UUID, caller: CurrentCaller, store: StoreDep) -> None:
    """Forget a file and its refused rows now. One that is being taken in stops; what it accepted stays."""
    await store.imports.forget(await store.imports.get(caller, import_id))


async def _shown(store: Store, one: Import) -> views.ImportResponse:
    counts = await store.imports.counts([one])
    return views.show_import(one, counts[one.import_id], now=real_now())


def _file(made: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Content-Type-Options": "nosniff"}
    return Response(made, media_type=KINDS[kind], headers=headers)
