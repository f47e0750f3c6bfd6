"""What would become of a file, said without keeping anything of it."""

from services.referral import views
from services.referral.imports.receiving import Received
from services.referral.store import Store
from shared.kernel.caller import Caller


async def foreseen(store: Store, caller: Caller, file: Received) -> views.ForesightResponse:
    raise NotImplementedError
