"""What would become of a file, said without keeping anything of it."""

import asyncio
from functools import partial
from uuid import uuid4

from services.referral import views
from services.referral.domain.importing import Counts
from services.referral.imports.choices import Choices
from services.referral.imports.receiving import Received
from services.referral.imports.taking import ended, judged
from services.referral.store import Store
from services.referral.use_cases.intake import foresee
from shared.kernel.caller import Caller


async def foreseen(store: Store, caller: Caller, file: Received) -> views.ForesightResponse:
    """How each row of a file would end now, by the decisions that would be taken."""
    choices, secret = Choices(await store.catalogue.every_school()), store.persistence.secret
    reading = partial(judged, file.header, file.form, file.rows, choices, agency=caller.tenant, secret=secret)
    rows = await asyncio.to_thread(reading)
    asked = [one for one in rows if one.demand]
    verdicts = await foresee(store, caller, [one.demand for one in asked], ids=[one.referral_id or uuid4() for one in asked])
    by_row = {one.row.number: verdict for one, verdict in zip(asked, verdicts, strict=True)}
    outcomes = [ended(file.header, one, by_row.get(one.row.number)) for one in rows]
    told = [outcome.model_copy(update={"referral_id": None}) for outcome in outcomes if outcome.reasons or outcome.warnings]
    return views.ForesightResponse(
        **Counts.of(outcomes).model_dump(), format=file.form.kind, rows=len(file.rows), empty_rows=file.empty,
        example_rows=file.examples, unknown_columns=list(file.header.unknown), outcomes=told,
    )  # fmt: skip
