"""Each service does its work with the rights of its own user, and Kafka and MongoDB refuse it all else."""

import pytest

from services.enrolment.main import service as enrolment
from services.production.main import service as production
from services.referral.main import service as referral
from services.referral.settings import Settings as ReferralSettings
from services.reporting.main import service as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.settings import Settings
from tests.access.servers import Guarded
from tests.conftest import Start

pytestmark = pytest.mark.slow


async def test_it_starts(guarded: Guarded, running: Start) -> None:
    for name, make, kind in (
        ("referral", referral, ReferralSettings),
        ("enrolment", enrolment, Settings),
        ("production", production, Settings),
        ("reporting", reporting, ReportingSettings),
    ):
        async with running(make, kind, fresh=False, **guarded.knobs(name)) as here:
            import asyncio

            await asyncio.sleep(12)
            answer = await here.signed_out().get("/health/ready")
            print(name, answer.status_code, answer.json())
