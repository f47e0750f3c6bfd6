"""Servers that let nobody in without a name, once for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.access.servers import Guarded, guarded_servers


@pytest.fixture(scope="package")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_servers(tmp_path_factory.mktemp("guarded")) as servers:
        yield servers
