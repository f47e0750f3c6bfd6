"""What an answer of a broker holds of a partition: what was committed, in order, and a word for what cannot be read."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from aiokafka.consumer import fetcher as aiokafka
from aiokafka.structs import TopicPartition

from shared.events.message import DELETED, UNREADABLE
from shared.messaging.wire.batches import Piece, base_of, cut, opened, records_of
from shared.messaging.wire.records import Fault, set_aside


class PartitionRecords(aiokafka.PartitionRecords):
    """aiokafka's, whose iterator never raises: what would end it is set aside instead, by its coordinates.

    `may_heal(offset)` says whether a batch with a wrong checksum is worth another fetch: it may have been spoilt on its way.
    """

    next_fetch_offset: int

    def __init__(self, *args: Any, may_heal: Callable[[int], bool], **options: Any) -> None:
        super().__init__(*args, **options)
        self._may_heal = may_heal

    def _unpack_records(self) -> Iterator[Any]:
        batches = list(cut(self._records))
        if not batches and not self._may_heal(self.next_fetch_offset):
            yield from self._set_aside(self.next_fetch_offset, self.next_fetch_offset + 1)
        for data, following in zip_longest(batches, batches[1:]):
            try:
                batch = opened(data)
                left_out = self._is_left_out(batch)
            except Exception:  # Broken, or a transaction's marker that is none
                if self._may_heal(base_of(data)):
                    return  # fetched again from here
                yield from self._instead_of(data, following)
                continue
            if not left_out:
                yield from self._records_of(batch, data)
            self.next_fetch_offset = max(self.next_fetch_offset, batch.next_offset)

    def _records_of(self, batch: Any, data: memoryview) -> Iterator[Any]:
        for record in records_of(batch, data):
            if isinstance(record, Piece) and not record.readable:
                yield from self._set_aside(record.offset, record.offset + record.count, record.key, record.value)
            elif record.offset >= self.next_fetch_offset:
                self.next_fetch_offset = record.offset + 1
                yield self._consumer_record(self._tp, record)

    def _instead_of(self, data: memoryview, following: memoryview | None) -> Iterator[Any]:
        """One word for a whole batch, up to the next one; where none has come, only for its first offset."""
        first = max(base_of(data), self.next_fetch_offset)
        return self._set_aside(first, max(first + 1, base_of(following) if following is not None else 0))

    def _set_aside(self, first: int, end: int, key: bytes | None = None, value: bytes | None = None) -> Iterator[Any]:
        first = max(first, self.next_fetch_offset)
        if first < end:
            self.next_fetch_offset = end
            yield set_aside(self._tp, first, Fault(UNREADABLE, end - first), key, value)

    def _is_left_out(self, batch: Any) -> bool:
        """Whether nobody should hear of a batch: a transaction's marker, or what was written in one that was aborted."""
        if batch.producer_id is None:
            return False
        self._consume_aborted_up_to(batch.base_offset)
        if batch.is_control_batch:
            if self._contains_abort_marker(batch):
                self._aborted_producers.discard(batch.producer_id)
            return True
        return bool(batch.is_transactional) and batch.producer_id in self._aborted_producers


class Deleted:
    """What is no longer there, from an offset up to another: one word for all."""

    def __init__(self, tp: TopicPartition, start: int, end: int) -> None:
        self.next_fetch_offset = start
        self._end = end
        self._tp = tp

    def __iter__(self) -> "Deleted":
        return self

    def __next__(self) -> Any:
        start, self.next_fetch_offset = self.next_fetch_offset, self._end
        if start == self._end:
            raise StopIteration
        return set_aside(self._tp, start, Fault(DELETED, self._end - start))
