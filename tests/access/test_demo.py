"""The five schools live their years on servers that let no stranger in, each service under its own name."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deploy.local.keys import keys_in
from deploy.local.stack import running_stack
from deploy.simulation.run import run
from tests.access.servers import Guarded, guarded_servers

pytestmark = pytest.mark.slow


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Guarded]:
    """Servers of its own: its agencies and schools would be found by whoever asks the others who is there."""
    with guarded_servers(tmp_path) as servers:
        yield servers


async def test_the_demo_s_tally_is_equal_where_each_service_has_its_own_rights_alone(
    apart: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_itself(service: str) -> Sequence[str]:
        told = {
            "ETABLI_KAFKA_USER": service, "ETABLI_KAFKA_PASSWORD_FILE": apart.passwords / f"kafka-{service}",
            "ETABLI_MONGODB_USER": service, "ETABLI_MONGODB_PASSWORD_FILE": apart.passwords / f"mongodb-{service}",
        }  # fmt: skip
        return ["env", *(f"{name}={said}" for name, said in told.items()), sys.executable, "-m", f"services.{service}.main"]

    ours = apart.brokers("ops")
    for name, said in {
        "KAFKA_BOOTSTRAP_SERVERS": apart.kafka, "MONGODB_URL": apart.mongodb,
        "ETABLI_KAFKA_USER": ours.user, "ETABLI_KAFKA_PASSWORD_FILE": ours.password_file,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(said))
    with running_stack(tmp_path / "data", simulated=True, command=as_itself) as stack:
        assert await asyncio.to_thread(run, stack.addresses, keys_in(stack.data).private, pupils=8, seed=1)
