"""What is made before the services start refuses to give a simulated stack true data, or a real one invented data."""

from pathlib import Path

import pytest

from deploy.local.errors import CannotRun
from deploy.local.servers import Servers
from deploy.prepare import keep_kind
from shared.persistence.mongo import connect
from shared.settings import Settings
from tests.conftest import DRIVER

NAME = "of_a_kind"


@pytest.mark.parametrize(("first", "sentence"), [(False, "réelles.*Enlevez"), (True, "simulées.*ETABLI_SIMULATED=1")])
async def test_the_databases_of_one_kind_of_stack_are_refused_to_the_other(
    servers: Servers, keys: Path, first: bool, sentence: str
) -> None:
    def of(simulated: bool) -> Settings:
        jwks, secret = keys / "jwks.json", keys / "secret"
        return Settings(mongodb=servers.mongodb, mongo_driver=DRIVER, simulated=simulated, jwks_file=jwks, secret_file=secret)

    database = connect(servers.mongodb, f"etabli_{NAME}", driver=DRIVER)
    try:
        await keep_kind(NAME, of(first))
        await keep_kind(NAME, of(first))
        with pytest.raises(CannotRun, match=sentence):
            await keep_kind(NAME, of(not first))
    finally:
        await database.drop()
        await database.close()
