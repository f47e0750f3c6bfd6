"""Faust's transport on our client: what Faust hears, and how far it may say that it has.

Faust makes its consumer itself, which hears what transactions have aborted, and takes offsets for counts: where some are skipped
(transactions and deletions leave holes) it lists each of them, or never acknowledges anything again. So both are ours here.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from faust.transport.drivers import aiokafka as faust
from faust.types import TP

from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, consumer


@dataclass
class Progress:
    """Of a partition: offsets handed to Faust, in order, and where the client goes on after the last of them."""

    delivered: deque[int] = field(default_factory=deque)
    position: int | None = None

    def deliver(self, offsets: Iterable[int], position: int) -> None:
        """These are handed over. An offset that was handed over before is heard again: it counts from here on."""
        for offset in offsets:
            while self.delivered and self.delivered[-1] >= offset:
                self.delivered.pop()
            self.delivered.append(offset)
        self.position = position

    def reached(self, acknowledged: set[int], committed: int | None) -> int | None:
        """The offset before which all is acknowledged; None where that is not known."""
        while self.delivered and (self.delivered[0] in acknowledged or self.delivered[0] < (committed or 0)):
            acknowledged.discard(self.delivered.popleft())
        return self.delivered[0] if self.delivered else self.position


class _Thread(faust.AIOKafkaConsumerThread):
    positions: Mapping[TP, int] = {}

    async def start(self) -> None:
        """Raises what Kafka's client raised, also where the thread had ended before it was waited for."""
        await super().start()
        if self._crashed.is_set():
            await asyncio.wait_for(self._shutdown.wait(), self.shutdown_timeout)
            raise self.crash_reason or faust.ConsumerStoppedError

    def _start_thread(self) -> None:
        """What Kafka's client raised has been told to the app, which fails of it: in the thread nobody would take it."""
        with suppress(*KAFKA_ERRORS):
            super()._start_thread()

    def _stopped_set(self) -> None:
        """A thread that failed has closed its loop: nobody is woken there any more."""
        try:
            super()._stopped_set()
        except RuntimeError:
            self._stopped.set()

    def _create_worker_consumer(self, transport: Any) -> Any:
        conf = self.app.conf
        return consumer(
            transport.brokers,
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            max_poll_records=conf.broker_max_poll_records,
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=1500,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 0) * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
        )

    async def _fetch_records(self, consumer: Any, *args: Any, **options: Any) -> Any:
        records = await super()._fetch_records(consumer, *args, **options)
        assignment = consumer._subscription.subscription.assignment
        states = {tp: assignment.state_value(tp) for tp in assignment.tps} if assignment else {}
        self.positions = {tp: state.position for tp, state in states.items() if state.has_valid_position}
        return records


class _Consumer(faust.Consumer):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._progress: dict[TP, Progress] = defaultdict(Progress)

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, *args: Any, **options: Any) -> Any:
        records = await super()._getmany(*args, **options)
        for tp, position in self._thread.positions.items():
            found = [record.offset for record in records.get(tp, ())]
            if found and found[0] < (self._read_offset[tp] or 0):  # the log went back: Faust would drop all of it
                self._read_offset[tp] = self._committed_offset[tp] = None
            self._progress[tp].deliver(found, position)
            self._acked.setdefault(tp, [])  # it commits what is in there
        return records

    async def perform_seek(self) -> None:
        await super().perform_seek()
        self._progress.clear()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await super().on_partitions_revoked(revoked)
        self._progress.clear()

    async def _add_gap(self, *_: Any) -> None:
        """Holes are no matter here."""

    def _new_offset(self, tp: TP) -> int | None:
        acknowledged = self._acked_index[tp]
        reached = self._progress[tp].reached(acknowledged, self._committed_offset[tp])
        self._acked[tp] = sorted(acknowledged)
        return reached or None


class Transport(faust.Transport):
    """Faust's own, but for its consumer."""

    Consumer = _Consumer

    def __init__(self, app: Any, brokers: Brokers) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.brokers = brokers
