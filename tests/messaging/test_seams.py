"""The private names of aiokafka, Faust and mode that our client stands on: where they move, this fails before harm is done."""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import fetcher
from aiokafka.record import default_records
from faust.transport import consumer as faust_consumer
from faust.transport.drivers import aiokafka as driver
from mode.threads import ServiceThread


def test_the_versions_are_those_whose_sources_were_read() -> None:
    assert (version("aiokafka"), version("faust-streaming")) == ("0.14.0", "0.15.3")


@pytest.mark.parametrize(
    ("seam", "digest"),
    [
        (AIOKafkaConsumer.start, "2f1ba7044332"),  # it makes the fetcher that ours takes the place of
        (fetcher.Fetcher, "2b011d9164fa"),
        (fetcher.PartitionRecords, "94aa0da0dbec"),
        (fetcher.FetchResult, "d7db13f06de8"),
        (default_records._DefaultRecordBatchPy, "f63fbb5a8a24"),
        (faust_consumer.Consumer, "2a6a37200a4d"),
        (faust_consumer.ThreadDelegateConsumer, "a1b934b198fa"),
        (driver.AIOKafkaConsumerThread, "8ca70be32815"),
        (ServiceThread, "327e312386fa"),  # how it starts, fails and says that it has stopped
    ],
    ids=lambda it: getattr(it, "__qualname__", ""),
)
def test_what_we_replace_is_as_it_was_when_we_read_it(seam: Any, digest: str) -> None:
    """Read it again before this is changed: wire/ overrides parts of it and relies on the others."""
    assert hashlib.sha256(inspect.getsource(seam).encode()).hexdigest()[:12] == digest
